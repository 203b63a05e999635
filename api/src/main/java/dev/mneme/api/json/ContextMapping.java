package dev.mneme.api.json;

import dev.mneme.core.model.Context;
import dev.mneme.core.model.Times;
import dev.mneme.wire.ContextResource;

/// A context as the doors show it.
public final class ContextMapping {
    private ContextMapping() {}

    public static ContextResource resource(Context context) {
        return new ContextResource(
                context.userId(),
                context.key(),
                context.type().wireName(),
                context.mode() == null ? null : context.mode().wireName(),
                PlainJson.of(context.data()),
                context.tags(),
                context.version(),
                Times.format(context.createdAt()),
                Times.format(context.updatedAt()),
                context.createdBy(),
                context.updatedBy(),
                MemoryMapping.time(context.expiresAt()));
    }
}
