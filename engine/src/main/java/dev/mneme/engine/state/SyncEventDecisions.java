package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What commands do to a user's sync events.
final class SyncEventDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final Provenance by;

    SyncEventDecisions(Entry entry, OwnerState owner, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.by = by;
    }

    Outcome post(Command.PostSyncEvent post) {
        if (find(post.id()) != null) {
            return new Rejected(
                    ErrorCode.VERSION_CONFLICT, "This id was used before: a new event needs a new id.", "id", null);
        }
        SyncEvent event = new SyncEvent(
                post.id(),
                owner.owner().id(),
                post.sourceInstance(),
                post.type(),
                post.data(),
                post.targets(),
                Set.of(),
                post.priority(),
                entry.at(),
                post.expiresAt(),
                1,
                owner.nextSequence(),
                owner.inspired(by.instance()) || owner.inspired(post.sourceInstance()));
        owner.change(ChangeType.SYNC_POSTED, by, event);
        put(event);
        entry.rows().put(Keys.syncEventOf(owner.hash(), event.id()), Rows.encode(event.sequence()));
        entry.rows().put(pendingKey(owner, event), Rows.mark());
        if (event.expiresAt() != null) {
            entry.rows().put(Keys.expiry(event.expiresAt(), key(event)), Rows.mark());
        }
        return new Outcome.Stored(MemoryEvent.ADD, event);
    }

    Outcome process(Command.ProcessSyncEvent process) {
        SyncEvent event = find(process.id());
        if (event == null || event.expired(entry.at())) {
            return new Rejected(ErrorCode.NOT_FOUND, "There is no sync event with this id.", null, null);
        }
        if (event.processedBy().contains(process.instanceId())) {
            return new Outcome.Stored(MemoryEvent.NONE, event);
        }
        if (event.processedBy().size() >= SyncEvent.MAX_PROCESSED_BY) {
            return new Rejected(
                    ErrorCode.TOO_LARGE,
                    "This event was processed by " + SyncEvent.MAX_PROCESSED_BY
                            + " instances already, and keeps no more: post a new event.",
                    "instanceId",
                    null);
        }
        Set<String> processedBy = new LinkedHashSet<>(event.processedBy());
        processedBy.add(process.instanceId());
        SyncEvent next = new SyncEvent(
                event.id(),
                event.userId(),
                event.sourceInstance(),
                event.type(),
                event.data(),
                event.targets(),
                processedBy,
                event.priority(),
                event.at(),
                event.expiresAt(),
                event.version() + 1,
                event.sequence(),
                event.localOnly() || owner.inspired(by.instance()) || owner.inspired(process.instanceId()));
        put(next);
        owner.change(ChangeType.SYNC_PROCESSED, by, next);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    /// Removes what was seen expired.
    void expire(Command.Expired.OfSyncEvent expired) {
        SyncEvent event = find(expired.id());
        if (event == null
                || event.version() != expired.version()
                || !event.expired(entry.at())
                || event.expiresAt() == null) {
            return;
        }
        entry.rows().delete(Keys.expiry(event.expiresAt(), key(event)));
        entry.rows().delete(Keys.syncEventOf(owner.hash(), event.id()));
        entry.rows().delete(pendingKey(owner, event));
        entry.rows().delete(key(event));
    }

    private @Nullable SyncEvent find(MemoryId id) {
        byte[] place = entry.rows().get(Keys.syncEventOf(owner.hash(), id));
        if (place == null) {
            return null;
        }
        byte[] row = entry.rows().get(Keys.syncEvent(owner.hash(), Rows.arrival(place)));
        return row == null ? null : Rows.syncEvent(row);
    }

    private void put(SyncEvent event) {
        entry.rows().put(key(event), Rows.encode(event));
    }

    static byte[] pendingKey(OwnerState owner, SyncEvent event) {
        return Keys.pendingEvent(owner.hash(), event.priority().rank(), event.sequence());
    }

    private byte[] key(SyncEvent event) {
        return Keys.syncEvent(owner.hash(), event.sequence());
    }
}
