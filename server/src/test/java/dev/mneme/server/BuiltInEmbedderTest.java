package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// The server as it comes, with the embedder that is in the jar.
@TestInstance(Lifecycle.PER_CLASS)
class BuiltInEmbedderTest {
    @TempDir
    private static Path data;

    private RunningServer server;
    private Api api;

    @BeforeAll
    void start() {
        server = RunningServer.withBuiltInEmbedder(data);
        api = server.admin();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String best(String user, String query) {
        return api.post(
                        Api.MEMORIES + "/search",
                        Api.JSON
                                .createObjectNode()
                                .put("userId", user)
                                .put("query", query)
                                .toString())
                .texts()
                .getFirst();
    }

    @Test
    void meaningIsFoundAtOnceWithoutACommonWord() {
        api.add("alice", "I am allergic to peanuts");
        api.add("alice", "The train to Basel leaves at nine");
        api.add("alice", "My sister lives in Oslo");
        assertThat(best("alice", "what must I not eat?")).isEqualTo("I am allergic to peanuts");
    }

    /// One text a run of the model: what is embedded beside it must not be seen in a single bit.
    @Test
    void theSameTextHasTheSameVectorAloneInABatchAndBesideOthers() {
        List<String> texts = IntStream.range(0, 40)
                .mapToObj(n -> "Note " + n + ": " + "the violin is in the attic, and ".repeat(n % 7) + "it rains.")
                .toList();
        texts.forEach(text -> api.add("alone", text));
        addTogether("batch", texts);
        List<CompletableFuture<Void>> beside = Stream.of("one", "two", "three")
                .map(user -> CompletableFuture.runAsync(() -> addTogether(user, texts.reversed())))
                .toList();
        beside.forEach(CompletableFuture::join);
        Map<String, String> alone = embeddings("alone");
        assertThat(alone.keySet()).containsExactlyInAnyOrderElementsOf(texts);
        for (String user : List.of("batch", "one", "two", "three")) {
            assertThat(embeddings(user)).isEqualTo(alone);
        }
        assertThat(api.get(Api.MEMORIES + "?userId=batch&order=createdAt&limit=100")
                        .texts())
                .as("the order is that of the request")
                .isEqualTo(texts);
    }

    private void addTogether(String user, List<String> texts) {
        ObjectNode body = Api.JSON.createObjectNode().put("userId", user);
        ArrayNode items = body.putArray("items");
        texts.forEach(text -> items.addObject().put("text", text));
        assertThat(api.post(Api.MEMORIES, body.toString()).status()).isEqualTo(200);
    }

    /// Vector and token vectors of each text, as the store has them.
    private Map<String, String> embeddings(String user) {
        return api.get("/api/v1/export?userId=" + user)
                .raw()
                .body()
                .lines()
                .skip(1)
                .map(BuiltInEmbedderTest::parsed)
                .collect(Collectors.toMap(
                        line -> line.at("/memory/versions/0/text").asText(),
                        line -> line.at("/memory/embedding").toString()));
    }

    private static JsonNode parsed(String line) {
        try {
            return Api.JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theEndOfALongTextIsFoundToo() {
        String filler = "The weather report spoke of clouds over the coast and of little rain. ".repeat(120);
        api.add("bob", filler + "Bob keeps a spare key under the blue flowerpot.");
        api.add("bob", filler);
        assertThat(best("bob", "where is the spare key hidden?")).contains("flowerpot");
    }

    @Test
    void aLostIndexIsRebuiltWhileTheServerAnswers() throws IOException {
        for (int user = 0; user < 40; user++) {
            api.add("user-" + user, "note of " + user + ": the violin is in the attic", "Idempotency-Key", "u" + user);
        }
        server.stop();
        delete(data.resolve("index"));
        server.startAgain();
        assertThat(api.get("/health/ready").json().path("parts").toString()).contains("index");
        assertThat(best("user-7", "where is the instrument?")).contains("violin");
        Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(60))
                .until(() -> api.get("/health/ready").status() == 200);
        for (int user = 0; user < 40; user++) {
            assertThat(best("user-" + user, "violin")).startsWith("note of " + user);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path each, java.io.IOException failure) throws IOException {
                Files.delete(each);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
