package dev.mneme.engine.integrity;

import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.Seal.Tag;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.ShardTotals;
import dev.mneme.engine.table.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What lies between the state machine and the tables: fills in what only this node can say of the rows of an entry,
/// since it depends on the node's integrity key. Nothing of it enters a decision.
///
/// ```text
/// state machine -> rows, the same on every node -> stored: MACs, chains, totals -> tables
/// tables -> send: without them -> another node's received: with its own -> its tables
/// ```
///
/// Totals are brought up to date by what is stored under the changed keys and what will be: owners' heads first, since
/// the shard's totals are over those. A head's chain follows the entry's changes, in their order.
///
/// **What was not sound stays so.** A head, or the shard's row, whose MAC was wrong before the entry gets none by it;
/// and since totals change by what is stored, one that did not fit its rows never fits them again by a write. Only what
/// an operator accepted begins anew.
///
/// **Threads**: any; nothing here changes.
public final class StoringStage {
    private final Seal seal;

    public StoringStage(Seal seal) {
        this.seal = seal;
    }

    /// The rows to write. The values in `rows` are changed in place.
    ///
    /// @param logIndex of the entry, which the tables then contain
    public Tables.Batch stored(long logIndex, Transaction rows) {
        new Pass(seal, rows).run(logIndex);
        return rows.batch(logIndex);
    }

    /// Another node's rows of a shard, sealed under this node's key: their MACs, chains and totals are each
    /// node's own.
    ///
    /// @param logIndex that they contain
    /// @param rows shows all of them in the order of their keys, as often as it is asked to
    /// @param shard is shown the shard's own row, and throws when it does not belong here
    /// @return shows them sealed, and throws `INTEGRITY_VIOLATION` when they are not the rows of a shard
    public Consumer<Tables.Visitor> received(long logIndex, Consumer<Tables.Visitor> rows, Consumer<Rows.Shard> shard) {
        return visitor -> new ReceivedRows(seal, logIndex, rows, shard, visitor, ReceivedRows.HEADS).show();
    }

    /// This node's rows of a shard, for another: without what is this node's own. See [SentRows].
    public void send(Tables.Snapshot rows, Tables.Visitor visitor) {
        SentRows.show(rows, seal, visitor);
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

    /// One entry on its way.
    private static final class Pass {
        private static final byte[] API_KEYS = Keys.table('k');

        /// No sum of hashes but by a chance of 2^-128: the groups of a shard whose own row was not sound
        /// stay refused until each was accepted.
        private static final Digest128 IN_DOUBT = new Digest128(-1, -1);

        private final Seal seal;
        private final Transaction rows;
        private final Set<byte[]> accepted;

        Pass(Seal seal, Transaction rows) {
            this.seal = seal;
            this.rows = rows;
            this.accepted = rows.accepted();
        }

        void run(long logIndex) {
            if (accepted.contains(API_KEYS)) {
                dropForged(API_KEYS);
                dropForged(Keys.table('b')); // the spaces of the server's embedders lie beside them
            }
            owners();
            byte[] now = rows.get(Keys.shard());
            if (now == null) {
                throw new IllegalStateException("an entry without the shard's row");
            }
            ShardTotals totals = totals(logIndex);
            rows.put(Keys.shard(), Rows.Shard.filled(now, totals));
            shard();
        }

        /// Of what the entry did not put itself.
        private void dropForged(byte[] table) {
            rows.visit(table, Keys.end(table), (key, row) -> {
                if (!rows.isChanged(key) && !seal.sound(key, row)) {
                    rows.delete(key);
                }
                return true;
            });
        }

        /// Puts MACs on the rows of owners, and totals into their heads.
        private void owners() {
            Map<byte[], Delta> owners = new TreeMap<>(Arrays::compareUnsigned);
            for (byte[] key : rows.changedKeys()) {
                if (Keys.isOwned(key)) {
                    replace(key, false, owners.computeIfAbsent(Keys.ownerOf(key), owner -> new Delta()));
                } else if (key[0] == 'h') {
                    owners.computeIfAbsent(Keys.ownerOf(key), owner -> new Delta());
                }
            }
            owners.forEach(this::head);
        }

        private void head(byte[] owner, Delta delta) {
            byte[] key = Keys.head(owner);
            byte[] now = rows.get(key);
            if (now == null) {
                return; // somebody removed it: the shard's totals tell
            }
            Head head = Head.decode(now);
            OwnerTotals chained = chained(owner, rows.storedHead(owner), head);
            OwnerTotals begun = accepted.contains(key)
                    ? OwnerTotals.NONE.withChain(chained.chain(), chained.chainBefore())
                    : chained;
            OwnerTotals totals = begun.plus(delta.rows, delta.sum);
            rows.put(
                    key,
                    rows.isChanged(key)
                            ? Head.filled(now, totals)
                            : head.withTotals(totals).encode());
        }

        /// The totals before the entry, with the chain after it.
        private OwnerTotals chained(byte[] owner, @Nullable Head before, Head head) {
            OwnerTotals totals = before == null ? OwnerTotals.NONE : before.totals();
            long reached = before == null ? 0 : before.sequence();
            Digest128 chainBefore = totals.chain();
            if (before != null && head.oldest() <= reached) {
                chainBefore = totals.chainBefore();
                for (long gone = before.oldest(); gone < head.oldest(); gone++) {
                    byte[] key = Keys.change(owner, gone);
                    chainBefore = linked(chainBefore, key, rows.stored(key));
                }
            }
            Digest128 chain = totals.chain();
            for (long made = Math.max(reached + 1, head.oldest()); made <= head.sequence(); made++) {
                byte[] key = Keys.change(owner, made);
                chain = linked(chain, key, rows.get(key));
            }
            return totals.withChain(chain, chainBefore);
        }

        private Digest128 linked(Digest128 chain, byte[] key, byte @Nullable [] row) {
            return row == null ? chain : seal.link(chain, key, row);
        }

        /// Puts MACs on the other rows.
        ///
        /// @return the shard's totals after the entry
        private ShardTotals totals(long logIndex) {
            ShardTotals before = Rows.Shard.totals(rows.stored(Keys.shard()));
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
            boolean keys = accepted.contains(API_KEYS);
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

        /// Puts the MAC on the row that is now under a key, and notes the difference to the one before.
        private void replace(byte[] key, boolean root, Delta delta) {
            boolean asItIs = accepted.contains(Keys.isOwned(key) ? Keys.head(Keys.ownerOf(key)) : key);
            byte[] before = asItIs ? null : rows.stored(key);
            Tag old = before == null ? null : seal.tag(key, before);
            if (old != null) {
                delta.remove(old.hash());
            }
            byte[] now = rows.get(key);
            if (now != null) {
                delta.add(tagged(key, now, !root || sound(before, old)));
            }
        }

        /// Puts the MAC on the shard's own row, from which all totals hang.
        private void shard() {
            byte[] key = Keys.shard();
            byte[] before = accepted.isEmpty() ? rows.stored(key) : null;
            byte[] now = rows.get(key);
            if (now != null) {
                tagged(key, now, sound(before, before == null ? null : seal.tag(key, before)));
            }
        }

        private Digest128 tagged(byte[] key, byte[] row, boolean deserved) {
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
}
