package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Memories from mem0 exports, JSON lines and CSV come in once, whatever is killed meanwhile.
@Timeout(300)
class BulkImportTest {
    private static final int MEMORIES = 2_000;
    private static final int USERS = 7;
    private static final int BATCH = 256;
    private static final int ANSWERED = 3;

    @TempDir
    Path home = Path.of("");

    private ChildServer server;

    @BeforeEach
    void start() {
        server = ChildServer.start(home.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private record Result(int status, String out, String err) {}

    private Map<String, String> environment(String url) {
        return Map.of("HOME", home.toString(), "MNEME_URL", url, "MNEME_KEY", server.adminKey());
    }

    private Result run(String... args) {
        return runOn(server.url(), args);
    }

    private Result runOn(String url, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                args,
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment(url));
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Result ok(String... args) {
        Result result = run(args);
        assertThat(result.status()).as(result.err()).isZero();
        return result;
    }

    /// The command line in a process of its own, which can be killed.
    private Process process(String url, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m", Main.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(home.resolve("cli.out").toFile());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().putAll(environment(url));
        return builder.start();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(home.resolve(name), text, StandardCharsets.UTF_8);
    }

    private static String user(int n) {
        return "user-" + n % USERS;
    }

    private static String text(int n) {
        return "memory number " + n;
    }

    private static List<String> textsOf(int user) {
        return IntStream.range(0, MEMORIES)
                .filter(n -> n % USERS == user)
                .mapToObj(BulkImportTest::text)
                .toList();
    }

    private static String mem0() {
        StringBuilder page = new StringBuilder("{\"count\":" + MEMORIES + ",\"next\":null,\"results\":[");
        for (int n = 0; n < MEMORIES; n++) {
            page.append(n == 0 ? "" : ",").append("""
                    {"id":"%d","memory":"%s","user_id":"%s","metadata":{"n":%d},"created_at":"2025-01-01T10:00:00.%03dZ"}""".formatted(n, text(n), user(n), n, n % 1_000));
        }
        return page.append("]}").toString();
    }

    private long memories() {
        return IntStream.range(0, USERS)
                .mapToLong(user -> owner(user).path("memories").asLong())
                .sum();
    }

    private JsonNode owner(int user) {
        return server.admin().get("/api/v1/owners/user/" + user(user)).json();
    }

    /// Each memory of each user once, in the order of the file, and nothing was written beside that.
    private void assertAllCameInOnce() {
        for (int user = 0; user < USERS; user++) {
            List<String> texts = new ArrayList<>();
            String cursor = "";
            do {
                Api.Reply page =
                        server.admin().get(Api.MEMORIES + "?order=createdAt&limit=1000&userId=" + user(user) + cursor);
                texts.addAll(page.texts());
                String next = page.json().path("nextCursor").asText(null);
                cursor = next == null ? null : "&cursor=" + Api.encoded(next);
            } while (cursor != null);
            assertThat(texts).containsExactlyElementsOf(textsOf(user));
            assertThat(owner(user).path("position").asText())
                    .endsWith(":" + textsOf(user).size());
        }
    }

    /// One batch more is stored than the importer knows of.
    private void assertHalfDone(String file) throws IOException {
        assertThat(memories()).isEqualTo(BATCH * (ANSWERED + 1));
        assertThat(Files.readString(home.resolve(file + ".import-state")))
                .contains("\"rows\":" + BATCH * ANSWERED + ",");
    }

    @Test
    void aKilledImportGoesOnAndBringsNothingTwice() throws Exception {
        Path file = file("mem0.json", mem0());
        try (SlowDoor door = new SlowDoor(server.url(), ANSWERED)) {
            Process importing = process(door.url(), "import", file.toString());
            door.awaitHeld();
            assertThat(importing.destroyForcibly().waitFor()).isNotZero();
        }
        assertHalfDone("mem0.json");

        ok("import", file.toString());
        assertAllCameInOnce();
        assertThat(ok("import", file.toString()).out()).isEqualTo("Imported 0, there already " + MEMORIES + ".\n");
        assertAllCameInOnce();
    }

    @Test
    void aKillOfBothWithTheStateLostBringsNothingTwice() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int n = 0; n < MEMORIES; n++) {
            lines.append("{\"userId\":\"%s\",\"text\":\"%s\"}\n".formatted(user(n), text(n)));
        }
        Path file = file("in.jsonl", lines.toString());
        try (SlowDoor door = new SlowDoor(server.url(), ANSWERED)) {
            CompletableFuture<Result> importing =
                    CompletableFuture.supplyAsync(() -> runOn(door.url(), "import", file.toString()));
            door.awaitHeld();
            assertHalfDone("in.jsonl");
            server.kill();
            door.hangUp();
            assertThat(importing.get(120, TimeUnit.SECONDS).status()).isNotZero();
        }
        Files.delete(home.resolve("in.jsonl.import-state"));

        server = ChildServer.start(home.resolve("data"));
        ok("import", file.toString());
        assertAllCameInOnce();
    }

