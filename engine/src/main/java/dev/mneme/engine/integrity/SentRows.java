package dev.mneme.engine.integrity;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import dev.mneme.engine.table.StateDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The rows of a shard on their way to another node, in the form that the state machine gave them: without
/// MACs and totals, the same from every node that applied the same entries.
///
/// The other node seals what it is given under its own key, and so vouches for it from then on. Hence no row
/// leaves that is not as it was stored here: each row's MAC is looked at, and what all of them come to is
/// held against the totals of heads and shard. A row that was taken out, or put back to an earlier version,
/// is in no sum of theirs.
///
/// **Costs** an HMAC for each row, and the memory of one.
public final class SentRows {
    private final Seal seal;
    private final Digest128[] groups = new Digest128[ShardTotals.GROUPS];
    private final Sum owned = new Sum();
    private final Sum said = new Sum();
    private final Sum others = new Sum();
    private long roots;
    private @Nullable ShardTotals totals;

    /// How many rows, and what their hashes come to.
    private static final class Sum {
        private long rows;
        private Digest128 sum = Digest128.ZERO;

        void add(long more, Digest128 hash) {
            rows += more;
            sum = sum.plus(hash);
        }

        boolean is(long count, Digest128 of) {
            return rows == count && sum.equals(of);
        }
    }

    private SentRows(Seal seal) {
        this.seal = seal;
        Arrays.fill(groups, Digest128.ZERO);
    }

    /// Shows the rows in the order of their keys, until the visitor says stop. What an earlier format left
    /// behind ([Keys#isOfFormat]) is this folder's own, and stays here.
    ///
    /// @throws MnemeException `INTEGRITY_VIOLATION` at a row that is not as it was stored, or after the last
    ///     one when one is missing or was put back
    public static void show(Tables.Snapshot rows, Seal seal, Tables.Visitor visitor) {
        SentRows sent = new SentRows(seal);
        boolean[] more = {true};
        rows.all((key, row) -> {
            sent.check(key, row);
            more[0] = Keys.isOfFormat(key) || visitor.row(key, StateDigest.stateForm(key, row));
            return more[0];
        });
        if (more[0]) {
            sent.checkTotals();
        }
    }

    private void check(byte[] key, byte[] row) {
        Seal.Tag tag = seal.tag(key, row);
        if (!tag.isIn(row)) {
            throw refused("a row of table " + (char) key[0] + " was changed, or is not from here");
        }
        if (Keys.isOwned(key)) {
            owned.add(1, tag.hash());
        } else if (key[0] == 's') {
            totals = Rows.Shard.totals(row);
        } else if (key[0] == 'h' || key[0] == 'k') {
            root(key, row, tag);
        } else {
            others.add(1, tag.hash());
        }
    }

    private void root(byte[] key, byte[] row, Seal.Tag tag) {
        int group = ShardTotals.group(key);
        groups[group] = groups[group].plus(tag.hash());
        roots++;
        if (key[0] == 'h') {
            Rows.Head head = Rows.Head.decode(row);
            said.add(head.totals().rows(), head.totals().sum());
        }
    }

    private void checkTotals() {
        ShardTotals of = totals == null ? ShardTotals.NONE : totals;
        if (!owned.is(said.rows, said.sum)) {
            throw refused("a record of some owner is missing, was added, or was put back to an earlier version");
        }
        if (roots != of.roots() || !Arrays.asList(groups).equals(of.groups())) {
            throw refused("an owner's head or an API key is missing, or was put back to an earlier version");
        }
        if (!others.is(of.others(), of.othersSum())) {
            throw refused("a row that lies with no owner is missing, was added, or was put back to an earlier version");
        }
    }

    private static MnemeException refused(String what) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "The rows of the shard are not given to another node, because they were changed from outside: " + what
                        + ". Run mneme verify on this node, and let another one give its rows.");
    }
}
