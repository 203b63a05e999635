package dev.mneme.engine.integrity;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.EntityRow;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.OperatorRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Whether all rows of an owner are those that were stored: each row's MAC, how many there are, their
/// sum, the chain of changes, and what elsewhere is derived from them (pointers, entities, the
/// operator's feed, expiries).
///
/// What is found missing or put back is named by comparing the rows with each other: see [Disagreements].
///
/// Costs one reading of the owner's rows, and about an HMAC for each. Used once, by one thread.
public final class OwnerCheck {
    private static final int MAX_PROBLEMS = 20;

    private final Tables.Snapshot rows;
    private final Seal seal;
    private final byte[] hash;
    private final RecordNames names;
    private final List<String> problems = new ArrayList<>();
    private final Map<byte[], Long> entities = new TreeMap<>(Arrays::compareUnsigned);
    private String owner;
    private long count;
    private Digest128 sum = Digest128.ZERO;
    private Digest128 chain = Digest128.ZERO;
    private long nextChange;
    private long pointed = -1;

    private OwnerCheck(Tables.Snapshot rows, Seal seal, byte[] hash) {
        this.rows = rows;
        this.seal = seal;
        this.hash = hash;
        this.names = new RecordNames(rows, hash);
        this.owner = "an owner with the hash " + HexFormat.of().formatHex(hash);
    }

    /// What is wrong with an owner: sentences, each of which names a record; none when all is well.
    ///
    /// @param hash the owner's
    public static List<String> problems(Tables.Snapshot rows, Seal seal, byte[] hash) {
        OwnerCheck check = new OwnerCheck(rows, seal, hash);
        try {
            check.run();
        } catch (MnemeException unreadable) {
            check.problems.add("rows of " + check.owner + " cannot be read: " + unreadable.getMessage());
        }
        return List.copyOf(check.problems);
    }

    /// What an operator calls an owner: `user alice`.
    public static String nameOf(Owner owner) {
        return owner.kind().name().toLowerCase(Locale.ROOT) + " " + owner.id();
    }

    private void run() {
        byte[] row = rows.get(Keys.head(hash));
        Head head = row == null ? null : decoded(row);
        if (head != null) {
            owner = head.owner() == null ? owner + " that was erased" : nameOf(head.owner());
            chain = head.totals().chainBefore();
            nextChange = head.oldest();
        }
        if (row != null && !seal.sound(Keys.head(hash), row)) {
            problems.add("the head of " + owner + " was changed");
        } else {
            rows(head);
        }
    }

    private static @Nullable Head decoded(byte[] row) {
        try {
            return Head.decode(row);
        } catch (MnemeException damaged) {
            System.getLogger(OwnerCheck.class.getName())
                    .log(System.Logger.Level.DEBUG, "A head cannot be read", damaged);
            return null;
        }
    }

    private void rows(@Nullable Head head) {
        for (char table : Keys.OWNED_TABLES.toCharArray()) {
            byte[] range = Keys.owned(table, hash);
            rows.scan(range, Keys.end(range), (key, row) -> {
                row(key, row);
                return problems.size() < MAX_PROBLEMS;
            });
        }
        if (head == null) {
            if (count > 0) {
                problems.add("the head of " + owner + " is missing, and " + count + " of its rows are there");
            }
            return;
        }
        if (!problems.isEmpty()) {
            return;
        }
        boolean whole = count == head.totals().rows()
                && sum.equals(head.totals().sum())
                && nextChange == head.sequence() + 1
                && chain.equals(head.totals().chain());
        if (!whole) {
            problems.addAll(new Disagreements(rows, hash, head, names, owner).find());
        }
        if (problems.isEmpty()) {
            entities.forEach(this::entity);
        }
        if (!whole && problems.isEmpty()) {
            problems.add("a record of " + owner + " was removed or put back to an earlier version: which one, the"
                    + " others do not tell");
        }
    }

    private void row(byte[] key, byte[] row) {
        Seal.Tag tag = seal.tag(key, row);
        count++;
        sum = sum.plus(tag.hash());
        if (!tag.isIn(row)) {
            problem(names.of(key, row), "was changed, or is not from here");
            return;
        }
        switch (key[0]) {
            case 'm' -> memory(key, Version.decode(row));
            case 'v' -> pointer(Keys.arrivalOf(key), Version.decode(row).memory());
            case 'c' -> change(key, row);
            case 'x' -> context(key, row);
            case 'z' -> expiry(key, Rows.syncEvent(row).expiresAt());
            default -> {}
        }
    }

    private void memory(byte[] key, Version version) {
        pointer(Keys.lastNumber(key), version.memory());
        for (OwnerKind kind : OwnerKind.values()) {
            String id = version.memory().scope().id(kind);
            if (id != null) {
                entities.merge(Keys.entity(kind, id, hash), 1L, Long::sum);
            }
        }
    }

    /// A memory's versions follow one another, so each memory's pointer is looked at once or twice.
    private void pointer(long arrival, Memory memory) {
        if (pointed == arrival) {
            return;
        }
        pointed = arrival;
        byte[] key = Keys.pointer(memory.id());
        byte[] row = rows.get(key);
        boolean leads = row != null
                && seal.sound(key, row)
                && Pointer.decode(row).arrival() == arrival
                && Arrays.equals(Pointer.decode(row).owner(), hash);
        if (!leads) {
            problem("memory " + memory.id(), "is not led to by its id");
        }
    }

    private void change(byte[] key, byte[] row) {
        long sequence = Keys.lastNumber(key);
        chain = seal.link(chain, key, row);
        if (sequence == nextChange) {
            nextChange++;
        }
        ChangeRow change = ChangeRow.decode(row);
        if (change.logIndex() == 0) {
            return; // it came with the owner from elsewhere, and the feed of this node does not tell of it
        }
        byte[] feedKey = Keys.operator(change.logIndex(), change.ordinal());
        byte[] feed = rows.get(feedKey);
        boolean fed = feed != null
                && seal.sound(feedKey, feed)
                && OperatorRow.decode(feed).sequence() == sequence
                && Arrays.equals(OperatorRow.decode(feed).owner(), hash);
        if (!fed) {
            problem("change " + sequence, "is not in the operator's feed as it was");
        }
    }

    private void context(byte[] key, byte[] row) {
        var context = Rows.ContextRow.decode(row).context();
        expiry(key, context == null ? null : context.expiresAt());
    }

    private void expiry(byte[] key, @Nullable Instant expiresAt) {
        if (expiresAt == null) {
            return;
        }
        byte[] expiryKey = Keys.expiry(expiresAt, key);
        byte[] row = rows.get(expiryKey);
        if (row == null || !seal.sound(expiryKey, row)) {
            problem(names.of(key, rows.get(key)), "is not in the order of expiries as it was");
        }
    }

    private void entity(byte[] key, long memories) {
        byte[] row = rows.get(key);
        boolean counted =
                row != null && seal.sound(key, row) && EntityRow.decode(row).memories() == memories;
        if (!counted) {
            String id = new String(key, 2, key.length - 3 - Keys.OWNER, StandardCharsets.UTF_8);
            problem("the count of entity " + id, "was changed");
        }
    }

    private void problem(String record, String what) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(record + " of " + owner + " " + what);
        }
    }
}
