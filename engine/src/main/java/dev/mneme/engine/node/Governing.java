package dev.mneme.engine.node;

import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.engine.replica.LocalShard;
import dev.mneme.engine.state.ShardRules;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/// How the configured rules get into shards.
final class Governing {
    private static final Logger LOG = System.getLogger(Governing.class.getName());
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    private Governing() {}

    /// Has every shard that is governed by other rules, or by none, governed by these. Shards whose log takes nothing
    /// go on with those they have until the next start.
    ///
    /// @param shards on which nothing was written since they were opened
    static void begin(Collection<LocalShard> shards, Govern configured, NodeRuntime runtime) {
        List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
        for (LocalShard shard : shards) {
            if (!configured.equals(shard.rules())) {
                answers.add(shard.submit(ShardRules.write(configured)));
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
}
