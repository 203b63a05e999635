package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides the commands of one shard. It looks at the rows and at the entry alone, so that every
/// replica that applies the same entries comes to the same rows.
///
/// Used by the shard's thread alone, but for [#answered].
public final class StateMachine {
    private final Tables tables;
    private final Command.Govern ungoverned;

    /// @param ungoverned what entries are decided by that precede the first [Command.Govern] of the shard: the log of a
    ///     folder of an earlier version may hold such, and no other does
    public StateMachine(Tables tables, Command.Govern ungoverned) {
        this.tables = tables;
        this.ungoverned = ungoverned;
    }

    /// Decides every write of an entry; nothing is stored yet.
    public Applied apply(long logIndex, ShardBatch batch) {
        Entry entry = new Entry(new Transaction(tables), ungoverned, logIndex, batch.at());
        List<WriteResult> results = new ArrayList<>();
        batch.writes().forEach(write -> results.add(apply(entry, write)));
        entry.store();
        return new Applied(entry.rows(), results, entry.changes(), entry.index());
    }

    /// What a repeated request was answered with, as [#apply] would answer it again; from any thread.
    public Optional<WriteResult> answered(Instant at, Owner owner, Provenance by, Write.Idempotency idempotency) {
        Entry entry = new Entry(new Transaction(tables), ungoverned, 0, at);
        Write repeated = new Write(owner, by, idempotency, List.of());
        return Idempotency.replay(entry, new OwnerState(entry, owner), repeated, new MemoryRows(entry));
    }

    /// Decides writes of one owner without storing anything; from any thread, while nothing of the owner is applied.
    ///
    /// @param rules what they are decided by, whatever the shard's row says
    public Decided decide(Instant at, Owner owner, List<Write> writes, Command.Govern rules) {
        Entry entry = new Entry(new Transaction(tables), rules, 0, at);
        entry.govern(rules);
        List<WriteResult> results = new ArrayList<>();
        writes.forEach(write -> results.add(apply(entry, write)));
        return Decided.of(entry, owner, results);
    }

    /// Puts rows of one owner that were decided elsewhere, and what follows from them; nothing is stored yet.
    ///
    /// @param at when they were decided
    /// @param rows in their order
    /// @param asChanges whether the operator's feed tells of the changes among them
    public Applied take(long logIndex, Instant at, Owner owner, List<OwnerRow> rows, boolean asChanges) {
        Entry entry = entryAt(logIndex, at);
        new DerivedRows(entry, owner).put(rows, asChanges);
        entry.store();
        return new Applied(entry.rows(), List.of(), List.of(), entry.index());
    }

    /// Forgets an owner without a change: no row of it stays, not even its head.
    public Applied forget(long logIndex, Owner owner) {
        Entry entry = entryAt(logIndex, Instant.EPOCH);
        new DerivedRows(entry, owner).forget();
        entry.store();
        return new Applied(entry.rows(), List.of(), List.of(), entry.index());
    }

    /// The shard's time never goes back, whenever others decided.
    private Entry entryAt(long logIndex, Instant at) {
        Instant latest = Rows.Shard.withoutTotals(tables.get(Keys.shard())).time();
        return new Entry(new Transaction(tables), ungoverned, logIndex, at.isAfter(latest) ? at : latest);
    }

    private WriteResult apply(Entry entry, Write write) {
        OwnerState owner = new OwnerState(entry, write.owner());
        MemoryRows memories = new MemoryRows(entry);
        return Idempotency.replay(entry, owner, write, memories).orElseGet(() -> {
            List<Outcome> outcomes = new ArrayList<>();
            Decisions decisions = new Decisions(entry, owner, memories, write.by());
            write.commands().forEach(command -> outcomes.add(decisions.decide(command)));
            Idempotency.keep(entry, owner, write, outcomes);
            if (owner.sequence() > 0 || write.idempotency() != null || keepsDocuments(write)) {
                owner.store();
            }
            return new WriteResult(outcomes, owner.position(), false);
        });
    }

    /// Documents make no change, and lie under their owner's head all the same.
    private static boolean keepsDocuments(Write write) {
        return write.commands().stream()
                .anyMatch(command -> command instanceof Command.PutDocument
                        || (command instanceof Command.Revise revise
                                && !revise.documents().isEmpty()));
    }

