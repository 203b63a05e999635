package dev.mneme.engine.store;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
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
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.ResponseSources;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.StoreStatus.ShardStatus;
import dev.mneme.core.spi.SyncEvents;
import dev.mneme.engine.read.OperatorFeed;
import dev.mneme.engine.read.SpaceReads;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One shard as a store asks it, wherever it lies: whole values go in, whole values or pages come out. The
/// [Router] knows which shard to ask, and brings together what several answered.
///
/// What takes a visitor or a predicate ([Reads#userState], [Reads#export], the filters of [Reads#responses])
/// is called where the shard is, under one snapshot of its rows: ADR 0028 says why.
///
/// **Threads**: any number may call.
///
/// **Failures**: `MnemeException` alone; `NOT_PRIMARY` when the shard is not where it was asked.
public interface StoreShard {
    ShardId id();

    /// Asks for a write of an owner of this shard.
    ///
    /// @return the result, or a `MnemeException` as the cause
    CompletableFuture<WriteResult> submit(Write write);

    /// @throws MnemeException `INTEGRITY_VIOLATION` when the owner's data was changed from outside
    void requireServed(Owner owner);

    /// What a write would answer that was asked for before: see `Store.answered`.
    Optional<WriteResult> answered(Instant now, Owner owner, Provenance by, Write.Idempotency idempotency);

    /// Reads that are as fresh as this.
    ///
    /// @throws MnemeException `POSITION_AHEAD` when they are not within the time, `NO_QUORUM` when it cannot
    ///     be known
    Reads reads(Freshness freshness);

    Status status();

    /// What is known of its rows having been changed from outside.
    Soundness soundness();

    /// Reads every row again: see `Integrity.verify`.
    List<String> verify();

    /// After an operator accepted an owner's data as it is.
    void accepted(Owner owner);

    /// After an operator accepted the API keys as they are.
    void acceptedKeys();

    /// How a shard is.
    ///
    /// @param indexBacklog owners whose search index has yet to be made
    /// @param latest the time that its latest write was stamped with
    /// @param blockedSince since when its tables have taken nothing, as [NodeRuntime#nanos]; 0 when they do
    record Status(
            ShardStatus shard, long owners, long memories, long indexBacklog, Instant latest, long blockedSince) {}

    /// @param complete whether all owners were checked
    record Soundness(long checkedOwners, long owners, boolean complete, List<String> problems) {
        public Soundness {
            problems = List.copyOf(problems);
        }
    }

    /// What can be read of one shard. What names an owner names one of this shard's.
    ///
    /// Of owners whose data was changed from outside nothing is read (`INTEGRITY_VIOLATION`), and reads over
    /// many leave them out.
    interface Reads {
        Optional<At<Memory>> find(MemoryId id);

        /// Every kept version, oldest first; empty if the shard never had the id, or its owner was erased.
        Optional<At<List<MemoryVersion>>> history(MemoryId id);

        /// After an id was found nowhere: whether it is certain that this shard has nothing of it.
        ///
        /// @throws MnemeException `INTEGRITY_VIOLATION` when it may have been removed from outside
        void requireNothingMissing(MemoryId id);

        /// Whether an id leads to a memory of this shard.
        boolean has(MemoryId id);

        /// The first memories beyond the query's cursor, of its owner or of all owners of the shard.
        ///
        /// @param until nothing beyond this one is wanted, since the page is full before it; null: no such
        ///     limit
        MemoryPage list(MemoryQuery query, @Nullable Memory until);

        /// The best hits, of the query's owner or of all owners of the shard.
        ///
        /// @param matcher of the query's filter: its work is counted together with other shards'
        SearchResult search(SearchQuery query, FilterMatcher matcher);

        /// A page of scope ids with counts.
        List<Entity> entities(Restriction restriction, @Nullable Entity after, int limit);

        List<Owner> ownersMatching(Filter filter);

        /// How many owners that may have such memories are left out, as far as they were checked.
        int leftOut(Filter filter);

        /// Owners that were not erased, in an order of the shard's own.
        ///
        /// @param afterHash the hash of the last one of the page before, or null
        /// @throws MnemeException `INTEGRITY_VIOLATION` at one that may not be shown
        List<Owner> owners(byte @Nullable [] afterHash, int limit);

        /// @throws MnemeException `INTEGRITY_VIOLATION` when an owner may have been removed from outside
        void requireNobodyMissing();

        At<OwnerCounts> counts(Owner owner, Restriction restriction, Instant now);

        Position head(Owner owner);

        ChangeBatch changes(Owner owner, long afterSequence, int limit);

        /// Its part of the operator's feed.
        OperatorFeed.Source feed();

        At<List<ModeState>> userState(Owner owner, Predicate<Context> contexts);

        Contexts contexts();

        Modes modes();

        ResponseSources responses();

        SyncEvents syncEvents();

        Conflicts conflicts();

        Documents documents();

        OwnerSpace space(Owner owner);

        /// Its owners that have vectors.
        SpaceReads.Source spaces();

        List<Unstaged> unstaged(Owner owner, long afterArrival, int limit);

        /// Of the system's shard.
        List<EmbeddingSpace> embedders();

        /// Of the system's shard.
        List<ApiKey> keys();

        void export(Owner owner, Consumer<Exported> visitor);
    }
}
