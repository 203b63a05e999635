package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import org.jspecify.annotations.Nullable;

/// What to take as it is now, after somebody changed it from outside.
@Doc(
        value = "What to take as it is now, after somebody changed it from outside: an owner, or the API keys.",
        example = """
        {"owner":{"kind":"user","id":"alice"}}""")
public record AcceptanceRequest(
        @Doc("whose data is served again") @Nullable Whose owner,

        @Doc("true: the API keys, but for forged ones, which go") @Nullable
        Boolean keys) {
    /// An owner.
    @Doc("An owner.")
    public record Whose(
            @OneOf({"user", "agent", "app", "run"}) String kind,

            @Doc(value = "its id", example = "alice") @Length(min = 1, max = 256)
            String id) {}
}
