package dev.mneme.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.core.hub.ForeignRecord;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.SharedFields;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hub's database on the heap, as one node sees it. What it keeps is in its [Home], which all nodes of a test share.
///
/// What can go wrong: [#setAway] (no call takes place, every one fails), [#loseAnswers] (a call takes place, and its
/// caller is told that it failed), [#delay] (its caller is told that it failed, and it takes place with
/// [#releaseDelayed]), and [#hook], which is called around each call, and may throw, wait, or call others.
///
/// **Threads**: any number may call. What a call does is done under the home's lock; hooks run outside of it.
public final class HeapHubDatabase implements HubDatabase {
    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final long LARGEST_HEAD = 15 << 20;

    private final Home home;
    private final Map<Call, Integer> lost = new HashMap<>();
    private final Map<Call, Integer> delayed = new HashMap<>();
    private final Queue<Supplier<?>> waiting = new ArrayDeque<>();
    private volatile Hook hook = new Hook() {};
    private volatile boolean away;

    public HeapHubDatabase(Home home) {
        this.home = home;
    }

    /// The calls of the port.
    public enum Call {
        IDENTITY,
        HEAD,
        REVISIONS,
        COMMIT,
        SPREAD,
        SETTLE,
        UNFINISHED,
        LOAD,
        OWNER_OF,
        OWNERS,
        CHANGED_SINCE,
        SHARED,
        SWEEP
    }

    /// What a test does around calls.
    public interface Hook {
        /// @param owner whose call it is, where it is one owner's
        default void before(Call call, @Nullable Owner owner) {}

        /// The call took place, and its caller is not told yet.
        default void after(Call call, @Nullable Owner owner) {}
    }

    /// What the nodes share.
    public static final class Home {
        private final Map<String, OwnerHead> heads = new TreeMap<>();
        private final Map<Name, Kept> records = new LinkedHashMap<>();
        private final Map<String, Shown> documents = new TreeMap<>();
        private @Nullable HubIdentity identity;
        private long documentCount;

        /// Writes as a program of the first generation does: by the fields that name a record, without looking at what
        /// is there.
        ///
        /// @return the document's id
        public synchronized String putForeign(RecordTable table, Map<String, Object> fields) {
            Shown shown = documents.values().stream()
                    .filter(each -> each.table == table && !key(table, fields).isEmpty())
                    .filter(each -> key(table, each.fields).equals(key(table, fields)))
                    .findFirst()
                    .orElseGet(() -> create(table));
            shown.fields.putAll(fields);
            return shown.id;
        }

        private Shown create(RecordTable table) {
            Shown shown = new Shown(table, "%012x".formatted(++documentCount));
            documents.put(shown.id, shown);
            return shown;
        }

        private static List<String> key(RecordTable table, Map<String, Object> fields) {
            return SharedFields.naturalKey(table).stream()
                    .map(name -> String.valueOf(fields.get(name)))
                    .toList();
        }
    }

    private record Name(Owner owner, RecordName record) {}

    /// A record, or that there was one.
    private static final class Kept {
        private final Map<String, byte[]> rows = new TreeMap<>();
        private long revision;
        private boolean deleted;
        private Instant deletedAt = Instant.EPOCH;
        private @Nullable Shown shown;
    }

    /// The fields that others read, and write.
    private static final class Shown {
        private final RecordTable table;
        private final String id;
        private final Map<String, Object> fields = new LinkedHashMap<>();
        private @Nullable Name name;

        Shown(RecordTable table, String id) {
            this.table = table;
            this.id = id;
        }
    }

    // What can go wrong.

    public void hook(Hook around) {
        hook = around;
    }

    public void setAway(boolean isAway) {
        away = isAway;
    }

    /// The next `times` calls take place, and their callers are told that they failed.
    public void loseAnswers(Call call, int times) {
        synchronized (home) {
            lost.put(call, times);
        }
    }

    /// The callers of the next `times` calls are told that they failed; they take place later.
    public void delay(Call call, int times) {
        synchronized (home) {
            delayed.put(call, times);
        }
    }

    /// Calls that were delayed take place now, in order.
    public void releaseDelayed() {
        synchronized (home) {
            while (!waiting.isEmpty()) {
                Object ignored = waiting.remove().get();
                assert ignored != null;
            }
        }
    }

    private <T> T call(Call call, @Nullable Owner owner, Supplier<T> what) {
        hook.before(call, owner);
        if (away) {
            throw unavailable();
        }
        T result;
        boolean answered;
        synchronized (home) {
            if (counts(delayed, call)) {
                waiting.add(what);
                throw unavailable();
            }
            result = what.get();
            answered = !counts(lost, call);
        }
        hook.after(call, owner);
        if (!answered) {
            throw unavailable();
        }
        return result;
    }

    private void run(Call call, Owner owner, Runnable what) {
        boolean ran = call(call, owner, () -> {
            what.run();
            return true;
        });
        assert ran;
    }

