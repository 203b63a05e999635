package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.Time;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A memory to store.
@Doc(value = "A memory to store. It needs at least one of userId, agentId, appId, runId.", example = """
                {"userId":"alice","text":"I am allergic to peanuts","role":"user","categories":["health"],
                 "metadata":{"source":"chat"},"timestamp":"2026-11-21T09:30:00Z"}""")
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record MemoryItem(
        @Doc(value = "whose it is", example = "alice") Given<@Length(min = 1, max = 256) String> userId,
        @Doc("which agent it belongs to") Given<@Length(min = 1, max = 256) String> agentId,
        @Doc("which application it belongs to") Given<@Length(min = 1, max = 256) String> appId,
        @Doc("which run or conversation it belongs to") Given<@Length(min = 1, max = 256) String> runId,

        @Doc(
                value = "what to remember; not blank, and 64 KiB of UTF-8 at most (limits.textBytes)",
                example = "I am allergic to peanuts")
        @Length(min = 1)
        String text,

        @Doc(value = "who said it, such as user or assistant", example = "user") @Nullable @Length(min = 1, max = 128)
        String role,

        @Doc("the caller's own JSON object; 64 KiB at most (limits.metadataBytes)") @Nullable
        Map<String, @Nullable Object> metadata,

        @Doc(value = "what it is about", example = "[\"health\"]") @Nullable @Length(max = 100)
        List<@Length(min = 1, max = 128) String> categories,

        @Doc(
                value = "when it was said; its offset, where it names one, says on which day that was. Two spellings"
                        + " of one instant are the same time",
                example = "2026-11-21T09:30:00+01:00")
        @Nullable
        @Time(placed = true)
        String timestamp,

        @Doc("from then on it is hidden") @Nullable @Time String expiresAt,

        @Doc(
                "the caller's own embedding, as numbers or as base64 of 32-bit floats; left out, the server embeds the text")
        float @Nullable [] vector,

        @Doc(value = "what made the vector", otherwise = "caller") @Nullable @Length(min = 1, max = 128)
        String embedder,

        @Doc(value = "false stores it even if the same memory is there already", otherwise = "true") @Nullable
        Boolean dedupe) {}
