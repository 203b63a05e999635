package dev.mneme.engine.integrity;

import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.ContentHash;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.ContextRow;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.Version;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Finds which record of an owner is gone or was put back to an earlier version, when the sum of the
/// rows says that one was and each row alone is sound: by what the changes, the order of updates,
/// earlier versions and names say of each other.
///
/// Surer findings come first; what retention or expiry could have done as well counts only when there are none.
/// Used once, by one thread, on an owner that is not served.
final class Disagreements {
    private static final int MAX_FOUND = 20;
    private static final String PUT_BACK = "was put back to an earlier version";
    private static final String MISSING = "is missing";

    private final Tables.Snapshot rows;
    private final byte[] hash;
    private final Head head;
    private final RecordNames names;
    private final String owner;
    private final Set<String> sure = new LinkedHashSet<>();
    private final Set<String> likely = new LinkedHashSet<>();
    private final Map<Long, ChangeRow> memoryChanges = new TreeMap<>();
    private final Map<String, Long> contextVersions = new TreeMap<>();
    private final Map<String, ModeState> modes = new TreeMap<>();
    private final Map<String, SyncEvent> events = new TreeMap<>();
    private final Map<String, Conflict> conflicts = new TreeMap<>();

    Disagreements(Tables.Snapshot rows, byte[] hash, Head head, RecordNames names, String owner) {
        this.rows = rows;
        this.hash = hash;
        this.head = head;
        this.names = names;
        this.owner = owner;
    }

    List<String> find() {
        changes();
        if (!sure.isEmpty()) {
            return List.copyOf(sure); // the records cannot be held to changes that are gone
        }
        memoryChanges.forEach(this::newest);
        memories();
        contexts();
        modes.values().forEach(this::mode);
        responses();
        syncEvents();
        conflicts.values().forEach(this::conflict);
        return (sure.isEmpty() ? likely : sure).stream().limit(MAX_FOUND).toList();
    }

    private void changes() {
        long[] next = {head.oldest()};
        each('c', (key, row) -> {
            long sequence = Keys.lastNumber(key);
            while (next[0] < sequence) {
                sure("change " + next[0]++, MISSING);
            }
            next[0] = sequence + 1;
            refersTo(sequence, ChangeRow.decode(row));
        });
        while (next[0] <= head.sequence() && sure.size() < MAX_FOUND) {
            sure("change " + next[0]++, MISSING);
        }
    }

    private void refersTo(long sequence, ChangeRow change) {
        switch (change.ref()) {
            case Ref.Nothing nothing -> {}
            case Ref.OfMemory memory -> {
                ChangeRow before = memoryChanges.put(memory.arrival(), change);
                if (before != null && before.ref() instanceof Ref.OfMemory(long arrival, long version)) {
                    expectVersion(arrival, version);
                }
            }
            case Ref.OfContext(String key, long version) -> {
                Long before = contextVersions.put(key, version);
                if (before != null && rows.get(Keys.contextVersion(hash, key, before)) == null) {
                    likely(RecordNames.context(key) + ", version " + before, MISSING);
                }
            }
            case Ref.Whole(Subject subject) -> whole(sequence, subject);
        }
    }

    private void expectVersion(long arrival, long version) {
        if (rows.get(Keys.version(hash, arrival, version)) == null) {
            likely(names.memory(arrival, null) + ", version " + version, MISSING);
        }
    }

    private void whole(long sequence, Subject subject) {
        switch (subject) {
            case ModeState state -> modes.put(state.instanceId(), state);
            case SyncEvent event -> events.put(event.id().toString(), event);
            case Transition transition -> expect(Keys.transition(hash, sequence), "transition " + sequence);
            case ResponseSource source ->
                expect(Keys.response(hash, sequence), "response source " + source.chatId() + "/" + source.messageId());
            case Conflict conflict -> conflicts.put(conflict.id().toString(), conflict);
            case Memory memory -> {}
            case Context context -> {}
        }
    }

    private void expect(byte[] key, String record) {
        if (rows.get(key) == null) {
            sure(record, MISSING);
        }
    }

    /// The memory as its latest change left it.
    private void newest(long arrival, ChangeRow change) {
        long version = ((Ref.OfMemory) change.ref()).version();
        byte[] row = rows.get(Keys.memory(hash, arrival));
        if (change.type() == ChangeType.MEMORY_DELETED) {
            if (row != null) {
                sure(names.memory(arrival, row), "was deleted, and is back");
            }
            expectVersion(arrival, version);
        } else if (row == null) {
            sure(names.memory(arrival, null), MISSING);
        } else if (Version.decode(row).version() != version) {
            sure(names.memory(arrival, row), PUT_BACK);
        }
    }

    private void memories() {
        each('u', (key, row) -> {
            long arrival = Rows.arrival(row);
            byte[] memory = rows.get(Keys.memory(hash, arrival));
            if (memory == null) {
                sure(names.memory(arrival, null), MISSING);
            } else if (Version.decode(memory).sequence() != Keys.lastNumber(key)) {
                sure(names.memory(arrival, memory), PUT_BACK);
            }
        });
        each('m', (key, row) -> memory(Keys.lastNumber(key), row, Version.decode(row)));
        each('v', (key, row) -> {
            long arrival = Keys.arrivalOf(key);
            byte[] newest = rows.get(Keys.memory(hash, arrival));
            if (newest != null && Version.decode(newest).version() <= Keys.lastNumber(key)) {
                sure(names.memory(arrival, newest), PUT_BACK);
            }
        });
    }

