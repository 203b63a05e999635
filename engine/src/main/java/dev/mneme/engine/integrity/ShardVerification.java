package dev.mneme.engine.integrity;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether every row of a shard is as it was stored.
public final class ShardVerification {
    private ShardVerification() {}

    /// Of tables that nobody writes. Sentences, each of which names a record or, where that cannot be
    /// told, the owner or the shard.
    public static List<String> problems(Tables tables, Seal seal, String name) {
        try (Tables.Snapshot rows = tables.snapshot()) {
            List<String> problems = new ArrayList<>(problems(rows, seal, name));
            byte[] row = rows.get(Keys.shard());
            if (row == null || seal.sound(Keys.shard(), row)) {
                appliedIndex(tables, row, name, problems);
            }
            return problems;
        }
    }

    /// The same, but for what the tables claim to contain.
    public static List<String> problems(Tables.Snapshot rows, Seal seal, String name) {
        return findings(rows, seal, name).problems();
    }

    /// What is wrong with a shard, and with whom.
    ///
    /// @param owners by hash, what is wrong with each of them; those that are sound are left out
    record Findings(RootsCheck roots, Map<byte[], List<String>> owners, DerivedCheck.Findings derived) {
        List<String> problems() {
            List<String> problems = new ArrayList<>(roots.problems());
            owners.values().forEach(problems::addAll);
            problems.addAll(derived.problems());
            return problems;
        }
    }

    /// Rows that cannot be read are a finding too: of their owner, as far as it is known.
    static Findings findings(Tables.Snapshot rows, Seal seal, String name) {
        Map<byte[], List<String>> owners = new TreeMap<>(Arrays::compareUnsigned);
        RootsCheck roots;
        try {
            roots = RootsCheck.of(rows, seal, name);
            for (byte[] owner : owners(rows)) {
                List<String> problems = OwnerCheck.problems(rows, seal, owner);
                if (!problems.isEmpty()) {
                    owners.put(owner, problems);
                }
            }
        } catch (MnemeException unreadable) {
            roots = RootsCheck.broken("rows of shard " + name + " cannot be read: " + unreadable.getMessage());
        }
        return new Findings(roots, owners, derived(rows, seal, name, roots));
    }

    private static DerivedCheck.Findings derived(Tables.Snapshot rows, Seal seal, String name, RootsCheck roots) {
        if (!roots.shard().isEmpty()) {
            return DerivedCheck.Findings.NONE; // all of the shard is in doubt
        }
        return DerivedCheck.findings(rows, seal, name, () -> true);
    }

    /// All that have a head, and those of whom there are rows without one.
    private static Set<byte[]> owners(Tables.Snapshot rows) {
        Set<byte[]> owners = new TreeSet<>(Arrays::compareUnsigned);
        for (char table : ("h" + Keys.OWNED_TABLES).toCharArray()) {
            byte[] range = Keys.table(table);
            rows.scan(range, Keys.end(range), (key, row) -> {
                if (key.length > Keys.OWNER) {
                    owners.add(Keys.ownerOf(key));
                }
                return true;
            });
        }
        return owners;
    }

    private static void appliedIndex(Tables tables, byte @Nullable [] row, String name, List<String> problems) {
        long contained = row == null ? 0 : Rows.Shard.decode(row).totals().logIndex();
        if (contained != tables.appliedIndex()) {
            problems.add("the tables of shard " + name + " contain log entry " + contained + " and claim "
                    + tables.appliedIndex());
        }
    }
}
