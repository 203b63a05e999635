package dev.mneme.server.hub;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import java.util.List;

/// No Redis is configured: nodes look at the heads in MongoDB every now and then.
final class NoEvents implements HubEvents {
    @Override
    public void advanced(Owner owner, long revision) {
        // Nobody listens.
    }

    @Override
    public void publish(HubEvent event) {
        // Nobody listens.
    }

    @Override
    public Store.Subscription subscribe(Listener listener) {
        return () -> {};
    }

    @Override
    public HubHealth health() {
        return new HubHealth(false, "", null, List.of());
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
