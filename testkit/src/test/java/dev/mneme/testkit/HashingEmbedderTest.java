package dev.mneme.testkit;

import dev.mneme.core.spi.Embedder;

class HashingEmbedderTest extends EmbedderContract {
    @Override
    protected Embedder open() {
        return new HashingEmbedder(384);
    }
}
