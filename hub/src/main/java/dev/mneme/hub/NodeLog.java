package dev.mneme.hub;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/// Values by key on this node's own disk: what must outlive the node and has no place in the database. Each is durable
/// before [#put] returns. The heap holds the keys alone; values are read from the journal.
///
/// What was removed is released with the journal's oldest entries: whenever most entries are of no use, the oldest
/// values are written once more at the end.
///
/// **Threads**: any number may call; of one key, one at a time.
final class NodeLog {
    private static final int FORMAT = 1;
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final int USELESS = 1_000;
    private static final long READ_AT_ONCE = 1 << 20;

    private final Journal journal;
    private final ShardId shard;
    private final NodeRuntime runtime;
    private final NavigableMap<String, Long> places = new TreeMap<>();
    private int underWay;

    /// @param shard of the journal, which this has to itself
    NodeLog(Journal journal, ShardId shard, NodeRuntime runtime) {
        this.journal = journal;
        this.shard = shard;
        this.runtime = runtime;
        long from = journal.firstIndex(shard);
        while (from <= journal.lastIndex(shard)) {
            from = journal.read(
                    shard, from, READ_AT_ONCE, (index, term, entry) -> replayed(index, Entry.decode(entry)));
        }
    }

    private record Entry(String key, Optional<byte[]> value) {
        byte[] encode() {
            ByteWriter out = new ByteWriter(
                            64 + value.map(bytes -> bytes.length).orElse(0))
                    .u8(FORMAT)
                    .string(key)
                    .bool(value.isPresent());
            value.ifPresent(out::raw);
            return out.toByteArray();
        }

        static Entry decode(byte[] entry) {
            return ByteReader.decode(entry, in -> {
                int format = in.u8();
                if (format != FORMAT) {
                    throw new MnemeException(
                            ErrorCode.INTEGRITY_VIOLATION,
                            "The node's own log has an entry of format " + format
                                    + ", which this version does not know.");
                }
                String key = in.string();
                return new Entry(key, in.bool() ? Optional.of(in.rest()) : Optional.empty());
            });
        }
    }

    /// Of several entries of a key the latest counts.
    private void replayed(long index, Entry entry) {
        if (entry.value().isPresent()) {
            places.put(entry.key(), index);
        } else {
            places.remove(entry.key());
        }
    }

    synchronized List<String> keys() {
        return List.copyOf(places.keySet());
    }

    /// The keys that begin with this.
    synchronized List<String> keys(String prefix) {
        return List.copyOf(places.subMap(prefix, prefix + Character.MAX_VALUE).keySet());
    }

    /// @throws MnemeException as [Journal#append] fails
    void put(String key, byte[] value) {
        write(new Entry(key, Optional.of(value)));
    }

    void remove(String key) {
        synchronized (this) {
            if (!places.containsKey(key)) {
                return;
            }
        }
        write(new Entry(key, Optional.empty()));
    }

    /// The wait for the disk is outside of the lock, so that one fsync serves all who wait.
    private void write(Entry entry) {
        synchronized (this) {
            underWay++;
        }
        try {
            long place = appended(entry);
            synchronized (this) {
                replayed(place, entry);
            }
        } finally {
            synchronized (this) {
                underWay--;
            }
        }
        tidy();
    }

    synchronized Optional<byte[]> get(String key) {
        Long place = places.get(key);
        return place == null ? Optional.empty() : Optional.of(read(place));
    }

    private byte[] read(long place) {
        List<byte[]> found = new ArrayList<>();
        journal.read(shard, place, 1, (index, term, entry) -> {
            if (index == place) {
                found.add(Entry.decode(entry).value().orElseThrow());
            }
        });
        return found.getFirst();
    }

    private long appended(Entry entry) {
        CompletableFuture<Long> durable = new CompletableFuture<>();
        journal.append(shard, Journal.NEXT, 0, entry.encode(), new Journal.Callback() {
            @Override
            public void durable(long index) {
                durable.complete(index);
            }

            @Override
            public void failed(MnemeException failure) {
                durable.completeExceptionally(failure);
            }
        });
        try {
            return runtime.await(durable, WITHIN);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MnemeException known
                    ? new MnemeException(known.code(), String.valueOf(known.getMessage()), known)
                    : new MnemeException(
                            ErrorCode.INTERNAL, "The node's own log failed in a way that was not foreseen.", e);
        } catch (TimeoutException e) {
            throw new MnemeException(ErrorCode.OUTCOME_UNKNOWN, "The node's own disk did not answer in time.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OUTCOME_UNKNOWN, "The wait for the node's own disk was interrupted.", e);
        }
    }

    /// Writes the oldest values once more, so that the entries before them can go.
    private synchronized void tidy() {
        if (underWay > 0) {
            return; // what is durable and not noted yet would be released
        }
        long first = journal.firstIndex(shard);
        long entries = journal.lastIndex(shard) - first + 1;
        if (entries > 2L * places.size() + USELESS) {
            for (Map.Entry<String, Long> each : places.entrySet()) {
                if (each.getValue() < first + entries / 2) {
                    each.setValue(appended(new Entry(each.getKey(), Optional.of(read(each.getValue())))));
                }
            }
            long oldest =
                    places.values().stream().mapToLong(place -> place).min().orElse(journal.lastIndex(shard) + 1);
            journal.releaseBefore(shard, oldest);
        }
    }
}
