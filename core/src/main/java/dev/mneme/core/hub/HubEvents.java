package dev.mneme.core.hub;

import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;

/// The bus on which the nodes of a hub, and instances of the first generation, tell each other what happened. Nothing
/// depends on a message arriving: whoever hears one reads the database.
///
/// **Threads**: any number may call. Nothing here blocks. Handlers are called on a thread of the bus's own, one message
/// after another; one that throws is counted, and the others still hear it.
///
/// **Failures**: none. What cannot be sent is dropped and counted: see [#health].
public interface HubEvents extends AutoCloseable {
    /// Tells the other nodes that an owner's head advanced.
    void advanced(Owner owner, long revision);

    /// Tells everybody of an event.
    void publish(HubEvent event);

    /// @return ends it when it is closed
    Store.Subscription subscribe(Listener listener);

    HubHealth health();

    @Override
    void close();

    /// Who hears what others tell; never what this node told itself.
    interface Listener {
        /// An owner's head is at this revision at least. Forged or late ones may come.
        void advanced(Owner owner, long revision);

        void heard(HubEvent event);

        /// Messages may have been missed: the bus was away, or this node or another one had to drop some.
        void reconnected();
    }
}
