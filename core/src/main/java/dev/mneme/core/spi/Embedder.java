package dev.mneme.core.spi;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;

/// Turns texts into vectors.
///
/// **Promises**: the same text always gets the same embedding, whatever is embedded beside it; vectors have
/// length 1. When it is busy queries come first, and what one key or owner has queued does not delay another's
/// ([Demand]).
///
/// **Threads**: any number may call; calls block while all workers are busy.
///
/// **Failures**: `MnemeException` alone; `OVERLOADED` for the tenant who has too many texts waiting, or when a
/// remote model does not answer.
public interface Embedder extends AutoCloseable {
    EmbeddingSpace space();

    /// A text to be stored. Longer than the model's window: the mean of its windows.
    Embedding embed(String text, Demand demand);

    /// A text to be searched for.
    QueryEmbedding embedQuery(String query, Demand demand);

    /// As above, where nobody else asks.
    default Embedding embed(String text) {
        return embed(text, Demand.NONE);
    }

    /// As above, where nobody else asks.
    default QueryEmbedding embedQuery(String query) {
        return embedQuery(query, Demand.NONE.asQuery());
    }

    /// How its queue stands.
    ///
    /// @param waiting texts that wait or are being embedded
    /// @param refused texts that were refused since the start because their tenant had too many waiting
    record Queue(int waiting, long refused) {
        public static final Queue NONE = new Queue(0, 0);
    }

    /// The queue of one purpose; of an embedder without queues always [Queue#NONE].
    default Queue queue(Demand.Purpose purpose) {
        return Queue.NONE;
    }

    /// How many texts it is worth giving it at the same time; more only wait.
    default int parallelism() {
        return 1;
    }

    /// Whether texts leave this machine: then what is local only must not be given to it.
    boolean remote();

    @Override
    void close();
}