    /// The commands of one write, decided in order.
    private static final class Decisions {
        private final Entry entry;
        private final OwnerState owner;
        private final Provenance by;
        private final MemoryRows rows;
        private final SpaceChange vectors;
        private final MemoryDecisions memories;
        private final ContextDecisions contexts;
        private final ModeDecisions modes;
        private final ResponseDecisions responses;
        private final SyncEventDecisions syncEvents;
        private final DocumentDecisions documents;
        private final ConflictDecisions conflicts;

        Decisions(Entry entry, OwnerState owner, MemoryRows rows, Provenance by) {
            this.entry = entry;
            this.owner = owner;
            this.by = by;
            this.rows = rows;
            this.vectors = new SpaceChange(entry, owner, rows);
            this.memories = new MemoryDecisions(entry, owner, rows, vectors, by);
            this.contexts = new ContextDecisions(entry, owner, by);
            this.modes = new ModeDecisions(entry, owner, by);
            this.responses = new ResponseDecisions(entry, owner, by);
            this.syncEvents = new SyncEventDecisions(entry, owner, by);
            this.documents = new DocumentDecisions(entry, owner, rows);
            this.conflicts = new ConflictDecisions(entry, owner, rows, by);
        }

        Outcome decide(Command command) {
            return switch (command) {
                case Command.AddMemory add -> memories.add(add);
                case Command.UpdateMemory update -> memories.update(update);
                case Command.DeleteMemory delete -> memories.delete(delete);
                case Command.DeleteUnchanged delete -> memories.deleteUnchanged(delete);
                case Command.DeleteMatching delete -> memories.deleteMatching(delete);
                case Command.EraseOwner erase -> erase();
                case Command.PutContext put -> contexts.put(put);
                case Command.DeleteContext delete -> contexts.delete(delete);
                case Command.SwitchMode mode -> modes.switchMode(mode);
                case Command.ConfigureMode mode -> modes.configure(mode);
                case Command.RecordResponse response -> responses.record(response);
                case Command.PostSyncEvent post -> syncEvents.post(post);
                case Command.ProcessSyncEvent process -> syncEvents.process(process);
                case Command.RecordConflict record -> conflicts.record(record);
                case Command.ResolveConflict resolve -> conflicts.resolve(resolve, this::decide);
                case Command.Expire expire -> expire(expire);
                case Command.Import each ->
                    new ImportDecisions(entry, owner, rows, vectors, conflicts, by).decide(each.exported());
                case Command.Revise revise ->
                    new RevisionDecisions(owner, rows, vectors, memories, documents).decide(revise);
                case Command.PutDocument put -> documents.put(put);
                case Command.DeleteDocument delete -> documents.delete(delete);
                case Command.ForgetVersions versions -> new Outcome.DeletedMany(History.forget(entry, owner, versions));
                case Command.BeginSpace(EmbeddingSpace space) -> vectors.begin(space);
                case Command.StageEmbedding staged -> memories.stage(staged);
                case Command.SwitchSpace(EmbeddingSpace space) -> vectors.switchTo(space);
                case Command.DropOldVectors(int limit) -> vectors.dropOld(limit);
                case Command.PutEmbedder(EmbeddingSpace space) -> {
                    entry.rows().put(Keys.embedder(space), Rows.encode(space));
                    yield new Outcome.Done();
                }
                case Command.PutKey put -> {
                    entry.rows().put(Keys.apiKey(put.key().id()), Rows.encode(put.key()));
                    yield new Outcome.Done();
                }
                case Command.AcceptOwner accept -> Acceptance.owner(entry, owner);
                case Command.AcceptKeys accept -> Acceptance.keys(entry);
                case Command.Govern govern -> {
                    entry.govern(govern);
                    yield new Outcome.Done();
                }
                case Command.DeleteKey delete -> deleteKey(delete);
            };
        }

        private Outcome expire(Command.Expire expire) {
            expire.records().forEach(record -> {
                switch (record) {
                    case Command.Expired.OfContext context -> contexts.expire(context);
                    case Command.Expired.OfSyncEvent event -> syncEvents.expire(event);
                    case Command.Expired.OfConflict conflict -> conflicts.expire(conflict);
                }
            });
            return new Outcome.Done();
        }

        private Outcome erase() {
            long count = rows.erase(owner);
            owner.erasure(by);
            owner.erased();
            return new Outcome.DeletedMany(count);
        }

        private Outcome deleteKey(Command.DeleteKey delete) {
            byte[] key = Keys.apiKey(delete.keyId());
            if (entry.rows().get(key) == null) {
                return new Rejected(ErrorCode.NOT_FOUND, "There is no key with this id.", null, null);
            }
            entry.rows().delete(key);
            return new Outcome.Done();
        }
    }
}
