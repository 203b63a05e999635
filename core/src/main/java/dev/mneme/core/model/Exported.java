package dev.mneme.core.model;

import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A record with everything that is kept of it, on its way from one store to another. Ids, times, writers and versions
/// stay what they were.
///
/// **Failures**: `INVALID_REQUEST` for versions that do not belong to one record.
public sealed interface Exported {
    /// Whose it is.
    Owner owner();

    /// A memory with its kept versions, oldest first; the last one may be its deletion.
    ///
    /// @param embedding of the newest version; null when it has none
    record OfMemory(List<MemoryVersion> versions, @Nullable Embedding embedding) implements Exported {
        public OfMemory {
            versions = List.copyOf(versions);
            requireAscending(versions, MemoryVersion::version);
            Memory newest = versions.getLast().memory();
            Owner owner = newest.scope().owner();
            requireVersions(
                    versions.stream()
                            .map(MemoryVersion::memory)
                            .allMatch(memory -> memory.id().equals(newest.id())
                                    && memory.scope().owner().equals(owner)),
                    "All versions of a memory have its id and its owner.");
            requireVersions(
                    versions.subList(0, versions.size() - 1).stream()
                            .noneMatch(version -> version.event() == MemoryEvent.DELETE),
                    "Only the last version of a memory may be its deletion.");
            requireVersions(
                    versions.stream().allMatch(OfMemory::numbered),
                    "A version has its memory's number; a deletion has the next one.");
            newest.id().slot().ifPresent(slot -> {
                if (slot != owner.slot()) {
                    throw MnemeException.invalid(
                            "id", "The id " + newest.id() + " says that it is another owner's: keep its owner.");
                }
            });
        }

        private static boolean numbered(MemoryVersion version) {
            long more = version.event() == MemoryEvent.DELETE ? 1 : 0;
            return version.version() == version.memory().version() + more;
        }

        public MemoryVersion newest() {
            return versions.getLast();
        }

        public boolean deleted() {
            return newest().event() == MemoryEvent.DELETE;
        }

        /// All versions but the present one. A deletion is not a present one.
        public List<MemoryVersion> earlier() {
            return deleted() ? versions : versions.subList(0, versions.size() - 1);
        }

        @Override
        public Owner owner() {
            return newest().memory().scope().owner();
        }
    }

    /// A context with its kept versions, oldest first and without a gap; the last one may be its deletion.
    record OfContext(List<ContextVersion> versions) implements Exported {
        public OfContext {
            versions = List.copyOf(versions);
            requireAscending(versions, version -> version.context().version());
            Context newest = versions.getLast().context();
            requireVersions(
                    versions.stream()
                            .map(ContextVersion::context)
                            .allMatch(context -> context.key().equals(newest.key())
                                    && context.userId().equals(newest.userId())),
                    "All versions of a context have its key and its user.");
            requireVersions(
                    newest.version() - versions.getFirst().context().version() == versions.size() - 1,
                    "The versions of a context follow one another without a gap.");
        }

        public ContextVersion newest() {
            return versions.getLast();
        }

        /// All versions but the present one. A deletion is not a present one.
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

    /// A transition. Two that are equal in everything but their place count as one.
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

    record OfConflict(Conflict conflict) implements Exported {
        @Override
        public Owner owner() {
            return conflict.owner();
        }
    }

    private static <T> void requireAscending(List<T> versions, ToLongFunction<T> number) {
        requireVersions(!versions.isEmpty(), "A record has at least one version.");
        long before = 0;
        for (T version : versions) {
            requireVersions(
                    number.applyAsLong(version) > before, "Versions begin at 1 or later, and go from old to new.");
            before = number.applyAsLong(version);
        }
    }

    private static void requireVersions(boolean holds, String message) {
        if (!holds) {
            throw MnemeException.invalid("versions", message);
        }
    }
}
