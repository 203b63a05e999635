package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to change of a memory.
@Doc(value = "What to change of a memory: at least one part. What is left out stays.", example = """
                {"text":"I am allergic to peanuts and cashews","metadata":{"checked":true},"expectedVersion":1}""")
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record PatchRequest(
        @Doc("the new text; not blank, and 64 KiB of UTF-8 at most (limits.textBytes)") @Nullable @Length(min = 1)
        String text,

        @Doc("a JSON merge patch (RFC 7396): null removes a member") @Nullable
        Map<String, @Nullable Object> metadata,

        @Doc("all of them anew") @Nullable @Length(max = 100)
        List<@Length(min = 1, max = 128) String> categories,

        @Doc("null: it expires no more") Given<@Time String> expiresAt,

        @Doc("the caller's own embedding of the new text, as numbers or as base64 of 32-bit floats")
        float @Nullable [] vector,

        @Doc(value = "what made the vector", otherwise = "caller") @Nullable @Length(min = 1, max = 128)
        String embedder,

        @Doc("the version that the writer saw; 0: must not exist") @Nullable @Range(min = 0)
        Long expectedVersion) {}
