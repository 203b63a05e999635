package dev.mneme.api.json;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Times;
import dev.mneme.core.service.ChangeFeed;
import dev.mneme.wire.ChangeResource;

/// A change as the doors show it.
public final class ChangeMapping {
    private ChangeMapping() {}

    public static ChangeResource resource(ChangeFeed.Item item) {
        Change change = item.change();
        Memory memory = change.memory();
        return new ChangeResource(
                item.position(),
                item.previous(),
                change.type().wireName(),
                Times.format(change.at()),
                change.by().keyId(),
                change.by().instance(),
                memory == null ? null : MemoryMapping.resource(memory),
                change.subject() instanceof Context context ? ContextMapping.resource(context) : null);
    }
}
