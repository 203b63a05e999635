package dev.mneme.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Acts as clients of a server, so that the JVM sees which code is used much, and how: adds with a vector, adds that
/// the embedder must embed, searches, reads, updates and deletions, mem0's routes, and one listener at each of the two
/// live doors. Every run is the same, except for how much fits into the time.
final class TrainingLoad {
    private static final int CLIENTS = 8;
    private static final int OWNERS = 64;
    private static final int DIMENSION = 384;
    private static final String MEMORIES = "/api/v1/memories";

    /// The owner whose changes are listened to.
    private static final String LISTENED = "u1";

    /// Occurs in every live message about a new memory.
    private static final String CHANGE = "\"text\"";

    private static final Duration HEARD_WITHIN = Duration.ofSeconds(10);
    private static final List<String> WORDS = List.of(
            "tea",
            "Lisbon",
            "meeting",
            "Tuesday",
            "server",
            "port",
            "sister",
            "garden",
            "budget",
            "release",
            "allergic",
            "peanuts",
            "bicycle",
            "deadline",
            "Maria",
            "coffee",
            "museum",
            "train",
            "password",
            "violin");

    private final String url;
    private final String key;
    private final HttpClient http;
    private final AtomicLong answers = new AtomicLong();

    TrainingLoad(String url, String key, HttpClient http) {
        this.url = url;
        this.key = key;
        this.http = http;
    }

    /// What was done.
    ///
    /// @param answers to requests
    /// @param events lines of the event stream
    /// @param frames of the WebSocket
    record Done(long answers, long events, long frames) {}

    /// Does each kind of work for this long, while there is a listener at each live door.
    Done run(Duration each) throws InterruptedException {
        Heard events = new Heard("event stream");
        Heard frames = new Heard("WebSocket");
        WebSocket socket = socket(frames);
        InputStream stream = events();
        Thread.ofVirtual().start(() -> read(stream, events));
        try {
            together(each, (client, random) -> addWithVector(random));
            together(each, (client, random) -> addText(random));
            together(each, (client, random) -> search(random));
            together(each, (client, random) -> others(random));
            tellListeners();
            frames.awaitSome();
            events.awaitSome();
        } finally {
            socket.abort();
            close(stream);
        }
        return new Done(answers.get(), events.count(), frames.count());
    }

    private void tellListeners() throws InterruptedException {
        try {
            post(MEMORIES, "{\"userId\":\"" + LISTENED + "\",\"text\":\"for those who listen\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(InputStream events) {
        try {
            events.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private WebSocket socket(Heard frames) {
        WebSocket socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer " + key)
                .buildAsync(URI.create(url.replaceFirst("^http", "ws") + "/sync"), new Listener(frames))
                .join();
        socket.sendText(
                        "{\"id\":\"m\",\"type\":\"connect\",\"timestamp\":1," + "\"payload\":{\"userId\":\"" + LISTENED
                                + "\",\"capabilities\":[\"memories\"]}}",
                        true)
                .join();
        return socket;
    }

    /// Reads until the stream is closed, by either side.
    private static void read(InputStream stream, Heard events) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("data:") && line.contains(CHANGE)) {
                    events.one();
                }
            }
        } catch (IOException closed) {
            // the load is over
        }
    }

    /// Counts the changes that a live door sends.
    private static final class Heard {
        private final String door;
        private final AtomicLong count = new AtomicLong();
        private final CountDownLatch some = new CountDownLatch(1);

        Heard(String door) {
            this.door = door;
        }

        void one() {
            count.incrementAndGet();
            some.countDown();
        }

        long count() {
            return count.get();
        }

        void awaitSome() throws InterruptedException {
            if (!some.await(HEARD_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the training heard of no change over the " + door);
            }
        }
    }

    private interface Work {
        void once(int client, SplittableRandom random) throws IOException, InterruptedException;
    }

