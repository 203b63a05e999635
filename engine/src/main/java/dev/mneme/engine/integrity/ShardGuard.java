package dev.mneme.engine.integrity;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.read.Trust;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Lets nobody read or write an owner's data before it was checked, and nobody but an operator afterwards when
/// something is wrong with it. Each owner is checked once in a process's life: by who first asks for it, or by
/// [#checkAll] in the background. After that was through, only the owners that failed are remembered. What
/// [#verify] finds later is refused from then on, too.
///
/// **Threads**: any. Who asks for an owner that is being checked waits.
public final class ShardGuard implements Trust {
    private static final System.Logger LOG = System.getLogger(ShardGuard.class.getName());

    private final String shard;
    private final Tables tables;
    private final Seal seal;

    /// What is wrong with each owner that was checked; the empty string: nothing.
    private final Map<ByteBuffer, String> checked = new ConcurrentHashMap<>();

    private final Object rootsLock = new Object();
    private volatile @Nullable RootsCheck roots;
    private volatile @Nullable Map<Integer, List<byte[]>> ownersBySlot;
    private volatile boolean whole;
    private final Object derivedLock = new Object();
    private volatile DerivedCheck.@Nullable Findings derived;
    private final AtomicLong checkedOwners = new AtomicLong();

    public ShardGuard(String shard, Tables tables, Seal seal) {
        this.shard = shard;
        this.tables = tables;
        this.seal = seal;
    }

