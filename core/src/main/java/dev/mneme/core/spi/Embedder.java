package dev.mneme.core.spi;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;

/// Turns texts into vectors.
///
/// **Promises**: the same text always gets the same embedding, whatever is embedded beside it. Vectors have length 1.
/// When the embedder is busy queries come first, and what one key or owner has queued does not delay another's
/// ([Demand]).
///
/// **Threads**: any number may call; calls block while all workers are busy.
///
/// **Failures**: `MnemeException` alone; `OVERLOADED` for a tenant that has too many texts waiting, or when a remote
/// model does not answer.
public interface Embedder extends AutoCloseable {
    EmbeddingSpace space();

    /// Embeds a text that will be stored. A text longer than the model's window gets the mean of its windows.
    Embedding embed(String text, Demand demand);

    /// Embeds a text that is searched for.
    QueryEmbedding embedQuery(String query, Demand demand);

    /// As above, for a program that is alone with its embedder.
    default Embedding embed(String text) {
        return embed(text, Demand.NONE);
    }

    /// As above, for a program that is alone with its embedder.
    default QueryEmbedding embedQuery(String query) {
        return embedQuery(query, Demand.NONE.asQuery());
    }

    /// The state of a queue.
    ///
    /// @param waiting texts that wait or are being embedded
    /// @param refused texts that were refused since the start because their tenant had too many waiting
    record Queue(int waiting, long refused) {
        public static final Queue NONE = new Queue(0, 0);
    }

    /// The queue of one purpose; for an embedder without queues always [Queue#NONE].
    default Queue queue(Demand.Purpose purpose) {
        return Queue.NONE;
    }

    /// How many texts are worth giving it at once; further ones only wait.
    default int parallelism() {
        return 1;
    }

    /// Whether texts leave this machine. If so, it must not be given texts that are local only.
    boolean remote();

    @Override
    void close();
}