    private static boolean counts(Map<Call, Integer> left, Call call) {
        int times = left.getOrDefault(call, 0);
        left.put(call, Math.max(0, times - 1));
        return times > 0;
    }

    private static MnemeException unavailable() {
        return new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The database does not answer (told by a test).");
    }

    // Heads.

    @Override
    public HubIdentity identity(HubIdentity proposed) {
        return call(Call.IDENTITY, null, () -> {
            if (home.identity == null) {
                home.identity = proposed;
            }
            return home.identity;
        });
    }

    @Override
    public OwnerHead head(Owner owner) {
        return call(Call.HEAD, owner, () -> at(owner));
    }

    private OwnerHead at(Owner owner) {
        return home.heads.getOrDefault(name(owner), OwnerHead.none(owner));
    }

    private static String name(Owner owner) {
        return HexFormat.of().formatHex(owner.hash());
    }

    @Override
    public Map<Owner, Long> revisions(Collection<Owner> owners) {
        List<Owner> asked = List.copyOf(owners);
        return call(Call.REVISIONS, null, () -> {
            Map<Owner, Long> revisions = new HashMap<>();
            for (Owner owner : asked) {
                if (at(owner).revision() > 0) {
                    revisions.put(owner, at(owner).revision());
                }
            }
            return revisions;
        });
    }

    @Override
    public boolean commit(OwnerHead next) {
        long size = 0;
        for (OwnerBatch batch : next.pending()) {
            size += batch.rows().length;
        }
        if (size > LARGEST_HEAD) {
            throw new MnemeException(ErrorCode.TOO_LARGE, "The batches of an owner are too large for one document.");
        }
        return call(Call.COMMIT, next.owner(), () -> {
            boolean wins = at(next.owner()).revision() == next.revision() - 1;
            if (wins) {
                home.heads.put(name(next.owner()), next);
            }
            return wins;
        });
    }

    @Override
    public void settle(Owner owner, long revision) {
        run(Call.SETTLE, owner, () -> {
            OwnerHead head = at(owner);
            List<OwnerBatch> left = head.pending().stream()
                    .filter(batch -> batch.revision() > revision)
                    .toList();
            if (left.size() < head.pending().size()) {
                home.heads.put(
                        name(owner),
                        new OwnerHead(owner, head.revision(), head.sequence(), head.at(), left, head.recent()));
            }
        });
    }

    @Override
    public List<Owner> unfinished(Instant before, int limit) {
        return call(
                Call.UNFINISHED,
                null,
                () -> home.heads.values().stream()
                        .filter(head -> !head.pending().isEmpty()
                                && head.pending().getFirst().at().isBefore(before))
                        .map(OwnerHead::owner)
                        .limit(limit)
                        .toList());
    }

    // Records.

    @Override
    public void spread(Owner owner, long revision, List<RecordChange> changes) {
        List<RecordChange> all = List.copyOf(changes);
        run(Call.SPREAD, owner, () -> all.forEach(change -> put(owner, revision, change)));
    }

    private void put(Owner owner, long revision, RecordChange change) {
        Name name = new Name(owner, change.name());
        Kept kept = home.records.computeIfAbsent(name, none -> new Kept());
        if (kept.revision >= revision) {
            return;
        }
        kept.revision = revision;
        kept.deleted = change.deleted();
        if (change.deleted()) {
            kept.rows.clear();
            kept.deletedAt = at(owner).at();
            shown(name, kept, null).ifPresent(gone -> home.documents.remove(gone.id));
            kept.shown = null;
            return;
        }
        change.rows().forEach((row, value) -> {
            if (value.isPresent()) {
                kept.rows.put(row, value.get().clone());
            } else {
                kept.rows.remove(row);
            }
        });
        Object content = change.content();
        if (content != null) {
            Map<String, Object> fields = SharedFields.of(owner, content);
            Shown shown = shown(name, kept, fields)
                    .orElseGet(() -> home.create(change.name().table()));
            shown.name = name;
            shown.fields.keySet().removeAll(SharedFields.names(shown.table));
            shown.fields.putAll(fields);
            kept.shown = shown;
        }
    }

    /// The document of a record, which another program may have made.
    private Optional<Shown> shown(Name name, Kept kept, @Nullable Map<String, Object> fields) {
        if (kept.shown != null && home.documents.containsKey(kept.shown.id)) {
            return Optional.of(kept.shown);
        }
        RecordTable table = name.record.table();
        List<String> key = switch (table) {
            case CONTEXT, MODE -> List.of(name.owner.id(), new String(name.record.key(), UTF_8));
            default -> fields == null ? List.of() : Home.key(table, fields);
        };
        return home.documents.values().stream()
                .filter(each -> each.table == table && !key.isEmpty())
                .filter(each -> Home.key(table, each.fields).equals(key))
                .findFirst();
    }

