package dev.mneme.engine.store;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SyncEvents;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads of an owner's records other than memories, each asked of the owner's shard.
public final class RoutedRecords {
    private RoutedRecords() {}

    /// @param of what the owner's shard answers with
    public record OfContexts(Function<Owner, Contexts> of) implements Contexts {
        @Override
        public At<Optional<Context>> find(Owner owner, String key) {
            return of.apply(owner).find(owner, key);
        }

        @Override
        public At<List<ContextVersion>> versions(Owner owner, String key) {
            return of.apply(owner).versions(owner, key);
        }

        @Override
        public At<List<Context>> list(Contexts.Query query) {
            return of.apply(query.owner()).list(query);
        }
    }

    /// @param of what the owner's shard answers with
    public record OfModes(Function<Owner, Modes> of) implements Modes {
        @Override
        public At<Optional<ModeState>> find(Owner owner, String instanceId) {
            return of.apply(owner).find(owner, instanceId);
        }

        @Override
        public At<List<ModeState>> all(Owner owner) {
            return of.apply(owner).all(owner);
        }

        @Override
        public At<List<Transition>> transitions(Modes.Query query) {
            return of.apply(query.owner()).transitions(query);
        }
    }

    /// @param of what the owner's shard answers with
    public record OfResponses(Function<Owner, ResponseSources> of) implements ResponseSources {
        @Override
        public At<Optional<ResponseSource>> find(Owner owner, String chatId, String messageId) {
            return of.apply(owner).find(owner, chatId, messageId);
        }

        @Override
        public At<List<ResponseSource>> list(
                Owner owner, Predicate<ResponseSource> filter, long afterSequence, int limit) {
            return of.apply(owner).list(owner, filter, afterSequence, limit);
        }

        @Override
        public At<List<ResponseSource>> newest(
                Owner owner, Predicate<ResponseSource> filter, @Nullable Long beforeSequence, int limit) {
            return of.apply(owner).newest(owner, filter, beforeSequence, limit);
        }
    }

    /// @param of what the owner's shard answers with
    public record OfSyncEvents(Function<Owner, SyncEvents> of) implements SyncEvents {
        @Override
        public At<Optional<SyncEvent>> find(Owner owner, MemoryId id) {
            return of.apply(owner).find(owner, id);
        }

        @Override
        public At<Page> pending(Owner owner, String instanceId, Instant now, @Nullable Place after, int limit) {
            return of.apply(owner).pending(owner, instanceId, now, after, limit);
        }
    }

    /// @param of what the owner's shard answers with
    public record OfConflicts(Function<Owner, Conflicts> of) implements Conflicts {
        @Override
        public At<Optional<Conflict>> find(Owner owner, MemoryId id) {
            return of.apply(owner).find(owner, id);
        }

        @Override
        public At<List<Conflict>> list(Conflicts.Query query) {
            return of.apply(query.owner()).list(query);
        }
    }

    /// @param of what the owner's shard answers with
    public record OfDocuments(Function<Owner, Documents> of) implements Documents {
        @Override
        public Optional<Document> find(Owner owner, String collection, String id) {
            return of.apply(owner).find(owner, collection, id);
        }

        @Override
        public List<Document> list(Owner owner, String collection, @Nullable String afterId, int limit) {
            return of.apply(owner).list(owner, collection, afterId, limit);
        }
    }
}
