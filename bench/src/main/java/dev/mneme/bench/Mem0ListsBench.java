package dev.mneme.bench;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.LocalEngine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;

/// What mem0's API asks across all users: its numbered pages, of which the count must be exact, an export, and the
/// entities that a restricted key sees. Beside them a page of the same size by our own API's cursor.
final class Mem0ListsBench {
    private static final int PAGE = 100;
    private static final int WARM_UP = 5;
    private static final int TIMES = 15;
    private static final Provenance BY = Provenance.ofKey("bench");
    private static final String EVERYBODY = "{\"filters\":{\"user_id\":\"*\"}}";

    private Mem0ListsBench() {}

    /// What is timed.
    @FunctionalInterface
    private interface Request {
        byte[] send() throws IOException;
    }

    static void run(int users, int each) throws IOException {
        try (ServerProcess server = ServerProcess.prepare()) {
            fill(server.data(), users, each);
            server.start(List.of());
            Report.title("mem0-lists: " + users * each + " memories of " + users + " users, median of " + TIMES);
            try (HttpClient web = HttpClient.newHttpClient();
                    HttpConnection client = server.connect();
                    HttpConnection restricted = new HttpConnection(server.port(), restrictedKey(client))) {
                MachineLoad watch = MachineLoad.watch(server.pid());
                int last = Math.max(1, users * each / PAGE);
                row("mem0: page 1 of " + PAGE, () -> page(client, 1));
                row("mem0: page " + last, () -> page(client, last));
                row("mem0: an export of everything", () -> export(web, server));
                row("mem0: entities of a restricted key", () -> body(restricted.get("/v1/entities/")));
                row("beside: a page of our own list", () -> body(client.get("/api/v1/memories?limit=" + PAGE)));
                Report.load(watch.soFar());
            }
        }
    }

    private static void fill(Path data, int users, int each) {
        SyntheticMemories source = new SyntheticMemories(1);
        Random random = new Random(1);
        try (Store store = LocalEngine.open(data, LocalEngine.Settings.DEFAULTS)) {
            for (int i = 0; i < users; i++) {
                String user = AddRequests.user(i);
                Owner owner = Owner.user(user);
                List<Command> adds = new ArrayList<>();
                for (int j = 0; j < each; j++) {
                    adds.add(source.next(user).add(random));
                }
                store.write(new Write(owner, BY, null, adds));
            }
        }
    }

    /// Of half the users.
    private static String restrictedKey(HttpConnection admin) throws IOException {
        StringBuilder users = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            users.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(AddRequests.user(2 * i))
                    .append('"');
        }
        return admin.post(
                        "/api/v1/keys",
                        "{\"name\":\"restricted\",\"role\":\"read\",\"restrict\":{\"users\":[" + users + "]}}")
                .json()
                .path("key")
                .asText();
    }

    private static byte[] page(HttpConnection client, int page) throws IOException {
        return body(client.post("/v3/memories/?page=" + page + "&page_size=" + PAGE, EVERYBODY));
    }

    private static byte[] body(HttpConnection.Response response) throws IOException {
        response.json(); // throws where it is none
        return response.body();
    }

    /// In chunks, which [HttpConnection] does not read.
    private static byte[] export(HttpClient client, ServerProcess server) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + server.port() + "/v1/exports/get/"))
                .header("Authorization", "Bearer " + server.key())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(EVERYBODY))
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IOException("an export was answered with " + response.statusCode());
            }
            return response.body();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void row(String what, Request request) throws IOException {
        Histogram nanos = new Histogram(3);
        int bytes = 0;
        for (int i = -WARM_UP; i < TIMES; i++) {
            long begun = System.nanoTime();
            bytes = request.send().length;
            long taken = System.nanoTime() - begun;
            if (i >= 0) {
                nanos.recordValue(taken);
            }
        }
        Report.row(what, Latency.of(nanos) + ", " + bytes / 1_024 + " KiB", "");
    }
}
