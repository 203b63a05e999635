package dev.mneme.engine.read;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Head;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Finds the records of a shard that have expired and are still there, oldest expiry first.
public final class ExpiredRecords {
    private ExpiredRecords() {}

    /// @param limit how many at most
    /// @return the commands that remove them, by owner; the commands check the expiry again
    public static Map<Owner, Command.Expire> find(Scans scans, Instant now, int limit) {
        Map<Owner, List<Expired>> found = new LinkedHashMap<>();
        byte[] table = Keys.table('f');
        int[] count = {0};
        scans.rows(table, Keys.expiryAfter(now), (key, row) -> {
            if (!scans.sound(key, row)) {
                return true; // not from here: `mneme verify` names it
            }
            byte[] record = Keys.expiring(key);
            byte[] hash = Keys.ownerOf(record);
            Owner owner = scans.serves(hash) ? scans.head(hash).map(Head::owner).orElse(null) : null;
            if (owner != null) {
                expired(scans, record)
                        .ifPresent(each -> found.computeIfAbsent(owner, o -> new ArrayList<>())
                                .add(each));
            }
            return ++count[0] < limit;
        });
        Map<Owner, Command.Expire> commands = new LinkedHashMap<>();
        found.forEach((owner, records) -> commands.put(owner, new Command.Expire(records)));
        return commands;
    }

    private static Optional<Expired> expired(Scans scans, byte[] record) {
        byte[] row = scans.row(record);
        if (row == null) {
            return Optional.empty();
        }
        if (record[0] == 'z') {
            SyncEvent event = Rows.syncEvent(row);
            return Optional.of(new Expired.OfSyncEvent(event.id(), event.version()));
        }
        if (record[0] == 'l') {
            Conflict conflict = StoredConflicts.conflict(row);
            return Optional.of(new Expired.OfConflict(conflict.id(), conflict.version()));
        }
        Context context = Rows.ContextRow.decode(row).context();
        return Optional.ofNullable(context).map(c -> new Expired.OfContext(c.key(), c.version()));
    }
}
