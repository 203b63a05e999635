package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import dev.mneme.wire.schema.OneOf;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A context to publish.
@Doc(value = "A context to publish; the last one wins.", example = """
                {"userId":"alice","contextKey":"project:42","contextType":"project","data":{"name":"Mneme"}}""")
public record ContextPublication(
        @Doc(value = "whose it is", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("its name") @Length(min = 1, max = 256) String contextKey,

        @Doc("what it is about") @OneOf({"chat", "project", "mode", "custom"})
        String contextType,

        @Doc("the whole document") Map<String, @Nullable Object> data) {}
