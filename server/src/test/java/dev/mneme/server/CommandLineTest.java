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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line against a whole server.
class CommandLineTest {
    @TempDir
    static Path home = Path.of("");

    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = RunningServer.on(home.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    record Result(int status, String out, String err) {
        JsonNode json() throws IOException {
            return Api.JSON.readTree(out);
        }
    }

    private static Result run(String input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(
                args,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment());
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Map<String, String> environment() {
        return Map.of(
                "HOME", home.toString(),
                "MNEME_URL", server.url(),
                "MNEME_DATA", home.resolve("data").toString(),
                "MNEME_KEY", server.adminKey(),
                "MNEME_USER", "alice");
    }

    private static Result ok(String... args) {
        Result result = run("", args);
        assertThat(result.status())
                .as(String.join(" ", args) + ": " + result.err())
                .isZero();
        return result;
    }

    @Test
    void everyCommandWorks() throws IOException {
        JsonNode added = ok(
                        "add", "I am allergic to peanuts", "--category", "health", "--metadata", "{\"a\":1}", "--json")
                .json();
        String id = added.at("/memory/id").asText();
        assertThat(ok("get", id).out()).contains("peanuts");
        assertThat(ok("get", id, "--json").json()).isEqualTo(added.path("memory"));
        assertThat(ok("search", "peanuts", "--top-k", "3", "--explain").out()).contains("allergic");
        JsonNode found =
                ok("search", "peanuts", "--top-k", "3", "--json").json().path("results");
        assertThat(found).hasSize(1);
        assertThat(found.at("/0/memory")).isEqualTo(added.path("memory"));
        assertThat(found.at("/0/score").asDouble()).isPositive().isLessThanOrEqualTo(1);
        assertThat(ok("list", "--limit", "5").out()).contains("peanuts");
        JsonNode listed = ok("list", "--all", "--json", "--order", "createdAt").json();
        assertThat(listed.path("items")).hasSize(1);
        assertThat(listed.at("/items/0")).isEqualTo(added.path("memory"));
        assertThat(ok("update", id, "--text", "I am allergic to soy", "--expected-version", "1")
                        .out())
                .isEqualTo("Updated " + id + " (version 2)\n");
        assertThat(run("", "update", id, "--text", "late", "--expected-version", "1")
                        .status())
                .isEqualTo(4);
        assertThat(ok("history", id).out().lines())
                .as("a heading, and a line for each version")
                .hasSize(3)
                .satisfies(lines -> assertThat(lines.get(1)).contains("ADD", "peanuts"))
                .satisfies(lines -> assertThat(lines.get(2)).contains("UPDATE", "soy"));
        assertThat(ok("status").out()).contains("ok");
        assertThat(ok("status", "--shards").out()).contains("CHECKPOINT", "system");
        assertThat(ok("version").out()).contains("development");
        assertThat(ok("delete", id).out()).isEqualTo("Deleted " + id + "\n");
        assertThat(run("", "get", id).status()).isEqualTo(3);
        assertThat(run("", "get", id, "--key", "mk_wrong").status()).isEqualTo(5);
        assertThat(run("", "get", id, "--url", "http://127.0.0.1:9").status()).isEqualTo(6);
    }

    @Test
    void anOwnerAndTheStoreAreInspected() throws IOException {
        String id = ok("add", "ida plays chess", "--user", "ida", "--json")
                .json()
                .at("/memory/id")
                .asText();
        ok("update", id, "--text", "ida plays go");
        assertThat(ok("inspect", "--user", "ida", "--memory", id).out())
                .contains("memories     1\n", "ida plays chess", "memory.updated", "ida plays go");
        JsonNode owner = ok("inspect", "--user", "ida", "--memory", id, "--json", "--changes", "1")
                .json();
        assertThat(owner.at("/owner/changes").asInt()).isEqualTo(2);
        assertThat(owner.path("versions")).hasSize(2);
        assertThat(owner.path("changes")).hasSize(1);
        assertThat(owner.at("/changes/0/type").asText()).isEqualTo("memory.updated");
        assertThat(ok("inspect", "--store").out()).contains("storage log", "CHECKPOINT", "system");
        JsonNode store = ok("inspect", "--store", "--json").json();
        assertThat(store.at("/storage/log/bytes").asLong()).isPositive();
    }

    @Test
    void anOwnerGoesToAnotherServerAndBackUnchanged() throws IOException {
        String id = ok("add", "eve likes tea", "--user", "eve", "--json")
                .json()
                .at("/memory/id")
                .asText();
        ok("update", id, "--text", "eve likes green tea");
        ok("context", "put", "theme", "{\"dark\":true}", "--user", "eve");
        ok("mode", "switch", "parallel", "--user", "eve", "--instance", "desk");
        Path file = home.resolve("eve.jsonl");
        assertThat(ok("export", "--user", "eve", file.toString()).out()).contains("Exported to");
        String exported = Files.readString(file);
        assertThat(exported.lines()).hasSize(5);
        try (RunningServer other = RunningServer.on(home.resolve("other"))) {
            List<String> there = List.of("--url", other.url(), "--key", other.adminKey());
            assertThat(ok(with(there, "import", file.toString())).out()).isEqualTo("Imported 4.\n");
            assertThat(ok(with(there, "export", "-")).out()).isEqualTo(exported);
            assertThat(ok(with(there, "import", file.toString())).out()).isEqualTo("Imported 0, there already 4.\n");
            assertThat(ok(with(there, "history", id)).out()).contains("eve likes tea", "eve likes green tea");
            assertThat(ok(with(there, "search", "green tea", "--user", "eve")).out())
                    .contains(id);
        }
        assertThat(ok("import", file.toString()).out()).isEqualTo("Imported 0, there already 4.\n");
    }

    private static String[] with(List<String> options, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(options);
        return all.toArray(String[]::new);
    }

    @Test
    void linesAreImportedAndAScopeIsDeletedOrErased() {
        Result imported = run("first fact\nsecond fact\n", "add", "--lines", "--user", "lina");
        assertThat(imported.status()).as(imported.err()).isZero();
        assertThat(server.admin().list("userId=lina").texts()).containsExactlyInAnyOrder("first fact", "second fact");
        assertThat(ok("delete", "--user", "lina", "--all", "--yes").out()).isEqualTo("Deleted 2 memories\n");
        ok("add", "third fact", "--user", "lina");
        assertThat(ok("delete", "--user", "lina", "--erase", "--yes").out()).endsWith(": 1 memories\n");
        assertThat(server.admin().list("userId=lina").texts()).isEmpty();
    }

    @Test
    void keysAreMadeListedUsedAndRevoked() throws IOException {
        JsonNode made = ok("key", "create", "phone", "--role", "write", "--restrict-user", "kit", "--json")
                .json();
        String secret = made.path("key").asText();
        ok("add", "by the phone", "--user", "kit", "--key", secret);
        assertThat(run("", "add", "by the phone", "--user", "other", "--key", secret)
                        .status())
                .isEqualTo(5);
        assertThat(ok("key", "list").out()).contains("phone").doesNotContain(secret);
        assertThat(ok("key", "list", "--json").json().path("items")).anySatisfy(key -> {
            assertThat(key.path("id")).isEqualTo(made.path("id"));
            assertThat(key.path("role").asText()).isEqualTo("write");
            assertThat(key.at("/restrict/users/0").asText()).isEqualTo("kit");
        });
        ok("key", "revoke", made.path("id").asText());
        assertThat(ok("key", "list").out()).doesNotContain("phone");
        assertThat(run("", "list", "--user", "kit", "--key", secret).status()).isEqualTo(5);
    }

    @Test
    void aWatchGoesOnOverARestartWithoutGapOrRepeat() throws Exception {
        try (RunningServer restarted = RunningServer.on(home.resolve("watched"))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            CompletableFuture<Integer> watch = CompletableFuture.supplyAsync(() -> Main.run(
                    new String[] {"watch", "--user", "wat", "--count", "9", "--json"},
                    new ByteArrayInputStream(new byte[0]),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    Map.of("HOME", home.toString(), "MNEME_URL", restarted.url(), "MNEME_KEY", restarted.adminKey())));
            Socket.until(() -> err.toString(StandardCharsets.UTF_8).contains("watching"));
            Api api = restarted.admin();
            for (int i = 0; i < 3; i++) {
                api.add("wat", "watched " + i);
            }
            Socket.until(() -> out.toString(StandardCharsets.UTF_8).contains("watched 2"));
            restarted.restart();
            for (int i = 3; i < 6; i++) {
                api.add("wat", "watched " + i);
            }
            Socket.until(() -> out.toString(StandardCharsets.UTF_8).contains("watched 5"));
            for (int i = 6; i < 9; i++) {
                api.add("wat", "watched " + i);
            }
            assertThat(watch.get(20, TimeUnit.SECONDS)).isZero();
            List<String> texts = out.toString(StandardCharsets.UTF_8)
                    .lines()
                    .map(CommandLineTest::text)
                    .toList();
            assertThat(texts)
                    .containsExactly(java.util.stream.IntStream.range(0, 9)
                            .mapToObj(i -> "watched " + i)
                            .toArray(String[]::new));
        }
    }

    private static String text(String line) {
        try {
            return Api.JSON.readTree(line).at("/memory/text").asText();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
