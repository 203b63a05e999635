package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.Api.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Races that would show a broken promise, run through HTTP against a whole server.
class PromisesTest {
    private static final int CLIENTS = 32;

    @TempDir
    static Path home = Path.of("");

    private static RunningServer server;
    private static Api api;

    @BeforeAll
    static void start() {
        server = RunningServer.on(home.resolve("data"));
        api = server.admin();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// Runs an action in every client, all begun together.
    private static List<Reply> race(IntFunction<Reply> action) throws InterruptedException, ExecutionException {
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                running.add(clients.submit(() -> {
                    go.await();
                    return action.apply(client);
                }));
            }
            go.countDown();
            List<Reply> replies = new ArrayList<>();
            for (Future<Reply> one : running) {
                replies.add(one.get());
            }
            return replies;
        }
    }

    @Test
    void ofConcurrentUpdatesOfAVersionOneWins() throws Exception {
        String id = api.add("cas", "version 1").id();
        for (int version = 1; version <= 5; version++) {
            int expected = version;
            List<Reply> replies = race(i -> api.patch(
                    id, "{\"text\":\"round " + expected + " of " + i + "\",\"expectedVersion\":" + expected + "}"));
            List<Reply> won = replies.stream().filter(r -> r.status() == 200).toList();
            assertThat(won).hasSize(1);
            assertThat(replies)
                    .filteredOn(r -> r.status() != 200)
                    .allMatch(r -> r.code().equals("version_conflict"));
            assertThat(api.get(Api.MEMORIES + "/" + id).json())
                    .isEqualTo(won.getFirst().json().path("memory"));
        }
        assertThat(api.get(Api.MEMORIES + "/" + id + "/history").json().path("versions"))
                .hasSize(6);
    }

    @Test
    void concurrentDuplicatesAreOneMemory() throws Exception {
        List<Reply> replies = race(i -> api.add("dup", i % 2 == 0 ? "the same fact" : " the same fact\n"));

        assertThat(replies.stream().map(Reply::id).collect(Collectors.toSet())).hasSize(1);
        assertThat(replies).filteredOn(r -> r.status() == 201).hasSize(1);
        assertThat(api.list("userId=dup").texts()).hasSize(1);
        assertThat(api.get("/api/v1/changes?userId=dup").json().path("changes")).hasSize(1);
    }

    @Test
    void anIdempotencyKeyThatManyRaceForIsAppliedOnce() throws Exception {
        List<Reply> replies = race(i -> api.post(
                Api.MEMORIES, "{\"userId\":\"idem\",\"text\":\"once\",\"dedupe\":false}", "Idempotency-Key", "raced"));

        assertThat(replies).allMatch(r -> r.status() == 201);
        assertThat(replies.stream().map(Reply::id).collect(Collectors.toSet())).hasSize(1);
        assertThat(replies)
                .filteredOn(r -> r.header("Idempotency-Replayed") == null)
                .hasSize(1);
        assertThat(api.list("userId=idem").texts()).hasSize(1);
    }

    @Test
    void whatWasAnsweredBeforeAStopUnderLoadIsThereAfterIt() throws Exception {
        Queue<Reply> answered = new ConcurrentLinkedQueue<>();
        Queue<String> others = new ConcurrentLinkedQueue<>();
        AtomicInteger sent = new AtomicInteger();
        try (RunningServer stopped = RunningServer.on(home.resolve("stopped"))) {
            Api loaded = stopped.admin();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int c = 0; c < 16; c++) {
                    String user = "load-" + c % 5;
                    clients.execute(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            try {
                                Reply reply = loaded.add(user, "write " + sent.incrementAndGet());
                                if (reply.status() == 201) {
                                    answered.add(reply);
                                } else {
                                    others.add(reply.raw().body());
                                }
                            } catch (java.io.UncheckedIOException e) {
                                return;
                            }
                        }
                    });
                }
                Socket.until(() -> answered.size() > 300);
                stopped.stop();
            }
            assertThat(others).isEmpty();
            stopped.startAgain();
            Api after = stopped.admin();
            Set<String> there = new java.util.HashSet<>();
            for (int u = 0; u < 5; u++) {
                String cursor = "";
                do {
                    Reply page = after.list("userId=load-" + u + "&limit=1000"
                            + (cursor.isEmpty() ? "" : "&cursor=" + Api.encoded(cursor)));
                    there.addAll(page.each("items", "id"));
                    cursor = page.json().path("nextCursor").isNull()
                            ? ""
                            : page.json().path("nextCursor").asText();
                } while (!cursor.isEmpty());
            }
            assertThat(there).containsAll(answered.stream().map(Reply::id).toList());
            assertThat(there.size()).isLessThanOrEqualTo(sent.get());
        }
    }

    @Test
    void aWriterAlwaysReadsItsOwnWrites() throws Exception {
        List<Reply> replies = race(i -> {
            for (int round = 0; round < 5; round++) {
                String word = "w" + i + "x" + round;
                Reply added = api.add("ryw-" + i % 4, "note " + word);
                List<String> found = api.search("{\"query\":\"" + word + "\",\"userId\":\"ryw-" + i % 4 + "\"}")
                        .texts();
                assertThat(found).contains("note " + word);
                assertThat(api.list("userId=ryw-" + i % 4 + "&limit=1000", "Mneme-Position", added.position())
                                .texts())
                        .contains("note " + word);
            }
            return api.get("/health/live");
        });
        assertThat(replies).hasSize(CLIENTS);
    }
}
