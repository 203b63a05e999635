package dev.mneme.engine.state;

import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.Seal.Tag;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Seals the rows of one entry, and brings the totals over them up to date: the owners' heads first, since the
/// shard's totals are over those.
///
/// **What was not sound stays so.** A head, or the shard's row, whose MAC was wrong before the entry gets
/// none by it; and since totals change by what is stored, one that did not fit its rows never fits them
/// again by a write.
final class Sealing {
    /// No sum of hashes but by a chance of 2^-128: the groups of a shard whose own row was not sound
    /// stay refused until each was accepted.
    private static final Digest128 IN_DOUBT = new Digest128(-1, -1);

    private final Transaction rows;
    private final Seal seal;
    private final Set<byte[]> accepted;

    /// @param accepted the heads of owners, or the table of API keys, that an operator takes as they are
    Sealing(Transaction rows, Seal seal, Set<byte[]> accepted) {
        this.rows = rows;
        this.seal = seal;
        this.accepted = accepted;
    }

    private static final class Delta {
        private long rows;
        private Digest128 sum = Digest128.ZERO;

        void add(Digest128 hash) {
            rows++;
            sum = sum.plus(hash);
        }

        void remove(Digest128 hash) {
            rows--;
            sum = sum.minus(hash);
        }
    }

    /// @return the shard's totals after the entry
    ShardTotals apply(ShardTotals before, long logIndex) {
        sealOwned(rows.changedKeys());
        List<Digest128> groups = new ArrayList<>(before.groups());
        Delta roots = new Delta();
        Delta others = new Delta();
        for (byte[] key : rows.changedKeys()) {
            if (key[0] == 'h' || key[0] == 'k') {
                Delta root = new Delta();
                replace(key, key[0] == 'h', root);
                int group = ShardTotals.group(key);
                groups.set(group, groups.get(group).plus(root.sum));
                roots.rows += root.rows;
            } else if (!Keys.isOwned(key) && key[0] != 's') {
                replace(key, false, others);
            }
        }
        ShardTotals after = new ShardTotals(
                logIndex,
                before.roots() + roots.rows,
                groups,
                before.others() + others.rows,
                before.othersSum().plus(others.sum));
        return accepted.isEmpty() ? after : anew(after);
    }

    /// The totals from the rows alone, for the groups of what was accepted: a rare and long way.
    private ShardTotals anew(ShardTotals after) {
        byte[] own = rows.stored(Keys.shard());
        boolean trusted = own == null || seal.sound(Keys.shard(), own);
        List<Digest128> groups =
                new ArrayList<>(trusted ? after.groups() : Collections.nCopies(ShardTotals.GROUPS, IN_DOUBT));
        Set<Integer> begun = new HashSet<>();
        boolean keys = accepted.contains(Keys.table('k'));
        for (int group = 0; group < ShardTotals.GROUPS; group++) {
            int number = group;
            if (keys || accepted.stream().anyMatch(root -> ShardTotals.group(root) == number)) {
                groups.set(group, Digest128.ZERO);
                begun.add(group);
            }
        }
        long[] roots = new long[1];
        Delta others = new Delta();
        rows.visit(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
            if (Keys.isOwned(key) || key[0] == 's') {
                return true;
            }
            Digest128 hash = seal.tag(key, row).hash();
            if (key[0] != 'h' && key[0] != 'k') {
                others.add(hash);
                return true;
            }
            roots[0]++;
            int group = ShardTotals.group(key);
            if (begun.contains(group)) {
                groups.set(group, groups.get(group).plus(hash));
            }
            return true;
        });
        return new ShardTotals(after.logIndex(), roots[0], groups, others.rows, others.sum);
    }

    private void sealOwned(List<byte[]> keys) {
        Map<byte[], Delta> owners = new TreeMap<>(Arrays::compareUnsigned);
        for (byte[] key : keys) {
            if (Keys.isOwned(key)) {
                replace(key, false, owners.computeIfAbsent(Keys.ownerOf(key), owner -> new Delta()));
            }
        }
        owners.forEach((owner, delta) -> {
            byte[] head = rows.get(Keys.head(owner));
            if (head == null) {
                return; // somebody removed it: the shard's totals tell
            }
            Rows.Head counted = Rows.Head.decode(head);
            rows.put(
                    Keys.head(owner),
                    counted.withTotals(counted.totals().plus(delta.rows, delta.sum))
                            .encode());
        });
    }

    /// Seals the row that is now under a key, and notes the difference to the one before.
    private void replace(byte[] key, boolean root, Delta delta) {
        boolean asItIs = accepted.contains(Keys.isOwned(key) ? Keys.head(Keys.ownerOf(key)) : key);
        byte[] before = asItIs ? null : rows.stored(key);
        Tag old = before == null ? null : seal.tag(key, before);
        if (old != null) {
            delta.remove(old.hash());
        }
        byte[] now = rows.get(key);
        if (now != null) {
            delta.add(seal(key, now, !root || sound(before, old)));
        }
    }

    /// Seals a row that totals hang from.
    void sealRoot(byte[] key) {
        byte[] before = accepted.isEmpty() ? rows.stored(key) : null;
        byte[] now = rows.get(key);
        if (now != null) {
            seal(key, now, sound(before, before == null ? null : seal.tag(key, before)));
        }
    }

    private Digest128 seal(byte[] key, byte[] row, boolean deserved) {
        Tag tag = seal.tag(key, row);
        if (deserved) {
            tag.into(row);
        }
        return tag.hash();
    }

    private static boolean sound(byte @Nullable [] before, @Nullable Tag tag) {
        return before == null || tag == null || tag.isIn(before);
    }
}
