package dev.mneme.engine.integrity;

import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether the rows that everything else hangs from are those that were stored: the shard's own,
/// owners' heads, API keys. Heads and keys are summed in groups; where the sum of a group is wrong, one
/// of it is missing or was put back, and which one cannot be told, so all of the group are in doubt.
///
/// @param shard what is wrong with the shard's own row, or the empty string
/// @param groups the groups whose sum is wrong
/// @param problems sentences for an operator
public record RootsCheck(String shard, Set<Integer> groups, List<String> problems) {
    public RootsCheck {
        groups = Set.copyOf(groups);
        problems = List.copyOf(problems);
    }

    /// Costs an HMAC for each head and each key.
    ///
    /// @param name the shard's
    public static RootsCheck of(Tables.Snapshot rows, Seal seal, String name) {
        byte[] row = rows.get(Keys.shard());
        if (row == null) {
            return empty(rows)
                    ? new RootsCheck("", Set.of(), List.of())
                    : broken("the row of shard " + name + " is missing");
        }
        if (!seal.sound(Keys.shard(), row)) {
            return broken("the row of shard " + name + " was changed");
        }
        ShardTotals totals = Rows.Shard.decode(row).totals();
        Digest128[] sums = new Digest128[ShardTotals.GROUPS];
        Arrays.fill(sums, Digest128.ZERO);
        List<String> problems = new ArrayList<>();
        sum(rows, seal, 'h', sums, problems);
        sum(rows, seal, 'k', sums, problems);
        Set<Integer> groups = new HashSet<>();
        for (int group = 0; group < sums.length; group++) {
            if (!sums[group].equals(totals.groups().get(group))) {
                groups.add(group);
            }
        }
        if (!groups.isEmpty() && problems.isEmpty()) {
            problems.add("an owner's head or an API key of shard " + name
                    + " is missing or was put back to an earlier version: all of its group are refused");
        }
        return new RootsCheck("", groups, problems);
    }

    /// All of a shard is in doubt.
    public static RootsCheck broken(String how) {
        return new RootsCheck(how, Set.of(), List.of(how));
    }

    private static boolean empty(Tables.Snapshot rows) {
        boolean[] empty = {true};
        rows.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> empty[0] = false);
        return empty[0];
    }

    private static void sum(Tables.Snapshot rows, Seal seal, char table, Digest128[] sums, List<String> problems) {
        byte[] range = Keys.table(table);
        rows.scan(range, Keys.end(range), (key, row) -> {
            Seal.Tag tag = seal.tag(key, row);
            int group = ShardTotals.group(key);
            sums[group] = sums[group].plus(tag.hash());
            if (table == 'k' && !tag.isIn(row)) {
                problems.add("API key " + Keys.apiKeyId(key) + " was changed, or is not from here");
            }
            return true;
        });
    }

    /// Whether an owner's head, or an API key, may be believed as far as the shard's totals go.
    ///
    /// @param key of its row
    public boolean trusts(byte[] key) {
        return shard.isEmpty() && !groups.contains(ShardTotals.group(key));
    }
}
