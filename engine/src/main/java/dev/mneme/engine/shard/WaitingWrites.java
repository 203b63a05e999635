package dev.mneme.engine.shard;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.codec.BatchCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a shard has been asked for and has not yet proposed, in order. It comes out in batches that the log takes:
/// each write is measured as the log will hold it, so that one write alone is refused for its size, never its
/// neighbours.
///
/// Used by the shard's thread alone.
final class WaitingWrites {
    private static final int MAX_WRITES = 256;

    /// A batch ends before the write that would take it beyond this; a larger write is a batch of its own.
    private static final int FULL_BYTES = 2 << 20;

    private final int maxBatchBytes;
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

    /// @param maxBatchBytes the largest batch that the log takes
    WaitingWrites(int maxBatchBytes) {
        this.maxBatchBytes = maxBatchBytes;
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

    void add(Write write, CompletableFuture<WriteResult> answer) {
        queue.add(new Waiting(write, answer));
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    Stream<CompletableFuture<WriteResult>> answers() {
        return queue.stream().map(waiting -> waiting.answer);
    }

    /// Takes the next batch out.
    Gathered gather() {
        Gathered batch = new Gathered(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        long bytes = BatchCodec.MAX_HEADER;
        while (!queue.isEmpty() && batch.writes().size() < MAX_WRITES) {
            Waiting next = queue.element();
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
            queue.remove();
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