    private void memory(long arrival, byte[] row, Version version) {
        String name = names.memory(arrival, row);
        byte[] updated = rows.get(Keys.updated(hash, version.sequence()));
        if (updated == null || Rows.arrival(updated) != arrival) {
            sure(name, "is not in the order of updates");
        }
        byte[] equal = rows.get(Keys.duplicate(hash, ContentHash.of(version.memory())));
        if (equal == null || !names(Rows.arrivals(equal), arrival)) {
            sure(name, "is not among those of its content");
        }
        byte[] embedding = rows.get(Keys.embedding(hash, head.spaces().generation(), arrival));
        if (embedding == null && head.space() != null) {
            likely("the embedding of " + name, MISSING);
        } else if (embedding != null) {
            embedding("the embedding of " + name, Rows.embeddedAt(embedding), version.sequence());
        }
    }

    /// A row of many equal memories names the latest alone, and says so.
    private static boolean names(List<Long> equal, long arrival) {
        return equal.contains(arrival)
                || (equal.getFirst() == Rows.OLDER_LEFT_OUT && (equal.size() == 1 || arrival < equal.get(1)));
    }

    /// One that was staged may be older than a version that did not change the text.
    private void embedding(String name, long embeddedAt, long sequence) {
        if (head.spaces().latest() == 0 && embeddedAt != sequence) {
            sure(name, PUT_BACK);
        } else if (embeddedAt != sequence) {
            likely(name, PUT_BACK);
        }
    }

    private void contexts() {
        contextVersions.forEach((name, version) -> {
            byte[] row = rows.get(Keys.context(hash, name));
            if (row == null) {
                sure(RecordNames.context(name), MISSING);
            } else if (ContextRow.decode(row).version() != version) {
                sure(RecordNames.context(name), PUT_BACK);
            }
        });
        Map<String, Long> latest = new TreeMap<>();
        each('g', (key, row) -> {
            ContextVersion kept = Rows.contextVersion(row);
            String name = kept.context().key();
            Long before = latest.put(name, kept.context().version());
            if (before != null && before + 1 < kept.context().version()) {
                sure(RecordNames.context(name) + ", version " + (before + 1), MISSING);
            }
        });
        latest.forEach((name, version) -> earlier(name, version));
    }

    /// A context that is there is newer than each of its earlier versions.
    private void earlier(String name, long version) {
        byte[] row = rows.get(Keys.context(hash, name));
        if (row == null) {
            sure(RecordNames.context(name), MISSING);
            return;
        }
        ContextRow newest = ContextRow.decode(row);
        if (newest.version() < version || (newest.version() == version && newest.context() != null)) {
            sure(RecordNames.context(name), PUT_BACK);
        }
    }

    private void mode(ModeState latest) {
        byte[] row = rows.get(Keys.mode(hash, latest.instanceId()));
        String name = "the mode of instance " + latest.instanceId();
        if (row == null) {
            sure(name, MISSING);
        } else if (Rows.modeState(row).version() != latest.version()) {
            sure(name, PUT_BACK);
        }
    }

    private void responses() {
        each('r', (key, row) -> {
            if (rows.get(Keys.response(hash, Rows.arrival(row))) == null) {
                sure("response source " + Rows.arrival(row), MISSING);
            }
        });
        each('q', (key, row) -> {
            ResponseSource source = Rows.responseSource(row);
            expect(
                    Keys.responseOf(hash, source.chatId(), source.messageId()),
                    "the name of response source " + source.chatId() + "/" + source.messageId());
        });
    }

    private void syncEvents() {
        each('w', (key, row) -> expect(Keys.syncEvent(hash, Rows.arrival(row)), names.of(key, row)));
        each('z', (key, row) -> {
            SyncEvent event = Rows.syncEvent(row);
            expect(Keys.syncEventOf(hash, event.id()), "sync event " + event.id());
            SyncEvent latest = events.remove(event.id().toString());
            if (latest != null && latest.version() != event.version()) {
                sure("sync event " + event.id(), PUT_BACK);
            }
        });
        events.values().forEach(event -> {
            if (event.expiresAt() == null) {
                sure("sync event " + event.id(), MISSING);
            } else {
                likely("sync event " + event.id(), MISSING);
            }
        });
    }

    /// One that was resolved is removed some time later.
    private void conflict(Conflict latest) {
        String name = Conflict.COLLECTION + " " + latest.id();
        byte[] row =
                rows.get(Keys.document(hash, Conflict.COLLECTION, latest.id().toString()));
        if (row != null && Rows.document(row).version() != latest.version()) {
            sure(name, PUT_BACK);
        } else if (row == null && latest.open()) {
            sure(name, MISSING);
        } else if (row == null) {
            likely(name, MISSING);
        }
    }

    @FunctionalInterface
    private interface Row {
        void row(byte[] key, byte[] value);
    }

    private void each(char table, Row visitor) {
        byte[] range = Keys.owned(table, hash);
        rows.scan(range, Keys.end(range), (key, row) -> {
            visitor.row(key, row);
            return sure.size() < MAX_FOUND;
        });
    }

    private void sure(String record, String what) {
        sure.add(record + " of " + owner + " " + what);
    }

    private void likely(String record, String what) {
        if (likely.size() < MAX_FOUND) {
            likely.add(record + " of " + owner + " " + what);
        }
    }
}