    /// The same memories in another order make other batches: then it is the memory that is known again.
    @Test
    void anotherOrderAndAnotherFormatBringNothingTwice() throws IOException {
        List<String> rows = new ArrayList<>();
        for (int n = 0; n < 1_000; n++) {
            rows.add("\"memory, \"\"%d\"\"\",bob,2025-01-01T10:00:00.%03dZ,x".formatted(n, n % 1_000));
        }
        String header = "text,userId,timestamp,metadata.source\r\n";
        ok("import", file("a.csv", header + String.join("\r\n", rows)).toString());
        Collections.shuffle(rows, new Random(7));
        assertThat(ok("import", file("b.csv", header + String.join("\n", rows)).toString())
                        .out())
                .isEqualTo("Imported 0, there already 1000.\n");
        String listed = server.admin()
                .get(Api.MEMORIES + "?userId=bob&limit=1000")
                .raw()
                .body();
        assertThat(ok("import", file("list.json", listed).toString()).out())
                .isEqualTo("Imported 0, there already 1000.\n");
        JsonNode one = server.admin()
                .get(Api.MEMORIES + "?userId=bob&limit=1")
                .json()
                .path("items")
                .path(0);
        assertThat(one.path("version").asInt()).isEqualTo(1);
        assertThat(one.at("/metadata/source").asText()).isEqualTo("x");
    }

    @Test
    void badRowsAreNamedAndTheRestComesIn() throws IOException {
        String lines = """
                {"user_id":"carl","memory":"first","created_at":"2025-05-05T10:00:00+02:00","expiration_date":"2999-12-31"}
                {"user_id":"carl","memory":"second","created_at":"the other day"}
                {"user_id":"carl","memory":" "}
                {"user_id":"carl","memory":"fourth","categories":["a",7]}
                {"user_id":"carl","memory":"nul \\u0000 and \\ud83d\\ude00"}
                """;
        Path bad = home.resolve("bad.jsonl");
        Result result = run("import", file("in.json", lines).toString(), "--skip-bad", bad.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEqualTo("Imported 2, refused 3.\n");
        List<String> kept = Files.readAllLines(bad);
        assertThat(kept).hasSize(3);
        assertThat(kept.get(0)).contains("\"line\":2", "\"field\":\"timestamp\"", "the other day");
        assertThat(kept.get(1)).contains("\"line\":3", "\"field\":\"text\"");
        assertThat(kept.get(2)).contains("\"line\":4", "categories");
        JsonNode first = server.admin()
                .get(Api.MEMORIES + "?userId=carl&order=createdAt")
                .json()
                .path("items")
                .path(0);
        assertThat(first.path("timestamp").asText()).isEqualTo("2025-05-05T08:00:00.000Z");
        assertThat(first.path("expiresAt").asText()).isEqualTo("3000-01-01T00:00:00.000Z");
    }

    @Test
    void aWriteKeyImportsWhatItMaySee() throws IOException {
        String secret =
                server.admin().makeKey("write", "{\"users\":[\"dora\"]}").secret();
        Path file = file("in.csv", "text,user_id\nhers,dora\nhis,emil\n");
        Result result = run("import", file.toString(), "--key", secret);
        assertThat(result.status()).as(result.err()).isEqualTo(5);
        assertThat(result.err()).contains("Row 3:");
        assertThat(server.admin().get(Api.MEMORIES + "?userId=dora").texts()).containsExactly("hers");
    }
}
