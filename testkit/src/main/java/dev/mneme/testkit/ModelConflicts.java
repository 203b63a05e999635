package dev.mneme.testkit;

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
import dev.mneme.core.model.ModeState;
import dev.mneme.core.spi.Conflicts;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The model's conflicts of one owner. Guarded by the store's lock.
final class ModelConflicts {
    private final ModelOwner owner;
    private final TreeMap<MemoryId, Conflict> conflicts = new TreeMap<>();

    ModelConflicts(ModelOwner owner) {
        this.owner = owner;
    }

    Outcome record(Command.RecordConflict record, ModelOwner.Stamp stamp) {
        if (conflicts.containsKey(record.id())) {
            return new Rejected(ErrorCode.VERSION_CONFLICT, "used", "id", null);
        }
        Conflict conflict = new Conflict(
                record.id(),
                owner.owner(),
                record.about(),
                record.base(),
                record.mine(),
                record.theirs(),
                stamp.at(),
                null,
                1,
                record.localOnly() || owner.localOnly(stamp) || localOnly(record.about()));
        if (conflict.size() > Conflict.MAX_SIZE) {
            return new Rejected(ErrorCode.TOO_LARGE, "too much", null, null);
        }
        if (conflicts.size() >= Document.MAX_IN_COLLECTION) {
            return new Rejected(ErrorCode.OVERLOADED, "too many", null, null);
        }
        return store(conflict, ChangeType.CONFLICT_RECORDED, MemoryEvent.ADD, stamp);
    }

    Outcome resolve(Command.ResolveConflict resolve, Function<Command, Outcome> decide, ModelOwner.Stamp stamp) {
        Conflict conflict = conflicts.get(resolve.id());
        if (conflict == null || conflict.expired(stamp.at())) {
            return new Rejected(ErrorCode.NOT_FOUND, "none", null, null);
        }
        if (!conflict.open()) {
            return new Rejected(ErrorCode.VERSION_CONFLICT, "resolved", null, conflict.withoutValues());
        }
        long written = 0;
        if (resolve.write() != null) {
            Outcome outcome = decide.apply(resolve.write());
            if (outcome instanceof Rejected) {
                return outcome;
            }
            written = switch (outcome) {
                case Outcome.Stored stored -> stored.subject().version();
                case Outcome.Removed removed -> removed.version();
                case Outcome.Deleted deleted ->
                    Math.max(0, ((Command.DeleteMemory) resolve.write()).expectedVersion() + 1);
                default -> throw new IllegalStateException("no write of one record");
            };
        }
        Conflict.Resolution resolution = new Conflict.Resolution(
                resolve.take(),
                written,
                stamp.at(),
                stamp.by().keyId(),
                stamp.by().instance());
        Conflict next = conflict.resolved(
                resolution, conflict.localOnly() || owner.localOnly(stamp) || localOnly(conflict.about()));
        return store(next, ChangeType.CONFLICT_RESOLVED, MemoryEvent.UPDATE, stamp);
    }

    Outcome bring(Conflict imported, ModelOwner.Stamp stamp) {
        Conflict there = conflicts.get(imported.id());
        if (there != null) {
            return new Outcome.Stored(MemoryEvent.NONE, there.withoutValues());
        }
        ChangeType type = imported.open() ? ChangeType.CONFLICT_RECORDED : ChangeType.CONFLICT_RESOLVED;
        return store(imported, type, MemoryEvent.ADD, stamp);
    }

    private Outcome store(Conflict conflict, ChangeType type, MemoryEvent event, ModelOwner.Stamp stamp) {
        conflicts.put(conflict.id(), conflict);
        Conflict told = conflict.withoutValues();
        owner.tell(type, told.id().toString(), told, told.localOnly(), stamp);
        return new Outcome.Stored(event, told);
    }

    void expire(Command.Expired.OfConflict expired, ModelOwner.Stamp stamp) {
        find(expired.id())
                .filter(conflict -> conflict.version() == expired.version() && conflict.expired(stamp.at()))
                .ifPresent(conflict -> conflicts.remove(conflict.id()));
    }

    private boolean localOnly(Conflict.About about) {
        return switch (about.kind()) {
            case MEMORY ->
                about.key().length() == 36
                        && owner.find(MemoryId.parse(about.key()))
                                .map(Memory::localOnly)
                                .orElse(false);
            case CONTEXT ->
                owner.contexts().find(about.key()).map(Context::localOnly).orElse(false);
            case MODE ->
                owner.modes().find(about.key()).map(ModeState::localOnly).orElse(false);
        };
    }

    Optional<Conflict> find(MemoryId id) {
        return Optional.ofNullable(conflicts.get(id));
    }

    List<Conflict> list(Conflicts.Query query) {
        return all().stream()
                .filter(query::matches)
                .filter(conflict -> query.after() == null || conflict.id().compareTo(query.after()) > 0)
                .limit(query.limit())
                .toList();
    }

    List<Conflict> all() {
        return List.copyOf(conflicts.values());
    }
}