    /// Before the log is replayed: rows that do not contain what they say they do cannot be brought up to date.
    public void begin() {
        byte[] row = tables.get(Keys.shard());
        long applied = tables.appliedIndex();
        if (row == null || !seal.sound(Keys.shard(), row)) {
            return; // said by the check of the roots
        }
        long contained = Rows.Shard.decode(row).totals().logIndex();
        if (contained != applied) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The tables of shard " + shard + " contain log entry " + contained + " and claim " + applied
                            + ": somebody changed that. Restore the data folder from a backup.");
        }
    }

    /// All rows were replaced by another replica's: what was found of the earlier ones says nothing any more.
    ///
    /// @throws MnemeException as [#begin]
    public void replaced() {
        whole = false;
        synchronized (rootsLock) {
            roots = null;
            ownersBySlot = null;
        }
        synchronized (derivedLock) {
            derived = null;
        }
        checked.clear();
        begin();
    }

    /// What lies with no owner is checked as a whole, by who first asks for it or in the background.
    @Override
    public void requireTable(char table) {
        if (!roots().shard().isEmpty()) {
            throw refused(roots().shard());
        }
        DerivedCheck.Findings found = derived();
        if (found.concerns(table)) {
            throw refused(String.join("; ", found.problems()));
        }
    }

    private DerivedCheck.Findings derived() {
        DerivedCheck.Findings known = derived;
        if (known != null) {
            return known;
        }
        synchronized (derivedLock) {
            known = derived;
            if (known == null) {
                known = checkDerived(() -> true);
                derived = known;
            }
            return known;
        }
    }

    private DerivedCheck.Findings checkDerived(BooleanSupplier go) {
        DerivedCheck.Findings found;
        try (Tables.Snapshot rows = tables.snapshot()) {
            found = DerivedCheck.findings(rows, seal, shard, go);
        }
        found.problems().forEach(each -> LOG.log(Level.ERROR, "Integrity violation: {0}", each));
        return found;
    }

    /// @throws MnemeException `INTEGRITY_VIOLATION` when something is wrong with the owner
    public void require(Owner owner) {
        require(owner.hash());
    }

    public void require(byte[] owner) {
        String problem = problem(owner);
        if (!problem.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "This data was changed from outside, and is not served: " + problem
                            + ". An operator can restore a backup, or accept it with mneme integrity accept.");
        }
    }

    /// Whether nothing is wrong with the owner.
    @Override
    public boolean serves(byte[] owner) {
        return problem(owner).isEmpty();
    }

    @Override
    public boolean sound(byte[] key, byte[] row) {
        return seal.sound(key, row);
    }

    /// Whether an API key may be believed.
    public boolean servesKey(String id) {
        byte[] key = Keys.apiKey(id);
        byte[] row = tables.get(key);
        return row != null && seal.sound(key, row) && roots().trusts(key);
    }

    /// @throws MnemeException `INTEGRITY_VIOLATION` when where an id leads was changed
    public void requirePointer(MemoryId id) {
        byte[] key = Keys.pointer(id);
        byte[] row = tables.get(key);
        if (row != null && !seal.sound(key, row)) {
            throw refused("the pointer of the id " + id + " was changed, or is not from here");
        }
    }

    /// Before it is said that there are no API keys.
    public void requireRoots() {
        if (!roots().problems().isEmpty()) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "No API key is as it was stored: " + String.join("; ", roots().problems())
                            + ". Restore a backup, or accept them with mneme verify --accept keys.");
        }
    }

    /// After an id led nowhere: refuses the answer that there is no such record when an owner of its
    /// slot, whose it may have been, has lost some.
    public void requireSlot(int slot) {
        if (whole && checked.isEmpty() && roots().problems().isEmpty()) {
            return;
        }
        requireNobodyMissing();
        for (byte[] owner : owners(slot)) {
            require(owner);
        }
    }

    /// After an id that names no slot led nowhere: the same, of any owner.
    public void requireAll() {
        if (whole && checked.isEmpty() && roots().problems().isEmpty()) {
            return;
        }
        requireNobodyMissing();
        String found = checked.values().stream()
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        if (!found.isEmpty()) {
            throw refused(found);
        }
    }

    /// An owner who was taken out altogether has no head any more that would say which ids were his.
    public void requireNobodyMissing() {
        RootsCheck now = roots();
        if (!now.shard().isEmpty()) {
            throw refused(now.shard());
        }
        if (!now.groups().isEmpty()) {
            throw refused(String.join("; ", now.problems()));
        }
    }

    /// Whether somebody's data is refused, as far as it was checked.
    public boolean refusesAny() {
        RootsCheck now = roots;
        return (now != null && !now.problems().isEmpty())
                || checked.values().stream().anyMatch(each -> !each.isEmpty());
    }

    /// Those that had a head when this was first asked. Who comes later has lost nothing before.
    private List<byte[]> owners(int slot) {
        Map<Integer, List<byte[]>> known = ownersBySlot;
        if (known == null) {
            synchronized (rootsLock) {
                known = ownersBySlot;
                if (known == null) {
                    known = readOwnersBySlot();
                    ownersBySlot = known;
                }
            }
        }
        return known.getOrDefault(slot, List.of());
    }

    private Map<Integer, List<byte[]>> readOwnersBySlot() {
        Map<Integer, List<byte[]>> found = new HashMap<>();
        byte[] heads = Keys.table('h');
        try (Tables.Snapshot rows = tables.snapshot()) {
            rows.scan(heads, Keys.end(heads), (key, row) -> {
                Owner owner = seal.sound(key, row) ? Rows.Head.decode(row).owner() : null;
                if (owner != null) {
                    found.computeIfAbsent(owner.slot(), none -> new ArrayList<>())
                            .add(Keys.ownerOf(key));
                }
                return true;
            });
        }
        return found;
    }

    private static MnemeException refused(String problem) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "This shard was changed from outside, and is not served: " + problem + ". Run mneme verify.");
    }

    private String problem(byte[] owner) {
        ByteBuffer key = ByteBuffer.wrap(owner);
        String known = checked.get(key);
        if (known == null) {
            known = whole ? rooted(owner) : checked.computeIfAbsent(key, absent -> check(owner));
        }
        return known;
    }

    private String rooted(byte[] owner) {
        RootsCheck now = roots();
        if (!now.shard().isEmpty()) {
            return now.shard();
        }
        return now.trusts(Keys.head(owner)) ? "" : String.join("; ", now.problems());
    }

    private String check(byte[] owner) {
        String root = rooted(owner);
        List<String> problems;
        try (Tables.Snapshot rows = tables.snapshot()) {
            problems = OwnerCheck.problems(rows, seal, owner);
        }
        if (problems.isEmpty()) {
            return root;
        }
        problems.forEach(each -> LOG.log(Level.ERROR, "Integrity violation in shard {0}: {1}", shard, each));
        return String.join("; ", problems);
    }

    private RootsCheck roots() {
        RootsCheck known = roots;
        if (known != null) {
            return known;
        }
        synchronized (rootsLock) {
            known = roots;
            if (known == null) {
                try (Tables.Snapshot rows = tables.snapshot()) {
                    known = RootsCheck.of(rows, seal, shard);
                }
                known.problems().forEach(each -> LOG.log(Level.ERROR, "Integrity violation: {0}", each));
                roots = known;
            }
            return known;
        }
    }

    /// Checks every owner that was not yet, and what is derived from them; returns early when told to stop.
    ///
    /// @param go whether to go on, asked before each owner
    public void checkAll(BooleanSupplier go) {
        roots();
        byte[] next = Keys.table('h');
        byte[] end = Keys.end(next);
        while (go.getAsBoolean()) {
            HeadRow head = firstHead(next, end);
            if (head == null) {
                finish(go);
                return;
            }
            String found = problem(Keys.ownerOf(head.key()));
            boolean erased = found.isEmpty() && Rows.Head.decode(head.row()).owner() == null;
            checkedOwners.addAndGet(erased ? 0 : 1);
            next = Keys.next(head.key());
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record HeadRow(byte[] key, byte[] row) {}

    private @Nullable HeadRow firstHead(byte[] from, byte[] end) {
        AtomicReference<@Nullable HeadRow> first = new AtomicReference<>();
        try (Tables.Snapshot rows = tables.snapshot()) {
            rows.scan(from, end, (key, row) -> {
                first.set(new HeadRow(key, row));
                return false;
            });
        }
        return first.get();
    }

    private void finish(BooleanSupplier go) {
        if (derived == null) {
            DerivedCheck.Findings found = checkDerived(go);
            derived = go.getAsBoolean() ? found : null;
        }
        whole = go.getAsBoolean();
        if (whole) {
            checked.values().removeIf(String::isEmpty);
            if (checked.isEmpty()) {
                ownersBySlot = null;
            }
        }
    }

    /// Reads every row again, from the disk, while the shard may be written. What is found is refused from now
    /// on, and stays reported.
    public List<String> verify() {
        ShardVerification.Findings found = readAgain();
        found.owners().forEach((owner, problems) -> checked.put(ByteBuffer.wrap(owner), String.join("; ", problems)));
        if (!found.roots().problems().isEmpty()) {
            roots = found.roots();
        }
        if (!found.derived().problems().isEmpty()) {
            derived = found.derived();
        }
        List<String> problems = found.problems();
        problems.forEach(each -> LOG.log(Level.ERROR, "Integrity violation in shard {0}: {1}", shard, each));
        return problems;
    }

    private ShardVerification.Findings readAgain() {
        try (Tables.Snapshot rows = tables.stored()) {
            return ShardVerification.findings(rows, seal, shard);
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.INTEGRITY_VIOLATION) {
                throw e;
            }
            RootsCheck unreadable =
                    RootsCheck.broken("the tables of shard " + shard + " cannot be read: " + e.getMessage());
            return new ShardVerification.Findings(unreadable, Map.of(), DerivedCheck.Findings.NONE);
        }
    }

    /// Whether all of the shard was checked.
    public boolean whole() {
        return whole;
    }

    /// How many owners the background check has seen; those that were erased do not count.
    public long checkedOwners() {
        return checkedOwners.get();
    }

    /// How many there are, as far as the shard's row can be believed.
    public long owners() {
        byte[] row = tables.get(Keys.shard());
        return row == null || !seal.sound(Keys.shard(), row)
                ? 0
                : Rows.Shard.decode(row).owners();
    }

    /// What was found wrong so far.
    public List<String> problems() {
        List<String> all = new ArrayList<>();
        RootsCheck known = roots;
        if (known != null) {
            all.addAll(known.problems());
        }
        checked.values().stream()
                .filter(each -> !each.isEmpty())
                .flatMap(each -> Arrays.stream(each.split("; ", -1)))
                .filter(each -> !all.contains(each))
                .forEach(all::add);
        DerivedCheck.Findings others = derived;
        if (others != null) {
            all.addAll(others.problems());
        }
        return all;
    }

    /// After an operator accepted the API keys: what is there now is checked anew.
    public void acceptedRoots() {
        roots = null;
        derived = null;
        derived();
    }

    /// After an operator accepted an owner: what is there now is checked anew.
    public void accepted(byte[] owner) {
        roots = null;
        derived = null;
        derived();
        String problem = check(owner);
        if (problem.isEmpty()) {
            checked.remove(ByteBuffer.wrap(owner));
        } else {
            checked.put(ByteBuffer.wrap(owner), problem);
        }
    }
}
