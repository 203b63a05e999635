package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/// What callers of a log were told, through any number of its lives, and whether the log keeps to it.
/// Thread-safe.
///
/// An entry says who it is: 8 bytes of id, the rest grown from the id, so that wrong bytes are seen.
final class LogHistory {
    private final List<Map<Long, Long>> acknowledged = new ArrayList<>();
    private final long[] checkpoints;
    private final Set<Long> refused = new HashSet<>();
    private final Set<Long> unknown = new HashSet<>();
    private long lastId;

    LogHistory(int shards) {
        for (int shard = 0; shard < shards; shard++) {
            acknowledged.add(new HashMap<>());
        }
        checkpoints = new long[shards];
    }

    /// Proposes an entry; the future completes when the log has answered, whatever it said.
    CompletableFuture<Void> propose(Journal log, int shard, int size) {
        long id = began();
        CompletableFuture<Void> answered = new CompletableFuture<>();
        log.append(new ShardId(shard), Journal.NEXT, 1, payload(id, size), new Journal.Callback() {
            @Override
            public void durable(long index) {
                acknowledged(shard, index, id);
                answered.complete(null);
            }

            @Override
            public void failed(MnemeException failure) {
                failedWith(id, failure.code());
                answered.complete(null);
            }
        });
        return answered;
    }

    private synchronized long began() {
        unknown.add(++lastId);
        return lastId;
    }

    private synchronized void acknowledged(int shard, long index, long id) {
        Map<Long, Long> entries = acknowledged.get(shard);
        assertThat(entries.put(index, id))
                .as("index %d of shard %d is given twice", index, shard)
                .isNull();
        unknown.remove(id);
    }

    private synchronized void failedWith(long id, ErrorCode code) {
        if (code != ErrorCode.OUTCOME_UNKNOWN) {
            unknown.remove(id);
            refused.add(id);
        }
    }

    synchronized int acknowledgedCount() {
        return acknowledged.stream().mapToInt(Map::size).sum();
    }

    /// Checkpoints some shards somewhere.
    synchronized void checkpoint(Journal log, SplittableRandom random) {
        for (int shard = 0; shard < checkpoints.length; shard++) {
            long last = last(shard);
            if (random.nextInt(3) > 0 && last > checkpoints[shard]) {
                checkpoints[shard] = random.nextLong(checkpoints[shard], last + 1);
                Logs.checkpointed(log, shard, checkpoints[shard]);
            }
        }
    }

    private long last(int shard) {
        return acknowledged.get(shard).keySet().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /// Replays every shard from its checkpoint: what was acknowledged is there, what was refused is not, the
    /// rest was proposed. What a life of the log has shown must stay in the next ones.
    synchronized void check(Journal log) {
        for (int shard = 0; shard < checkpoints.length; shard++) {
            Map<Long, Long> entries = acknowledged.get(shard);
            Map<Long, Long> found = replay(log, shard);
            long checkpoint = checkpoints[shard];
            entries.forEach((index, id) -> {
                if (index > checkpoint) {
                    assertThat(found.get(index))
                            .as("acknowledged entry %d", index)
                            .isEqualTo(id);
                }
            });
            for (Map.Entry<Long, Long> entry : found.entrySet()) {
                assertThat(refused).as("refused entries").doesNotContain(entry.getValue());
                if (!entries.containsKey(entry.getKey())) {
                    assertThat(unknown.remove(entry.getValue()))
                            .as("entry %d was proposed, once", entry.getKey())
                            .isTrue();
                    entries.put(entry.getKey(), entry.getValue());
                }
            }
            assertThat(Logs.lastIndex(log, shard))
                    .as("last index of shard %d", shard)
                    .isEqualTo(last(shard));
            Logs.checkpointed(log, shard, checkpoints[shard]);
        }
    }

    private Map<Long, Long> replay(Journal log, int shard) {
        Map<Long, Long> found = new HashMap<>();
        long[] next = {checkpoints[shard] + 1};
        Logs.replay(log, shard, checkpoints[shard], (index, term, batch) -> {
            assertThat(index).as("dense indexes").isEqualTo(next[0]++);
            long id = ByteBuffer.wrap(batch).getLong();
            assertThat(batch).isEqualTo(payload(id, batch.length));
            found.put(index, id);
        });
        return found;
    }

    private static byte[] payload(long id, int size) {
        byte[] payload = new byte[Math.max(Long.BYTES, size)];
        Arrays.fill(payload, (byte) (id * 31 + 7));
        ByteBuffer.wrap(payload).putLong(id);
        return payload;
    }
}
