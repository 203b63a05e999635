package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Turn;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whatever LoCoMo's questions are asked of: the index in this process, or a server over the network.
interface LocomoBackend extends AutoCloseable {
    /// Remembers a turn of a conversation. Turns come in order; what was added is found at once.
    void add(String conversation, Turn turn);

    /// The ids of the turns found, best first.
    ///
    /// @param reference from when relative dates in the question are seen; null for now
    List<String> search(String conversation, String question, @Nullable Instant reference, int topK);

    /// Nanoseconds of the last search that were not spent embedding the question; 0 if unknown.
    default long lastScoringNanos() {
        return 0;
    }

    @Override
    void close();
}
