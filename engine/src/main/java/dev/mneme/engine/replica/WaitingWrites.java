package dev.mneme.engine.replica;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.FairQueue;
import dev.mneme.core.queue.Places;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.queue.Tenant;
import dev.mneme.engine.codec.BatchCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What a shard has been asked for and has not yet proposed: each key's and owner's in order, and all of them in fair
/// turns, so that what one has queued delays no other of the same shard. It comes out in batches that the log takes:
/// each write is measured as the log will hold it, so that one write alone is refused for its size, never its
/// neighbours.
///
/// **Threads**: any number may offer, the shard's gathers; the monitor guards all of it.
final class WaitingWrites {
    private static final int MAX_WRITES = 256;

    /// A batch ends before the write that would take it beyond this; a larger write is a batch of its own.
    private static final int FULL_BYTES = 2 << 20;

    private final int maxBatchBytes;
    private final Places places;
    private final FairQueue<Waiting> queue = new FairQueue<>();
    private @Nullable MnemeException closed;

    /// @param maxBatchBytes the largest batch that the log takes
    /// @param limit how many may wait
    WaitingWrites(int maxBatchBytes, QueueLimit limit) {
        this.maxBatchBytes = maxBatchBytes;
        this.places = new Places(limit, 0);
    }

    private static Tenant tenant(Write write) {
        return new Tenant(write.by().keyId(), write.owner());
    }

    private static final class Waiting {
        final Write write;
        final CompletableFuture<WriteResult> answer;
        private byte @Nullable [] encoded;

        Waiting(Write write, CompletableFuture<WriteResult> answer) {
            this.write = write;
            this.answer = answer;
        }

        /// Encoded when it is its turn, so that what waits takes its room once.
        byte[] encoded() {
            byte[] bytes = encoded;
            if (bytes == null) {
                bytes = BatchCodec.encode(write);
                encoded = bytes;
            }
            return bytes;
        }
    }

    /// A batch, and who cannot be in any.
    ///
    /// @param encoded the writes as [BatchCodec] has them
    record Gathered(
            List<Write> writes,
            List<byte[]> encoded,
            List<CompletableFuture<WriteResult>> answers,
            List<TooLarge> tooLarge) {}

    record TooLarge(CompletableFuture<WriteResult> answer, MnemeException why) {}

    /// Puts a write at the end of its owner's line.
    ///
    /// @return null, or why it cannot wait here
    synchronized @Nullable MnemeException offer(Write write, CompletableFuture<WriteResult> answer) {
        if (closed != null) {
            return closed;
        }
        if (!places.take(tenant(write))) {
            return new MnemeException(
                    ErrorCode.OVERLOADED,
                    "Too many writes of this key, or of this owner, wait for this shard: try again shortly.");
        }
        queue.add(tenant(write), cost(write), new Waiting(write, answer));
        return null;
    }

    /// What takes long is to apply the commands.
    private static long cost(Write write) {
        return Math.max(1, write.commands().size());
    }

    synchronized boolean isEmpty() {
        return queue.isEmpty();
    }

    synchronized int size() {
        return queue.size();
    }

    /// Takes nothing more.
    ///
    /// @param why whoever comes later is told
    /// @return whoever still waited
    synchronized List<CompletableFuture<WriteResult>> close(MnemeException why) {
        closed = why;
        return queue.drain().stream().map(waiting -> waiting.answer).toList();
    }

    /// Takes the next batch out.
    synchronized Gathered gather() {
        Gathered batch = new Gathered(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long bytes = BatchCodec.MAX_HEADER;
        while (!queue.isEmpty() && batch.writes().size() < MAX_WRITES) {
            Waiting next = Objects.requireNonNull(queue.peek());
            byte[] encoded = next.encoded();
            if (BatchCodec.MAX_HEADER + (long) encoded.length > maxBatchBytes) {
                batch.tooLarge().add(new TooLarge(next.answer, tooLarge(encoded.length)));
            } else if (!batch.writes().isEmpty() && bytes + encoded.length > Math.min(FULL_BYTES, maxBatchBytes)) {
                break;
            } else {
                batch.writes().add(next.write);
                batch.encoded().add(encoded);
                batch.answers().add(next.answer);
                bytes += encoded.length;
            }
            queue.poll();
            places.giveBack(tenant(next.write));
        }
        return batch;
    }

    private MnemeException tooLarge(int bytes) {
        return new MnemeException(
                ErrorCode.TOO_LARGE,
                "This write takes " + bytes + " bytes with its vectors, and the log takes " + maxBatchBytes
                        + " at once: send fewer memories in one request, or shorter ones.");
    }
}
