package dev.mneme.api.json;

import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Transition;
import dev.mneme.wire.ChangeResource;

/// A change as the doors show it.
public final class ChangeMapping {
    private ChangeMapping() {}

    public static ChangeResource resource(ChangeFeed.Item item) {
        Change change = item.change();
        Subject subject = change.subject();
        return new ChangeResource(
                item.position(),
                item.previous(),
                change.type().wireName(),
                Times.format(change.at()),
                change.by().keyId(),
                change.by().instance(),
                change.key(),
                subject instanceof Memory memory ? MemoryMapping.resource(memory) : null,
                subject instanceof Context context ? ContextMapping.resource(context) : null,
                subject instanceof ModeState state ? ModeMapping.resource(state) : null,
                subject instanceof Transition transition ? ModeMapping.resource(transition) : null,
                subject instanceof ResponseSource source ? ResponseMapping.resource(source) : null,
                subject instanceof SyncEvent event ? SyncEventMapping.resource(event) : null,
                subject instanceof Conflict conflict ? ConflictMapping.resource(conflict) : null);
    }
}
