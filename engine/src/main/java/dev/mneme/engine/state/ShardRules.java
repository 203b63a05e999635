package dev.mneme.engine.state;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What a shard's entries are decided by besides themselves: its row says so.
public final class ShardRules {
    private static final Owner SHARD = new Owner("system", OwnerKind.APP, "shard");

    private ShardRules() {}

    /// The rules that a shard's rows hold; null if they do not say.
    public static @Nullable Govern of(Tables tables) {
        return of(tables.get(Keys.shard()));
    }

    private static @Nullable Govern of(byte @Nullable [] row) {
        return Rows.Shard.withoutTotals(row).rules();
    }

    /// The rows of every shard must be of the epoch that the folder's manifest names.
    ///
    /// @param name the shard's
    /// @param sound whether a row is as it was stored. A shard's row that is not is refused by others
    /// @throws MnemeException `INTEGRITY_VIOLATION` when they are of another
    public static void requireEpoch(Tables tables, String name, String epoch, BiPredicate<byte[], byte[]> sound) {
        byte[] row = tables.get(Keys.shard());
        requireEpoch(row == null || !sound.test(Keys.shard(), row) ? null : of(row), name, epoch);
    }

    /// The same, of the rules themselves.
    public static void requireEpoch(@Nullable Govern rules, String name, String epoch) {
        if (rules != null && !rules.epoch().equals(epoch)) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The tables of shard " + name + " are of epoch " + rules.epoch() + ", and the manifest beside them"
                            + " is of epoch " + epoch + ": they are of two data folders. Put back what belongs"
                            + " together, or restore a backup.");
        }
    }

    /// Asks a shard to be governed by these from then on.
    public static Write write(Govern rules) {
        return new Write(SHARD, Provenance.ofKey("server"), null, List.of(rules));
    }
}
