package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key to make.
@Doc(value = "A key to make.", example = """
                {"name":"alice's desk","role":"write","restrict":{"users":["alice"]},
                 "rate":{"perSecond":50,"burst":100}}""")
public record KeyRequest(
        @Doc(value = "what it is for; not blank", example = "alice's desk") @Length(min = 1, max = 128)
        String name,

        @Doc("what it may do") @OneOf({"admin", "write", "read"})
        String role,

        @Doc("which data it may touch; left out: all") @Nullable
        Restrict restrict,

        @Doc("from then on it opens nothing; in the future") @Nullable @Time
        String expiresAt,

        @Doc("how many requests it may make; left out: the server's default") @Nullable
        Rate rate) {

    /// A restriction.
    @Doc("For each kind that is named, a memory must have one of these ids; at least one kind is named.")
    @JsonInclude(Include.NON_NULL)
    public record Restrict(
            @Nullable @Length(min = 1, max = 1_000) List<@Length(min = 1, max = 256) String> users,
            @Nullable @Length(min = 1, max = 1_000) List<@Length(min = 1, max = 256) String> agents,
            @Nullable @Length(min = 1, max = 1_000) List<@Length(min = 1, max = 256) String> apps,
            @Nullable @Length(min = 1, max = 1_000) List<@Length(min = 1, max = 256) String> runs) {}

    /// A rate of requests.
    @Doc("How many requests a key may make.")
    public record Rate(
            @Doc("sustained") @Range(min = 1, max = 1_000_000)
            int perSecond,

            @Doc("at once") @Range(min = 1, max = 1_000_000) int burst) {}
}