    private void together(Duration time, Work work) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                int client = c;
                all.add(clients.submit(() -> {
                    SplittableRandom random = new SplittableRandom(client);
                    do {
                        work.once(client, random);
                    } while (System.nanoTime() < end);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the training failed", e.getCause());
        }
    }

    private void addWithVector(SplittableRandom random) throws IOException, InterruptedException {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) (random.nextDouble() - .5);
        }
        String form = random.nextInt(4) == 0 ? base64(vector) : Arrays.toString(vector);
        post(
                MEMORIES,
                "{\"userId\":\"v" + random.nextInt(OWNERS) + "\",\"text\":\"" + text(random, 20) + "\",\"vector\":"
                        + form + "}");
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return '"' + Base64.getEncoder().encodeToString(bytes.array()) + '"';
    }

    private void addText(SplittableRandom random) throws IOException, InterruptedException {
        post(
                MEMORIES,
                "{\"userId\":\"" + user(random) + "\",\"text\":\"" + text(random, 12)
                        + "\",\"role\":\"user\",\"metadata\":{\"source\":\"chat\",\"n\":" + random.nextInt(100)
                        + "},\"categories\":[\"a\"],\"timestamp\":\"2026-11-21T09:30:00Z\"}");
    }

    private void search(SplittableRandom random) throws IOException, InterruptedException {
        post(
                MEMORIES + "/search",
                "{\"userId\":\"" + user(random) + "\",\"query\":\"" + text(random, 4)
                        + "\",\"filter\":{\"role\":\"user\"},\"topK\":10}");
    }

    private void others(SplittableRandom random) throws IOException, InterruptedException {
        String user = user(random);
        String id = post(MEMORIES, "{\"userId\":\"" + user + "\",\"text\":\"" + text(random, 8) + "\"}")
                .replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
        send("GET", MEMORIES + "/" + id, null);
        send("PATCH", MEMORIES + "/" + id, "{\"text\":\"" + text(random, 8) + "\"}");
        send("GET", MEMORIES + "?userId=" + user + "&limit=20", null);
        send("GET", MEMORIES + "/" + id + "/history", null);
        send("DELETE", MEMORIES + "/" + id, null);
        post(
                MEMORIES,
                "{\"userId\":\"" + user + "\",\"items\":[{\"text\":\"" + text(random, 8) + "\"},{\"text\":\""
                        + text(random, 8) + "\"}]}");
        post(
                "/v1/memories/",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text(random, 8) + "\"}],\"user_id\":\"" + user
                        + "\",\"infer\":false}");
        post(
                "/v2/memories/search/",
                "{\"query\":\"" + text(random, 3) + "\",\"filters\":{\"user_id\":\"" + user + "\"}}");
    }

    private static String user(SplittableRandom random) {
        return "u" + random.nextInt(OWNERS);
    }

    private static String text(SplittableRandom random, int words) {
        StringBuilder text = new StringBuilder().append(random.nextInt(1_000_000));
        for (int i = 0; i < words; i++) {
            text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }

    private String post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    private String send(String method, String path, @Nullable String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(
                    "training got " + answer.statusCode() + " from " + method + " " + path + ": " + answer.body());
        }
        answers.incrementAndGet();
        return answer.body();
    }

    private InputStream events() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/v1/changes?userId=" + LISTENED))
                .header("Authorization", "Bearer " + key)
                .header("Accept", "text/event-stream")
                .build();
        try {
            HttpResponse<InputStream> stream = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (stream.statusCode() != 200) {
                throw new IllegalStateException("the training's event stream got " + stream.statusCode());
            }
            return stream.body();
        } catch (IOException e) {
            throw new IllegalStateException("the training's event stream does not open", e);
        }
    }

    /// Accepts any message.
    private static final class Listener implements WebSocket.Listener {
        private final Heard frames;
        private final StringBuilder frame = new StringBuilder();

        Listener(Heard frames) {
            this.frames = frames;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            frame.append(data);
            if (last) {
                if (frame.indexOf(CHANGE) >= 0) {
                    frames.one();
                }
                frame.setLength(0);
            }
            socket.request(1);
            return null;
        }
    }
}
