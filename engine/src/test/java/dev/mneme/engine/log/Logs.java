package dev.mneme.engine.log;

import dev.mneme.core.spi.Disk;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.Durable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Logs whose shards are 0 to n - 1, as most tests have them.
final class Logs {
    private Logs() {}

    static Set<ShardId> shards(int count) {
        return IntStream.range(0, count).mapToObj(ShardId::new).collect(Collectors.toSet());
    }

    static WriteAheadLog open(Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal) {
        return WriteAheadLog.open(disk, shards(shards), config, metrics, seal, LogRuntime.system());
    }

    static WriteAheadLog open(
            Disk disk, int shards, LogConfig config, LogMetrics metrics, LogSeal seal, LongSupplier salts) {
        LogRuntime runtime = LogRuntime.system().withSalts(salts);
        return WriteAheadLog.open(disk, shards(shards), config, metrics, seal, runtime);
    }

    static WriteAheadLog open(
            Disk disk,
            int shards,
            LogConfig config,
            LogMetrics metrics,
            LogSeal seal,
            LongSupplier salts,
            @Nullable UUID boot) {
        LogRuntime runtime = LogRuntime.system().withSalts(salts).withBoot(boot);
        return WriteAheadLog.open(disk, shards(shards), config, metrics, seal, runtime);
    }

    /// Appends at the next index, in term 1.
    static Durable append(Journal log, int shard, byte[] entry) {
        return Durable.append(log, new ShardId(shard), 1, entry);
    }

    /// Everything after an index.
    static void replay(Journal log, int shard, long after, Journal.Visitor visitor) {
        long next = after + 1;
        for (long from = 0; from < next; ) {
            from = next;
            next = log.read(new ShardId(shard), from, 1 << 10, visitor);
        }
    }

    static long lastIndex(Journal log, int shard) {
        return log.lastIndex(new ShardId(shard));
    }

    /// Everything up to an index is kept elsewhere.
    static void checkpointed(Journal log, int shard, long index) {
        log.releaseBefore(new ShardId(shard), index + 1);
    }

    /// Which shards hold back segments, and the index that each must pass.
    static Map<Integer, Long> pinning(Journal log) {
        Map<Integer, Long> pinning = new HashMap<>();
        log.pinning().forEach((shard, before) -> pinning.put(shard.value(), before - 1));
        return pinning;
    }
}
