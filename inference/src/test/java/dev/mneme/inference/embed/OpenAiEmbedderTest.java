package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.spi.Embedder;
import dev.mneme.testkit.EmbedderContract;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiEmbedderTest extends EmbedderContract {
    private static final String KEY = "sk-secret-0123456789";
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
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
        return open(config(0));
    }

    private OpenAiEmbedder open(RemoteConfig config) {
        return OpenAiEmbedder.open(config, pauses::add);
    }

    private RemoteConfig config(int dimension) {
        return RemoteConfig.of(service.address(), "text-embedding-3-small", KEY, dimension);
    }

    @Test
    void asksWithTheModelAndTheKeyAndLearnsTheDimension() {
        try (Embedder embedder = open()) {
            embedder.embed("green tea");
            assertThat(embedder.space()).isEqualTo(new EmbeddingSpace("openai:text-embedding-3-small", 96));
            assertThat(service.requests)
                    .last()
                    .isEqualTo(new StubModel.Request(
                            "/v1/embeddings", "Bearer " + KEY, "text-embedding-3-small", "green tea"));
        }
    }

    @Test
    void aGivenDimensionIsCheckedWhenATextIsEmbedded() {
        try (Embedder embedder = open(config(384))) {
            assertThat(service.requests).isEmpty();
            assertFails(() -> embedder.embed("tea"), ErrorCode.INTERNAL, "96 numbers instead of 384");
        }
    }

    @Test
    void hasNoTokenVectors() {
        try (Embedder embedder = open()) {
            assertThat(embedder.embed("tea").tokens()).isNull();
            assertThat(embedder.embedQuery("tea").spans()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void triesAgainWhenTheServiceCannotNow(int status) {
        try (Embedder embedder = open(config(96))) {
            service.statuses.addAll(List.of(status, status));
            assertThat(embedder.embed("tea").vector()).hasSize(96);
            assertThat(service.requests).hasSize(3);
            assertThat(pauses).containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(3));
        }
    }

    @Test
    void givesUpAfterItsTries() {
        try (Embedder embedder = open(config(96))) {
            service.statuses.addAll(List.of(503, 503, 503, 503));
            assertFails(() -> embedder.embed("tea"), ErrorCode.OVERLOADED, "503");
            assertThat(service.requests).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404})
    void doesNotTryAgainWhatIsRefused(int status) {
        try (Embedder embedder = open(config(96))) {
            service.statuses.add(status);
            assertFails(() -> embedder.embed("tea"), ErrorCode.INTERNAL, "embedding model");
            assertThat(service.requests).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tea",
                "{",
                "[]",
                "{\"data\":[]}",
                "{\"embedding\":[]}",
                "{\"embedding\":[1,\"2\"]}",
                "{\"embedding\":[1,2",
                "{\"embedding\":\"AACAPw==\"}",
                "{\"embedding\":[0,0,0]}",
                "{\"embedding\":[1e39,1]}"
            })
    void refusesAnAnswerWithoutAVector(String body) {
        try (Embedder embedder = open(config(3))) {
            service.body = body;
            assertFails(() -> embedder.embed("tea"), ErrorCode.INTERNAL, "embedder.url");
        }
    }

    @Test
    void anEndlessAnswerIsNotRead() {
        try (Embedder embedder = open(config(3))) {
            service.body = "{\"embedding\":[" + " ".repeat(2_000_000) + "1,2,3]}";
            assertFails(() -> embedder.embed("tea"), ErrorCode.OVERLOADED, "does not answer");
        }
    }

    @Test
    void aServiceThatHangsOrIsAwayIsOverloaded() {
        RemoteConfig hasty = new RemoteConfig(service.address(), "m", KEY, 96, 8_000, Duration.ofMillis(100), 2, 1, 0);
        service.gate = new CountDownLatch(1);
        try (Embedder embedder = open(hasty)) {
            assertFails(() -> embedder.embed("tea"), ErrorCode.OVERLOADED, "does not answer");
            service.gate.countDown();
            service.close();
            assertFails(() -> embedder.embed("tea"), ErrorCode.OVERLOADED, "does not answer");
            assertThat(pauses).hasSize(2);
        }
    }

    @Test
    void refusesMoreCallersThanMayWait() {
        RemoteConfig narrow =
                new RemoteConfig(service.address(), "m", null, 96, 8_000, Duration.ofSeconds(30), 1, 2, 1);
        service.gate = new CountDownLatch(1);
        try (Embedder embedder = open(narrow);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Embedding>> asked = IntStream.range(0, 10)
                    .mapToObj(i -> callers.submit(() -> embedder.embed("tea " + i)))
                    .toList();
            await().until(() -> asked.stream().filter(Future::isDone).count() == 7);
            assertThat(service.requests).as("under way at once").hasSizeLessThanOrEqualTo(2);
            for (Future<Embedding> refused :
                    asked.stream().filter(Future::isDone).toList()) {
                assertFails(
                        () -> {
                            throw refused.exceptionNow();
                        },
                        ErrorCode.OVERLOADED,
                        "Too many");
            }
            service.gate.countDown();
            await().until(() -> asked.stream()
                            .filter(f -> f.isDone() && f.state() == Future.State.SUCCESS)
                            .count()
                    == 3);
        }
    }

    @Test
    void aLongTextIsSentInPartsThatCutNoCharacter() {
        RemoteConfig config = new RemoteConfig(service.address(), "m", null, 96, 101, Duration.ofSeconds(10), 1, 1, 0);
        try (Embedder embedder = open(config)) {
            String text = "\ud83d\ude00".repeat(150);
            float[] vector = embedder.embed(text).vector();
            assertThat(service.requests).hasSize(1);
            assertThat(service.requests.getFirst().inputs()).hasSize(3).noneMatch(part -> part.contains("?"));
            assertThat(service.requests.getFirst().input()).isEqualTo(text);
            assertThat(dot(vector, vector)).isCloseTo(1, within(1e-5));
        }
    }

    @Test
    void eachSentenceOfALongTextIsAskedForAndManyAtOnce() {
        List<String> sentences = IntStream.range(0, 50)
                .mapToObj(i -> "Sentence number " + i + " is about the things of day " + i + ".")
                .toList();
        try (Embedder embedder = open()) {
            Embedding whole = embedder.embed(String.join(" ", sentences));
            PassageVectors passages = Objects.requireNonNull(whole.passages());
            assertThat(passages.count()).isEqualTo(50);
            for (int i = 0; i < 50; i++) {
                byte[] alone = PassageVectors.of(
                                96, embedder.embed(sentences.get(i)).vector())
                        .rows();
                assertThat(Arrays.copyOfRange(passages.rows(), i * 96, (i + 1) * 96))
                        .isEqualTo(alone);
            }
            assertThat(dot(whole.vector(), whole.vector())).isCloseTo(1, within(1e-5));
        }
        assertThat(service.requests.stream().map(request -> request.inputs().size()))
                .filteredOn(inputs -> inputs > 1)
                .containsExactly(32, 18);
    }

    @Test
    void aLongQueryIsAskedForAsAWhole() {
        try (Embedder embedder = open()) {
            String query = "What was it that was said on that day? ".repeat(30);
            assertThat(embedder.embedQuery(query).embedding().passages()).isNull();
        }
        assertThat(service.requests)
                .last()
                .extracting(request -> request.inputs().size())
                .isEqualTo(1);
    }

    @Test
    void anAnswerWithTooFewVectorsIsRefused() {
        try (Embedder embedder = open()) {
            service.body = "{\"data\":[{\"index\":0,\"embedding\":[1,2,3]}]}";
            assertThatThrownBy(() -> embedder.embed("One of many sentences. ".repeat(40)))
                    .hasMessageContaining("1 vectors instead of 32");
        }
    }

    @Test
    void aBaseAddressMayEndInItsVersion() {
        for (String end : List.of("/", "/v1", "/v1/")) {
            RemoteConfig config = RemoteConfig.of(URI.create(service.address() + end), "m", null, 96);
            try (Embedder embedder = open(config)) {
                embedder.embed("tea");
            }
        }
        assertThat(service.requests)
                .hasSize(3)
                .allMatch(request -> request.path().equals("/v1/embeddings"));
        assertThat(service.requests).allMatch(request -> request.authorization().equals("null"));
    }

    @Test
    void theKeyIsNeverPrinted() {
        assertThat(config(96).toString()).doesNotContain(KEY).contains("***");
        assertThatThrownBy(() -> RemoteConfig.of(service.address(), "m", KEY + "\n", 96))
                .hasMessageContaining("embedder.apiKey")
                .hasMessageNotContaining(KEY);
    }

    @Test
    void waitsLongerEachTimeAndNeverLongerThan5Seconds() {
        Random random = new Random(1);
        for (int tries = 1; tries <= 40; tries++) {
            long ceiling = Math.min(5_000, 200L << Math.min(tries - 1, 10));
            assertThat(Backoff.after(tries, 0, random).toMillis()).isBetween(ceiling / 2, ceiling);
            assertThat(Backoff.after(tries, 3_600_000, random)).isEqualTo(Duration.ofSeconds(5));
        }
    }

    private void assertFails(ThrowingCallable call, ErrorCode code, String message) {
        assertThatThrownBy(call).hasMessageContaining(message).isInstanceOfSatisfying(MnemeException.class, failure -> {
            assertThat(failure.code()).isEqualTo(code);
            assertThat(failure.getMessage() + failure.getCause()).doesNotContain(KEY);
        });
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
