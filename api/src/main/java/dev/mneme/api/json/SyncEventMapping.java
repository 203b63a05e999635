package dev.mneme.api.json;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Times;
import dev.mneme.wire.SyncEventResource;
import java.util.List;
import java.util.Map;

/// A sync event as the doors show it.
public final class SyncEventMapping {
    private SyncEventMapping() {}

    public static SyncEventResource resource(SyncEvent event) {
        return new SyncEventResource(
                event.id().toString(),
                event.userId(),
                event.sourceInstance(),
                event.type().wireName(),
                event.data() instanceof JsonObject object ? PlainJson.of(object) : Map.of(),
                event.targets() == null ? null : List.copyOf(event.targets()),
                List.copyOf(event.processedBy()),
                event.priority().wireName(),
                Times.format(event.at()),
                MemoryMapping.time(event.expiresAt()));
    }
}
