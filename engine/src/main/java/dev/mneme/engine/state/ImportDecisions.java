package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What an import does: a record comes with its ids, times and versions, unless it is there. It is a change
/// like any other write.
final class ImportDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;
    private final SpaceChange vectors;
    private final ConflictDecisions conflicts;
    private final Provenance by;

    ImportDecisions(
            Entry entry,
            OwnerState owner,
            MemoryRows memories,
            SpaceChange vectors,
            ConflictDecisions conflicts,
            Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.memories = memories;
        this.vectors = vectors;
        this.conflicts = conflicts;
        this.by = by;
    }

    Outcome decide(Exported exported) {
        return switch (exported) {
            case Exported.OfMemory memory -> memory(memory);
            case Exported.OfContext context -> context(context);
            case Exported.OfMode(ModeState mode) -> mode(mode);
            case Exported.OfTransition(Transition transition) -> transition(transition);
            case Exported.OfResponse(ResponseSource response) -> response(response);
            case Exported.OfSyncEvent(SyncEvent event) -> syncEvent(event);
            case Exported.OfConflict(Conflict conflict) -> conflicts.bring(conflict);
        };
    }

    private Outcome memory(Exported.OfMemory imported) {
        Memory memory = imported.newest().memory();
        if (memories.owns(owner, memory.id())) {
            Memory there = memories.newest(owner, memory.id());
            return new Outcome.Stored(MemoryEvent.NONE, there == null ? memory : there);
        }
        if (memories.used(memory.id())) {
            return new Rejected(ErrorCode.VERSION_CONFLICT, Command.Import.ID_IN_USE, Command.Import.ID, null);
        }
        Embedding given = imported.deleted() ? null : imported.embedding();
        Rejected mismatch = vectors.mismatch(given);
        if (mismatch != null) {
            return mismatch;
        }
        Embedding staged = vectors.takes(given) ? given : null;
        Embedding embedding = staged == null ? given : null;
        vectors.claim(embedding);
        ChangeType type = imported.deleted() ? ChangeType.MEMORY_DELETED : ChangeType.MEMORY_ADDED;
        long sequence = owner.nextSequence();
        owner.change(type, sequence, imported.newest().version(), by, memory);
        memories.add(owner, imported, embedding, sequence);
        if (staged != null) {
            vectors.stage(sequence, staged, sequence);
        }
        return new Outcome.Stored(MemoryEvent.ADD, memory);
    }

    private Outcome context(Exported.OfContext imported) {
        Context newest = imported.newest().context();
        byte[] key = Keys.context(owner.hash(), newest.key());
        byte[] there = entry.rows().get(key);
        if (there != null) {
            Context context = Rows.ContextRow.decode(there).context();
            return new Outcome.Stored(MemoryEvent.NONE, context == null ? newest : context);
        }
        boolean deleted = imported.newest().deleted();
        long oldest = newest.version() - entry.retention().maxContextVersions();
        for (ContextVersion version : imported.earlier()) {
            long number = version.context().version();
            if (number < oldest) {
                continue;
            }
            entry.rows().put(Keys.contextVersion(owner.hash(), newest.key(), number), Rows.encode(version));
        }
        entry.rows().put(key, new Rows.ContextRow(newest.version(), deleted ? null : newest).encode());
        if (!deleted && newest.expiresAt() != null) {
            entry.rows().put(Keys.expiry(newest.expiresAt(), key), Rows.mark());
        }
        owner.change(deleted ? ChangeType.CONTEXT_DELETED : ChangeType.CONTEXT_PUT, by, newest);
        return stored(newest);
    }

    private Outcome mode(ModeState imported) {
        byte[] key = Keys.mode(owner.hash(), imported.instanceId());
        byte[] there = entry.rows().get(key);
        if (there != null) {
            return new Outcome.Stored(MemoryEvent.NONE, Rows.modeState(there));
        }
        ModeState placed = imported.activatedBy(owner.nextSequence());
        entry.rows().put(key, Rows.encode(placed));
        owner.change(ChangeType.MODE_CHANGED, by, placed);
        return stored(placed);
    }

    /// A transition has no name: it is there if one equals it but for its place. A user has few.
    private Outcome transition(Transition imported) {
        byte[] table = Keys.owned('t', owner.hash());
        AtomicReference<@Nullable Transition> same = new AtomicReference<>();
        entry.rows().visit(table, Keys.end(table), (key, row) -> {
            Transition there = Rows.transition(row);
            if (there.withSequence(0).equals(imported.withSequence(0))) {
                same.set(there);
            }
            return same.get() == null;
        });
        Transition there = same.get();
        if (there != null) {
            return new Outcome.Stored(MemoryEvent.NONE, there);
        }
        Transition placed = imported.withSequence(owner.nextSequence());
        owner.change(ChangeType.TRANSITION_RECORDED, by, placed);
        entry.rows().put(Keys.transition(owner.hash(), placed.sequence()), Rows.encode(placed));
        return stored(placed);
    }

    private Outcome response(ResponseSource imported) {
        byte[] name = Keys.responseOf(owner.hash(), imported.chatId(), imported.messageId());
        if (entry.rows().get(name) != null) {
            return new Outcome.Stored(MemoryEvent.NONE, imported);
        }
        ResponseSource placed = imported.withSequence(owner.nextSequence());
        owner.change(ChangeType.RESPONSE_RECORDED, by, placed);
        entry.rows().put(Keys.response(owner.hash(), placed.sequence()), Rows.encode(placed));
        entry.rows().put(name, Rows.encode(placed.sequence()));
        return stored(placed);
    }

    private Outcome syncEvent(SyncEvent imported) {
        byte[] name = Keys.syncEventOf(owner.hash(), imported.id());
        if (entry.rows().get(name) != null) {
            return new Outcome.Stored(MemoryEvent.NONE, imported);
        }
        SyncEvent placed = imported.withSequence(owner.nextSequence());
        owner.change(ChangeType.SYNC_POSTED, by, placed);
        byte[] key = Keys.syncEvent(owner.hash(), placed.sequence());
        entry.rows().put(key, Rows.encode(placed));
        entry.rows().put(name, Rows.encode(placed.sequence()));
        entry.rows().put(SyncEventDecisions.pendingKey(owner, placed), Rows.mark());
        if (placed.expiresAt() != null) {
            entry.rows().put(Keys.expiry(placed.expiresAt(), key), Rows.mark());
        }
        return stored(placed);
    }

    private static Outcome stored(Subject subject) {
        return new Outcome.Stored(MemoryEvent.ADD, subject);
    }
}
