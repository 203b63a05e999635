package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Many memories to store. It is a shape of [AddRequest] and not read by itself.
@Doc(value = "Many memories to store, each with its own outcome.", example = """
                {"userId":"alice","metadata":{"source":"chat"},
                 "items":[{"text":"I am allergic to peanuts"},{"text":"I live in Lisbon"}]}""")
public record AddManyRequest(
        @Doc("of items that name none") Given<@Length(min = 1, max = 256) String> userId,
        @Doc("of items that name none") Given<@Length(min = 1, max = 256) String> agentId,
        @Doc("of items that name none") Given<@Length(min = 1, max = 256) String> appId,
        @Doc("of items that name none") Given<@Length(min = 1, max = 256) String> runId,

        @Doc("of every item, beside its own; an item's member goes before the one of its name here") @Nullable
        Map<String, @Nullable Object> metadata,

        @Doc("1,000 at most, unless the server's limits.batchItems says otherwise") @Length(min = 1, max = 10_000)
        List<MemoryItem> items) {}
