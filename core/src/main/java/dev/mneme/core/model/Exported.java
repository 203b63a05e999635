package dev.mneme.core.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record with all that is kept of it, as it goes from one store to another: ids, times, writers and
/// versions stay
/// what they were.
public sealed interface Exported {
    /// Whose it is.
    Owner owner();

    /// A memory with its kept versions, oldest first; the last one may be its deletion.
    ///
    /// @param embedding of the newest version; null when it has none
    record OfMemory(List<MemoryVersion> versions, @Nullable Embedding embedding) implements Exported {
        public OfMemory {
            versions = List.copyOf(versions);
            if (versions.isEmpty()) {
                throw MnemeException.invalid("versions", "A memory has at least one version.");
            }
        }

        public MemoryVersion newest() {
            return versions.getLast();
        }

        public boolean deleted() {
            return newest().event() == MemoryEvent.DELETE;
        }

        /// All that are not the present one: a deletion is no present one.
        public List<MemoryVersion> earlier() {
            return deleted() ? versions : versions.subList(0, versions.size() - 1);
        }

        @Override
        public Owner owner() {
            return newest().memory().scope().owner();
        }
    }

    /// A context with its kept versions, oldest first; the last one may be its deletion.
    record OfContext(List<ContextVersion> versions) implements Exported {
        public OfContext {
            versions = List.copyOf(versions);
            if (versions.isEmpty()) {
                throw MnemeException.invalid("versions", "A context has at least one version.");
            }
        }

        public ContextVersion newest() {
            return versions.getLast();
        }

        /// All that are not the present one: a deletion is no present one.
        public List<ContextVersion> earlier() {
            return newest().deleted() ? versions : versions.subList(0, versions.size() - 1);
        }

        @Override
        public Owner owner() {
            return Owner.user(newest().context().userId());
        }
    }

    /// The mode of an instance.
    record OfMode(ModeState mode) implements Exported {
        @Override
        public Owner owner() {
            return Owner.user(mode.userId());
        }
    }

    record OfTransition(Transition transition) implements Exported {
        @Override
        public Owner owner() {
            return Owner.user(transition.userId());
        }
    }

    record OfResponse(ResponseSource response) implements Exported {
        @Override
        public Owner owner() {
            return Owner.user(response.userId());
        }
    }

    record OfSyncEvent(SyncEvent event) implements Exported {
        @Override
        public Owner owner() {
            return Owner.user(event.userId());
        }
    }
}
