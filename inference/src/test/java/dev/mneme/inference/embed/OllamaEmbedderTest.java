package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.spi.Embedder;
import dev.mneme.testkit.EmbedderContract;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OllamaEmbedderTest extends EmbedderContract {
    private StubModel service;

    @BeforeEach
    void start() throws IOException {
        service = new StubModel();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Override
    protected Embedder open() {
        return OllamaEmbedder.open(RemoteConfig.of(service.address(), "nomic-embed-text", null, 0));
    }

    @Test
    void isRemoteUnlessItsAddressIsThisMachines() {
        try (Embedder here = open();
                Embedder there = OllamaEmbedder.open(
                        RemoteConfig.of(URI.create("http://127.example.com"), "nomic-embed-text", null, 96))) {
            assertThat(here.remote()).isFalse();
            assertThat(there.remote()).isTrue();
        }
    }

    @Test
    void asksForTheModelWithoutAKey() {
        try (Embedder embedder = open()) {
            embedder.embed("green tea");
            assertThat(embedder.space()).isEqualTo(new EmbeddingSpace("ollama:nomic-embed-text", 96));
            assertThat(service.requests)
                    .last()
                    .isEqualTo(new StubModel.Request("/api/embed", "null", "nomic-embed-text", "green tea"));
        }
    }

    @Test
    void eachSentenceOfALongTextHasAVector() {
        String sentence = "The ferry to the island leaves at nine.";
        try (Embedder embedder = open()) {
            PassageVectors passages = Objects.requireNonNull(
                    embedder.embed((sentence + " ").repeat(30)).passages());
            byte[] alone =
                    PassageVectors.of(96, embedder.embed(sentence).vector()).rows();
            assertThat(passages.count()).isEqualTo(30);
            assertThat(Arrays.copyOfRange(passages.rows(), 29 * 96, 30 * 96)).isEqualTo(alone);
        }
    }
}