    @Override
    public void load(Owner owner, long after, Consumer<StoredRecord> visitor) {
        List<StoredRecord> found = call(Call.LOAD, owner, () -> {
            List<StoredRecord> records = new ArrayList<>();
            home.records.forEach((name, kept) -> {
                if (name.owner.equals(owner) && kept.revision > after && (after > 0 || !kept.deleted)) {
                    records.add(new StoredRecord(name.record, kept.revision, copy(kept.rows), kept.deleted));
                }
            });
            return records;
        });
        found.forEach(visitor);
    }

    private static Map<String, byte[]> copy(Map<String, byte[]> rows) {
        Map<String, byte[]> copy = new HashMap<>();
        rows.forEach((name, row) -> copy.put(name, row.clone()));
        return copy;
    }

    @Override
    public Optional<Owner> ownerOf(MemoryId id) {
        return call(
                Call.OWNER_OF,
                null,
                () -> home.documents.values().stream()
                        .filter(each -> each.name != null && id.toString().equals(each.fields.get("memoryId")))
                        .map(each -> each.name.owner)
                        .findFirst());
    }

    @Override
    public List<Owner> owners(Map<OwnerKind, String> ids, @Nullable Owner after, int limit) {
        return call(
                Call.OWNERS,
                null,
                () -> home.heads.values().stream()
                        .map(OwnerHead::owner)
                        .filter(owner -> after == null || name(owner).compareTo(name(after)) > 0)
                        .filter(owner -> ids.isEmpty() || hasMemory(owner, ids))
                        .limit(limit)
                        .toList());
    }

    private boolean hasMemory(Owner owner, Map<OwnerKind, String> ids) {
        return home.documents.values().stream()
                .filter(each -> each.table == RecordTable.MEMORY)
                .filter(each -> each.name != null && each.name.owner.equals(owner))
                .anyMatch(each -> ids.entrySet().stream()
                        .allMatch(id ->
                                id.getValue().equals(each.fields.get(id.getKey().fieldName()))));
    }

    // What others write.

    @Override
    public List<ForeignRecord> changedSince(RecordTable table, Instant from, @Nullable String after, int limit) {
        Comparator<ForeignRecord> order =
                Comparator.comparing(ForeignRecord::updatedAt).thenComparing(ForeignRecord::id);
        return call(
                Call.CHANGED_SINCE,
                null,
                () -> shared(table)
                        .filter(each -> !each.updatedAt().isBefore(from))
                        .filter(each -> after == null
                                || each.updatedAt().isAfter(from)
                                || each.id().compareTo(after) > 0)
                        .sorted(order)
                        .limit(limit)
                        .toList());
    }

    @Override
    public List<ForeignRecord> shared(RecordTable table, String userId, @Nullable String after, int limit) {
        return call(
                Call.SHARED,
                null,
                () -> shared(table)
                        .filter(each -> each.userId().equals(userId))
                        .filter(each -> after == null || each.id().compareTo(after) > 0)
                        .limit(limit)
                        .toList());
    }

    private Stream<ForeignRecord> shared(RecordTable table) {
        String timeField = SharedFields.timeField(table);
        return home.documents.values().stream()
                .filter(each -> each.table == table && timeField != null)
                .flatMap(each -> foreign(each, String.valueOf(timeField)).stream());
    }

    private Optional<ForeignRecord> foreign(Shown shown, String timeField) {
        if (!(shown.fields.get("userId") instanceof String userId)) {
            return Optional.empty();
        }
        Instant at = shown.fields.get(timeField) instanceof Instant time ? time : Instant.EPOCH;
        Kept kept = shown.name == null ? null : home.records.get(shown.name);
        StoredRecord stored = shown.name == null || kept == null
                ? null
                : new StoredRecord(shown.name.record, kept.revision, copy(kept.rows), kept.deleted);
        return Optional.of(
                new ForeignRecord(shown.table, shown.id, userId, new LinkedHashMap<>(shown.fields), at, stored));
    }

    @Override
    public void sweep(Instant now) {
        call(Call.SWEEP, null, () -> {
            home.records
                    .values()
                    .removeIf(kept ->
                            kept.deleted && kept.deletedAt.plus(REMEMBERED).isBefore(now));
            return home.documents.values().removeIf(shown -> expired(shown, now));
        });
    }

    /// As the database does it: the whole document goes, with what is Mneme's in it.
    private boolean expired(Shown shown, Instant now) {
        boolean expires = shown.table == RecordTable.CONTEXT || shown.table == RecordTable.SYNC_EVENT;
        if (!expires || !(shown.fields.get("expiresAt") instanceof Instant at) || at.isAfter(now)) {
            return false;
        }
        if (shown.name != null) {
            home.records.remove(shown.name);
        }
        return true;
    }

    @Override
    public HubHealth health() {
        return away
                ? new HubHealth(false, "The database does not answer (told by a test).", null, List.of())
                : new HubHealth(true, "", null, List.of());
    }

    @Override
    public void close() {
        // the home stays
    }
}
