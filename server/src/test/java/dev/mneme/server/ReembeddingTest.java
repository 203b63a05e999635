package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.Api.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The operator changes the embedder; what was stored goes over to the new one while the server works.
class ReembeddingTest {
    private static final String OLD = "hashing-32";
    private static final String NEW = "hashing-48";
    private static final String KEEPER = "the gate keeper sleeps at noon";

    @TempDir
    Path home;

    private static Reply near(Api api, String user, String model, String text) {
        return api.search("{\"vector\":" + Arrays.toString(HashingOllama.vector(model, text))
                + ",\"embedder\":\"ollama:" + model + "\",\"topK\":1,\"userId\":\"" + user + "\"}");
    }

    private static Reply words(Api api, String user, String query) {
        return api.search("{\"query\":\"" + query + "\",\"userId\":\"" + user + "\"}");
    }

    private static long left(Api api) {
        return api.get("/api/v1/status").json().path("reembedding").asLong(-1);
    }

    private static void awaitLeft(Api api, long owners) {
        Awaitility.await().atMost(120, TimeUnit.SECONDS).until(() -> left(api) == owners);
    }

    @Test
    void theVectorsOfTheFormerEmbedderAreMadeAnewInTheBackground() throws IOException {
        Path data = home.resolve("data");
        String position;
        try (HashingOllama ollama = new HashingOllama()) {
            try (RunningServer server = RunningServer.withOllama(data, ollama.url(), OLD)) {
                Api api = server.admin();
                assertThat(left(api)).isZero();
                for (int n = 0; n < 40; n++) {
                    assertThat(api.add("ann", "fact number " + n).status()).isEqualTo(201);
                }
                api.add("ann", KEEPER);
                position = api.add("bob", "bob likes trains").position();
                api.post(
                        Api.MEMORIES,
                        "{\"text\":\"own vector\",\"userId\":\"carl\",\"vector\":[1,2,3],\"embedder\":\"mine\"}");
                assertThat(near(api, "ann", OLD, KEEPER).texts()).containsExactly(KEEPER);
            }
            ollama.failFor(KEEPER);
            String during;
            try (RunningServer server = RunningServer.withOllama(data, ollama.url(), NEW)) {
                Api api = server.admin();
                awaitLeft(api, 1); // bob is there, ann cannot be
                assertThat(near(api, "bob", NEW, "bob likes trains").texts()).containsExactly("bob likes trains");
                assertThat(near(api, "ann", OLD, KEEPER).texts()).containsExactly(KEEPER);
                assertThat(near(api, "ann", NEW, KEEPER).code()).isEqualTo("embedder_mismatch");
                assertThat(words(api, "ann", "keeper sleeps").texts()).contains(KEEPER);
                Reply added = api.add("ann", "ann moved to Lisbon");
                assertThat(added.status()).isEqualTo(201);
                during = added.id();
                assertThat(words(api, "ann", "Lisbon").texts()).containsExactly("ann moved to Lisbon");
            }
            try (RunningServer server = RunningServer.withOllama(data, ollama.url(), NEW)) {
                Api api = server.admin();
                assertThat(words(api, "ann", "Lisbon").texts()).containsExactly("ann moved to Lisbon");
                awaitLeft(api, 1);
                ollama.failFor("");
                awaitLeft(api, 0);

                assertThat(near(api, "ann", NEW, KEEPER).texts()).containsExactly(KEEPER);
                assertThat(near(api, "ann", NEW, "ann moved to Lisbon").texts()).containsExactly("ann moved to Lisbon");
                assertThat(near(api, "ann", OLD, KEEPER).code()).isEqualTo("embedder_mismatch");
                assertThat(api.get(Api.MEMORIES + "/" + during + "/history").each("versions", "event"))
                        .containsExactly("ADD");
                assertThat(api.list("userId=ann&limit=100").texts()).hasSize(42);
                assertThat(api.list("userId=bob").header("Mneme-Position")).isEqualTo(position);
                assertThat(api.search("{\"vector\":[1,2,3],\"embedder\":\"mine\",\"userId\":\"carl\"}")
                                .texts())
                        .containsExactly("own vector");
                assertThat(api.add("carl", "carl has vectors of his own").code())
                        .isEqualTo("embedder_mismatch");
            }
        }
    }
}
