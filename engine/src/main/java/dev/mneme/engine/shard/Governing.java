package dev.mneme.engine.shard;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// What shards are governed by: which rules their rows hold, and how the configured ones get there.
final class Governing {
    private static final Logger LOG = System.getLogger(Governing.class.getName());
    private static final Duration AT_MOST = Duration.ofSeconds(10);
    private static final Owner SHARD = new Owner("system", OwnerKind.APP, "shard");

    private Governing() {}

    /// What a shard's entries are decided by; null if its rows do not say.
    static @Nullable Govern rules(Tables tables) {
        return Rows.Shard.withoutTotals(tables.get(Keys.shard())).rules();
    }

    /// The rows of every shard must be of the epoch that the folder's manifest names.
    ///
    /// @param name the shard's
    /// @param sound whether a row is as it was stored. A shard's row that is not is refused by others
    /// @throws MnemeException `INTEGRITY_VIOLATION` when they are of another
    static void requireEpoch(Tables tables, String name, String epoch, BiPredicate<byte[], byte[]> sound) {
        byte[] row = tables.get(Keys.shard());
        Govern rules = row == null || !sound.test(Keys.shard(), row) ? null : rules(tables);
        if (rules != null && !rules.epoch().equals(epoch)) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The tables of shard " + name + " are of epoch " + rules.epoch() + ", and the manifest beside them"
                            + " is of epoch " + epoch + ": they are of two data folders. Put back what belongs"
                            + " together, or restore a backup.");
        }
    }

    /// Has every shard that is governed by other rules, or by none, governed by these. Shards whose log takes nothing
    /// go on with those they have until the next start.
    ///
    /// @param shards on which nothing was written since they were opened
    static void begin(List<LocalShard> shards, Govern configured, NodeRuntime runtime) {
        List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
        for (LocalShard shard : shards) {
            if (!configured.equals(shard.rules())) {
                answers.add(shard.submit(write(configured)));
            }
        }
        try {
            runtime.await(CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)), AT_MOST);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(
                    Level.WARNING,
                    "The limits that are configured for the store are not in force everywhere: they could not be"
                            + " written. Start again once writes are taken",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Write write(Govern rules) {
        return new Write(SHARD, Provenance.ofKey("server"), null, List.of(rules));
    }
}
