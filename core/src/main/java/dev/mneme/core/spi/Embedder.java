package dev.mneme.core.spi;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;

/// Turns texts into vectors.
///
/// **Promises**: the same text always gets the same embedding, whatever is embedded beside it; vectors have
/// length 1.
///
/// **Threads**: any number may call; calls block while all workers are busy.
///
/// **Failures**: `MnemeException` alone; `OVERLOADED` when too many callers wait or a remote model does not
/// answer.
public interface Embedder extends AutoCloseable {
    EmbeddingSpace space();

    /// A text to be stored. Longer than the model's window: the mean of its windows.
    Embedding embed(String text);

    /// A text to be searched for.
    QueryEmbedding embedQuery(String query);

    /// How many texts it is worth giving it at the same time; more only wait.
    default int parallelism() {
        return 1;
    }

    /// Whether texts leave this machine: then what is local only must not be given to it.
    boolean remote();

    @Override
    void close();
}
