package dev.mneme.api.request;

import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.sync.NewSyncEvent;
import dev.mneme.wire.SyncEventRequest;
import java.util.List;
import java.util.Set;

/// Makes the core's new sync event from a request.
public final class NewSyncEvents {
    private NewSyncEvents() {}

    public static NewSyncEvent of(SyncEventRequest asked) {
        List<String> targets = asked.targetInstances();
        return new NewSyncEvent(
                Owner.user(asked.userId()),
                SyncEvent.Type.of(asked.eventType()).orElseThrow(),
                asked.eventData() == null ? JsonObject.EMPTY : PlainJson.toJson(asked.eventData()),
                targets == null ? null : Set.copyOf(targets),
                asked.priority() == null
                        ? SyncEvent.Priority.NORMAL
                        : SyncEvent.Priority.of(asked.priority()).orElseThrow(),
                SentTimes.instant(asked.expiresAt()));
    }
}
