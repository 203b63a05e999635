package dev.mneme.engine.store;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.read.Candidates;
import dev.mneme.engine.read.EntityPage;
import dev.mneme.engine.read.KeptVersions;
import dev.mneme.engine.read.ListPage;
import dev.mneme.engine.read.OperatorFeed;
import dev.mneme.engine.read.OwnerCounter;
import dev.mneme.engine.read.OwnerExport;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.read.ShardFeed;
import dev.mneme.engine.read.ShardView;
import dev.mneme.engine.read.SpaceReads;
import dev.mneme.engine.read.StoreSearch;
import dev.mneme.engine.read.StoredConflicts;
import dev.mneme.engine.read.StoredContexts;
import dev.mneme.engine.read.StoredDocuments;
import dev.mneme.engine.read.StoredModes;
import dev.mneme.engine.read.StoredResponses;
import dev.mneme.engine.read.StoredSyncEvents;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.Pointer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A shard of which a replica is on this node.
///
/// @param kept which versions of memories readers may see
/// @param subscribers who is told when an owner's position has advanced
/// @param runtime waits
record LocalStoreShard(LocalShard shard, KeptVersions kept, Subscribers subscribers, NodeRuntime runtime)
        implements StoreShard {
    @Override
    public ShardId id() {
        return shard.id();
    }

    @Override
    public CompletableFuture<WriteResult> submit(Write write) {
        return shard.submit(write);
    }

    /// The owner's, once it is known to be as it was stored.
    private LocalShard served(Owner owner) {
        shard.guard().require(owner);
        return shard;
    }

    @Override
    public void requireServed(Owner owner) {
        served(owner);
    }

    @Override
    public Optional<WriteResult> answered(Instant now, Owner owner, Provenance by, Write.Idempotency idempotency) {
        return served(owner).answered(now, owner, by, idempotency);
    }

    @Override
    public Reads reads(Freshness freshness) {
        if (freshness.linearizable()) {
            awaitBarrier(freshness.atMost());
        }
        Owner owner = freshness.owner();
        Position position = freshness.position();
        if (owner != null && position != null && !await(owner, position, freshness.atMost())) {
            throw new MnemeException(
                    ErrorCode.POSITION_AHEAD, "This server has not reached that position yet: try again shortly.");
        }
        return new RowReads();
    }

    private void awaitBarrier(Duration atMost) {
        try {
            runtime.await(shard.readBarrier(), atMost);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException known) {
                throw new MnemeException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new MnemeException(ErrorCode.INTERNAL, "The read failed in a way that was not foreseen.", e);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.POSITION_AHEAD, "This server does not come to what was agreed: try again shortly.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.POSITION_AHEAD, "The wait was interrupted: try again.", e);
        }
    }

    /// @return whether the owner's position is at least this one, within the time
    private boolean await(Owner owner, Position position, Duration atMost) {
        RowReads reads = new RowReads();
        if (reads.head(owner).sequence() >= position.sequence()) {
            return true;
        }
        long deadline = runtime.nanos() + atMost.toNanos();
        AtomicReference<CompletableFuture<@Nullable Void>> advanced =
                new AtomicReference<>(new CompletableFuture<@Nullable Void>());
        try (Store.Subscription _ =
                subscribers.subscribe(owner, () -> advanced.get().complete(null))) {
            while (true) {
                CompletableFuture<@Nullable Void> next = new CompletableFuture<>();
                advanced.set(next); // before looking: what comes meanwhile ends the wait at once
                if (reads.head(owner).sequence() >= position.sequence()) {
                    return true;
                }
                runtime.await(next, Duration.ofNanos(Math.max(0, deadline - runtime.nanos())));
            }
        } catch (TimeoutException late) {
            return reads.head(owner).sequence() >= position.sequence();
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Status status() {
        try (Scans scans = shard.scan()) {
            return new Status(
                    shard.status(),
                    scans.shard().owners(),
                    scans.shard().memories(),
                    shard.backlog(),
                    shard.latest(),
                    shard.blockedSince());
        }
    }

    @Override
    public Soundness soundness() {
        return new Soundness(
                shard.guard().checkedOwners(),
                shard.guard().owners(),
                shard.guard().whole(),
                shard.guard().problems());
    }

    @Override
    public List<String> verify() {
        return shard.verify();
    }

    @Override
    public void accepted(Owner owner) {
        shard.recent().forget(owner);
        shard.guard().accepted(owner.hash());
    }

    @Override
    public void acceptedKeys() {
        shard.guard().acceptedRoots();
    }

    /// Reads of the rows and the index as they are now.
    private final class RowReads implements Reads {
        private ShardView view(Owner owner) {
            return served(owner);
        }

        private <T> Optional<T> byId(MemoryId id, BiFunction<Scans, Pointer, Optional<T>> read) {
            try (Scans scans = shard.scan()) {
                Optional<Pointer> pointer = scans.pointer(id);
                if (pointer.isEmpty()) {
                    return Optional.empty();
                }
                shard.guard().requirePointer(id);
                shard.guard().require(pointer.get().owner());
                return read.apply(scans, pointer.get());
            }
        }

        @Override
        public Optional<At<Memory>> find(MemoryId id) {
            return byId(
                    id,
                    (scans, pointer) -> scans.newest(pointer.owner(), pointer.arrival())
                            .map(version -> new At<>(
                                    version.memory(),
                                    scans.position(version.memory().scope().owner()))));
        }

        @Override
        public Optional<At<List<MemoryVersion>>> history(MemoryId id) {
            return byId(id, (scans, pointer) -> {
                List<MemoryVersion> versions = kept.of(scans.versions(pointer)).stream()
                        .map(v -> new MemoryVersion(
                                v.event(), v.memory(), v.version(), v.at(), v.by().keyId(), v.by().instance()))
                        .toList();
                return versions.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new At<>(
                                versions,
                                scans.position(
                                        versions.getFirst().memory().scope().owner())));
            });
        }

        @Override
        public void requireNothingMissing(MemoryId id) {
            if (id.slot().isPresent()) {
                shard.guard().requireSlot(id.slot().getAsInt());
            } else {
                shard.guard().requireAll();
            }
        }

        @Override
        public boolean has(MemoryId id) {
            try (Scans scans = shard.scan()) {
                return scans.pointer(id).isPresent();
            }
        }

        @Override
        public MemoryPage list(MemoryQuery query, @Nullable Memory until) {
            ListPage page = new ListPage(query, until);
            Owner owner = query.owner();
            if (owner != null) {
                try (Scans scans = served(owner).scan()) {
                    page.fill(scans, owner.hash());
                    return new MemoryPage(page.items(), page.nextCursor(), scans.position(owner));
                }
            }
            try (Scans scans = shard.scan()) {
                Candidates.owners(scans, query.filter(), each -> {
                    page.fill(scans, each.hash());
                    return true;
                });
            }
            return new MemoryPage(page.items(), page.nextCursor(), null);
        }

        @Override
        public SearchResult search(SearchQuery query, FilterMatcher matcher) {
            StoreSearch search = new StoreSearch(query, matcher, runtime::nanos);
            Owner owner = query.owner();
            return owner == null ? search.across(shard) : search.of(served(owner), owner);
        }

        @Override
        public List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit) {
            EntityPage page = new EntityPage(restriction, after, limit);
            try (Scans scans = shard.scan()) {
                page.fill(scans);
            }
            return page.entities();
        }

        @Override
        public List<Owner> ownersMatching(Filter filter) {
            List<Owner> owners = new ArrayList<>();
            try (Scans scans = shard.scan()) {
                Candidates.owners(scans, filter, owners::add);
            }
            return owners;
        }

        @Override
        public int leftOut(Filter filter) {
            if (!shard.guard().refusesAny()) {
                return 0;
            }
            try (Scans scans = shard.scan()) {
                Candidates.owners(scans, filter, owner -> true);
                return scans.leftOut();
            }
        }

        @Override
        public List<Owner> owners(byte @Nullable [] afterHash, int limit) {
            List<Owner> owners = new ArrayList<>();
            byte[] from = afterHash == null ? Keys.table('h') : Keys.next(Keys.head(afterHash));
            try (Scans scans = shard.scan()) {
                scans.headRows(from, (key, row) -> {
                    shard.guard().require(Keys.ownerOf(key));
                    Owner owner = Head.decode(row).owner();
                    if (owner != null) {
                        owners.add(owner);
                    }
                    return owners.size() < limit;
                });
            }
            return owners;
        }

        @Override
        public void requireNobodyMissing() {
            shard.guard().requireNobodyMissing();
        }

        @Override
        public At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now) {
            try (Scans scans = served(owner).scan()) {
                return new At<>(new OwnerCounter(scans, owner).count(restriction, now), scans.position(owner));
            }
        }

        @Override
        public Position head(Owner owner) {
            long recent = served(owner).recent().latest(owner);
            if (recent >= 0) {
                return new Position(shard.epoch(), owner.slot(), recent);
            }
            try (Scans scans = shard.scan()) {
                return scans.position(owner);
            }
        }

        @Override
        public ChangeBatch changes(Owner owner, long afterSequence, int limit) {
            served(owner);
            Instant keptSince = kept.clock().instant().minus(kept.retention().maxChangeAge());
            Optional<ChangeBatch> recent = recentChanges(owner, afterSequence, limit, keptSince);
            if (recent.isPresent()) {
                recent.get().changes().forEach(change -> Collected.joined(change.subject()));
                return recent.get();
            }
            try (Scans scans = shard.scan()) {
                return scans.changes(owner, afterSequence, limit, keptSince);
            }
        }

        /// What the heap has, unless retention may have a say in it.
        private Optional<ChangeBatch> recentChanges(Owner owner, long after, int limit, Instant keptSince) {
            List<Change> recent = after == Store.OLDEST ? null : shard.recent().after(owner, after, limit);
            if (recent == null) {
                return Optional.empty();
            }
            long latest = shard.recent().latest(owner);
            boolean retained = latest - after <= kept.retention().maxChanges()
                    && (recent.isEmpty() || recent.getFirst().at().isAfter(keptSince));
            Position position = new Position(shard.epoch(), owner.slot(), Math.max(0, latest));
            return retained && latest >= after
                    ? Optional.of(new ChangeBatch(recent, after, position, false))
                    : Optional.empty();
        }

        @Override
        public OperatorFeed.Source feed() {
            return new ShardFeed(shard);
        }

        @Override
        public At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts) {
            try (Scans scans = served(owner).scan()) {
                StoredContexts.visit(scans, owner, null, contexts);
                return new At<>(StoredModes.all(scans, owner), scans.position(owner));
            }
        }

        @Override
        public Contexts contexts() {
            return new StoredContexts(this::view);
        }

        @Override
        public Modes modes() {
            return new StoredModes(this::view);
        }

        @Override
        public ResponseSources responses() {
            return new StoredResponses(this::view);
        }

        @Override
        public SyncEvents syncEvents() {
            return new StoredSyncEvents(this::view);
        }

        @Override
        public Conflicts conflicts() {
            return new StoredConflicts(this::view);
        }

        @Override
        public Documents documents() {
            return new StoredDocuments(this::view);
        }

        @Override
        public OwnerSpace space(Owner owner) {
            try (Scans scans = served(owner).scan()) {
                return SpaceReads.space(scans, owner);
            }
        }

        @Override
        public SpaceReads.Source spaces() {
            return (fromHash, limit) -> {
                try (Scans scans = shard.scan()) {
                    return SpaceReads.of(scans, fromHash, limit);
                }
            };
        }

        @Override
        public List<Unstaged> unstaged(Owner owner, long afterArrival, int limit) {
            try (Scans scans = served(owner).scan()) {
                return SpaceReads.unstaged(scans, owner, afterArrival, limit);
            }
        }

        @Override
        public List<EmbeddingSpace> embedders() {
            try (Scans scans = shard.scan()) {
                return scans.embedders();
            }
        }

        @Override
        public List<ApiKey> keys() {
            try (Scans scans = shard.scan()) {
                List<ApiKey> believed = scans.keys(shard.guard()::servesKey);
                if (believed.isEmpty()) {
                    shard.guard().requireRoots();
                }
                return believed;
            }
        }

        @Override
        public void export(Owner owner, Consumer<Exported> visitor) {
            try (Scans scans = served(owner).scan()) {
                new OwnerExport(scans, owner, kept::of).read(visitor);
            }
        }
    }
}
