package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import dev.mneme.engine.codec.ConflictJson;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What commands do to an owner's conflicts, which are documents of a collection of their own. Changes and
/// outcomes tell of a conflict without its values, which may be large.
final class ConflictDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;
    private final Provenance by;

    ConflictDecisions(Entry entry, OwnerState owner, MemoryRows memories, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.memories = memories;
        this.by = by;
    }

    Outcome record(Command.RecordConflict record) {
        if (find(record.id()) != null) {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT, "This id was used before: a new conflict needs a new id.", "id", null);
        }
        Conflict conflict = new Conflict(
                record.id(),
                owner.owner(),
                record.about(),
                record.base(),
                record.mine(),
                record.theirs(),
                entry.at(),
                null,
                1,
                record.localOnly() || owner.inspired(by.instance()) || localOnly(record.about()));
        if (conflict.size() > Conflict.MAX_SIZE) {
            return new Rejected(
                    ErrorCode.TOO_LARGE, "This is too much to keep: " + Conflict.MAX_SIZE + " at most.", null, null);
        }
        byte[] all = Keys.documents(owner.hash(), Conflict.COLLECTION);
        if (entry.rows().keys(all, Keys.end(all), Document.MAX_IN_COLLECTION).size() >= Document.MAX_IN_COLLECTION) {
            return new Rejected(
                    ErrorCode.OVERLOADED,
                    "There are " + Document.MAX_IN_COLLECTION + " conflicts: resolve some first.",
                    null,
                    null);
        }
        put(conflict);
        owner.change(ChangeType.CONFLICT_RECORDED, by, conflict.withoutValues());
        return new Outcome.Stored(MemoryEvent.ADD, conflict.withoutValues());
    }

    /// @param decide decides the write that the resolution stands for
    Outcome resolve(Command.ResolveConflict resolve, Function<Command, Outcome> decide) {
        Conflict conflict = find(resolve.id());
        if (conflict == null || conflict.expired(entry.at())) {
            return new Rejected(ErrorCode.NOT_FOUND, "There is no conflict with this id.", null, null);
        }
        if (!conflict.open()) {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT,
                    "The conflict is resolved already: change the record itself if that was wrong.",
                    null,
                    conflict.withoutValues());
        }
        long written = 0;
        if (resolve.write() != null) {
            Outcome outcome = decide.apply(resolve.write());
            if (outcome instanceof Rejected) {
                return outcome;
            }
            written = version(outcome, resolve.write());
        }
        Conflict next = conflict.resolved(
                new Conflict.Resolution(resolve.take(), written, entry.at(), by.keyId(), by.instance()),
                conflict.localOnly() || owner.inspired(by.instance()) || localOnly(conflict.about()));
        put(next);
        owner.change(ChangeType.CONFLICT_RESOLVED, by, next.withoutValues());
        return new Outcome.Stored(MemoryEvent.UPDATE, next.withoutValues());
    }

    private static long version(Outcome outcome, Command write) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.subject().version();
            case Outcome.Removed removed -> removed.version();
            case Outcome.Deleted deleted ->
                write instanceof Command.DeleteMemory(MemoryId id, long seen) ? Math.max(0, seen + 1) : 0;
            default -> 0;
        };
    }

    /// Removes what was seen expired.
    void expire(Command.Expired.OfConflict expired) {
        Conflict conflict = find(expired.id());
        if (conflict == null || conflict.version() != expired.version() || !conflict.expired(entry.at())) {
            return;
        }
        Instant expiresAt = conflict.expiresAt();
        if (expiresAt != null) {
            entry.rows().delete(Keys.expiry(expiresAt, key(conflict.id())));
        }
        entry.rows().delete(key(conflict.id()));
    }

    Outcome bring(Conflict imported) {
        Conflict there = find(imported.id());
        if (there != null) {
            return new Outcome.Stored(MemoryEvent.NONE, there.withoutValues());
        }
        put(imported);
        owner.change(
                imported.open() ? ChangeType.CONFLICT_RECORDED : ChangeType.CONFLICT_RESOLVED,
                by,
                imported.withoutValues());
        return new Outcome.Stored(MemoryEvent.ADD, imported.withoutValues());
    }

    /// Whether the record is, as it is now.
    private boolean localOnly(Conflict.About about) {
        return switch (about.kind()) {
            case MEMORY -> {
                Memory memory = memory(about.key());
                yield memory != null && memory.localOnly();
            }
            case CONTEXT -> {
                byte[] row = entry.rows().get(Keys.context(owner.hash(), about.key()));
                Context context =
                        row == null ? null : Rows.ContextRow.decode(row).context();
                yield context != null && context.localOnly();
            }
            case MODE -> {
                byte[] row = entry.rows().get(Keys.mode(owner.hash(), about.key()));
                yield row != null && Rows.modeState(row).localOnly();
            }
        };
    }

    private @Nullable Memory memory(String key) {
        try {
            return memories.newest(owner, MemoryId.parse(key));
        } catch (MnemeException noId) {
            return null;
        }
    }

    private @Nullable Conflict find(MemoryId id) {
        byte[] row = entry.rows().get(key(id));
        return row == null ? null : ConflictJson.conflict(Rows.document(row));
    }

    private void put(Conflict conflict) {
        byte[] key = key(conflict.id());
        entry.rows().put(key, Rows.encode(ConflictJson.document(conflict, entry.at())));
        if (conflict.expiresAt() != null) {
            entry.rows().put(Keys.expiry(conflict.expiresAt(), key), Rows.mark());
        }
    }

    private byte[] key(MemoryId id) {
        return Keys.document(owner.hash(), Conflict.COLLECTION, id.toString());
    }
}
