package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What `export` and `import` ask, keep and show.
class TransferCommandsTest extends CliHarness {
    private static final String HEADER = "{\"export\":{\"format\":\"mneme\",\"version\":1}}";
    private static final String STATUS = "{\"epoch\":\"k7f3q2ab\"}";

    private Path file(String name, String... lines) throws IOException {
        Path file = home.resolve(name);
        Files.writeString(file, String.join("\n", lines) + "\n");
        return file;
    }

    private static String done(String... events) {
        StringBuilder items = new StringBuilder();
        for (int i = 0; i < events.length; i++) {
            items.append(i == 0 ? "" : ",")
                    .append("{\"line\":")
                    .append(i + 2)
                    .append(',')
                    .append(events[i])
                    .append('}');
        }
        return "{\"added\":0,\"known\":0,\"items\":[" + items + "]}";
    }

    private static final String ADD = "\"event\":\"ADD\"";
    private static final String NONE = "\"event\":\"NONE\"";
    private static final String BAD =
            "\"error\":{\"code\":\"invalid_request\",\"status\":400,\"field\":\"mode.version\",\"detail\":\"No.\"}";

    private String asked(int at) {
        ScriptedServer.Asked asked = server().asked().get(at);
        return asked.method() + " " + asked.path();
    }

    @Test
    void anExportIsSavedWhenItIsWhole() throws IOException {
        Path file = home.resolve("all.jsonl");
        server().json(200, HEADER + "\n{\"mode\":1}\n");
        Result result = run("export", file.toString());
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(asked(0)).isEqualTo("GET /api/v1/export");
        assertThat(Files.readString(file)).isEqualTo(HEADER + "\n{\"mode\":1}\n");
        assertThat(result.err()).as("quiet without a terminal").isEmpty();
        assertThat(run("export", file.toString()).err()).contains("--force");

        server().json(200, HEADER + "\n");
        assertThat(run("export", "--user", "bob", "-").out()).isEqualTo(HEADER + "\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/export?userId=bob");
        assertThat(run("export", "--user", "bob", "--app", "x", "-").status()).isEqualTo(2);
    }

    @Test
    void anExportThatBreaksOffLeavesNoFile() throws IOException {
        server().then(exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(HEADER.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
        Result result = run("export", home.resolve("cut.jsonl").toString());
        assertThat(result.status()).isNotZero();
        try (var left = Files.list(home)) {
            assertThat(left.filter(each -> each.toString().contains("cut"))).isEmpty();
        }
    }

    @Test
    void linesAreSentWithTheirHeaderAndCounted() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}", "", "{\"b\":\"\u00fc\"}");
        server().json(200, STATUS).json(200, done(ADD, NONE));
        Result result = run("import", file.toString());
        assertThat(result).isEqualTo(new Result(0, "Imported 1, there already 1.\n", ""));
        assertThat(asked(1)).isEqualTo("POST /api/v1/import?onError=stop");
        assertThat(server().last().body()).isEqualTo(HEADER + "\n{\"a\":1}\n{\"b\":\"\u00fc\"}\n");
        try (var left = Files.list(home)) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void aTerminalSeesHowFarItIs() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}");
        terminal = true;
        server().json(200, STATUS).json(200, done(ADD));
        assertThat(run("import", file.toString()).err()).contains("\rimporting ");
        server().json(200, HEADER + "\n");
        assertThat(run("export", home.resolve("out.jsonl").toString()).err()).contains("\rexporting ");
    }

    @Test
    void theFirstBadLineStopsAndTheNextRunGoesOnThere() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}", "{\"b\":2}", "{\"c\":3}");
        server().json(200, STATUS).json(200, done(ADD, BAD));
        Result result = run("import", file.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Line 3: No. (field: mode.version) The one record before it is in.");

        server().json(200, STATUS).json(200, done(ADD, ADD));
        result = run("import", file.toString());
        assertThat(result.err()).contains("going on after line 2");
        assertThat(result.out()).isEqualTo("Imported 3.\n");
        assertThat(server().last().body()).isEqualTo(HEADER + "\n{\"b\":2}\n{\"c\":3}\n");
    }

    @Test
    void anotherServerOrAnotherFileBeginsAgain() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}", "{\"b\":2}");
        server().json(200, STATUS).json(200, done(ADD, BAD));
        run("import", file.toString());
        server().json(200, "{\"epoch\":\"other\"}").json(200, done(ADD, BAD));
        run("import", file.toString());
        assertThat(server().last().body()).isEqualTo(HEADER + "\n{\"a\":1}\n{\"b\":2}\n");
        file("in.jsonl", HEADER, "{\"a\":1}", "{\"b\":22}");
        server().json(200, "{\"epoch\":\"other\"}").json(200, done(NONE, ADD));
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 1, there already 1.\n");
        assertThat(server().last().body()).isEqualTo(HEADER + "\n{\"a\":1}\n{\"b\":22}\n");
    }

    @Test
    void badLinesAreWrittenWithTheirReasonAndTheOthersGoOn() throws IOException {
        Path file = home.resolve("in.jsonl");
        byte[] broken = {'{', (byte) 0xff, '}', '\n'};
        Files.write(file, (HEADER + "\n{\"a\":1}\n{\"b\":2}\n").getBytes(StandardCharsets.UTF_8));
        Files.write(file, broken, java.nio.file.StandardOpenOption.APPEND);
        Files.writeString(file, "{\"c\":3}", java.nio.file.StandardOpenOption.APPEND);
        Path bad = home.resolve("bad.jsonl");
        server().json(200, STATUS).json(200, done(ADD, BAD)).json(200, done(ADD));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(result.status()).as("that of the first one refused").isEqualTo(2);
        assertThat(result.out()).isEqualTo("Imported 2, refused 2.\n");
        assertThat(asked(1)).isEqualTo("POST /api/v1/import?onError=skip");
        assertThat(Files.readAllLines(bad))
                .containsExactly(
                        "{\"line\":3,\"code\":\"invalid_request\",\"field\":\"mode.version\",\"detail\":\"No.\","
                                + "\"text\":\"{\\\"b\\\":2}\"}",
                        "{\"line\":4,\"code\":\"invalid_request\",\"field\":\"line\","
                                + "\"detail\":\"The line must be well-formed UTF-8.\",\"text\":\"{\ufffd}\"}");
        assertThat(server().last().body()).isEqualTo(HEADER + "\n{\"c\":3}\n");
    }

    @Test
    void anIdOfAnotherOwnerIsABadLine() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}", "{\"b\":2}", "{\"c\":3}");
        Path bad = home.resolve("bad.jsonl");
        String foreign = "\"error\":{\"code\":\"version_conflict\",\"status\":409,\"field\":\"memory.id\","
                + "\"detail\":\"Another's.\"}";
        server().json(200, STATUS).json(200, done(ADD, foreign, ADD));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(result.status()).isEqualTo(4);
        assertThat(result.out()).isEqualTo("Imported 2, refused 1.\n");
        assertThat(Files.readAllLines(bad))
                .containsExactly("{\"line\":3,\"code\":\"version_conflict\",\"field\":\"memory.id\","
                        + "\"detail\":\"Another's.\",\"text\":\"{\\\"b\\\":2}\"}");
    }

    @Test
    void theExitStatusOutlivesACut() throws IOException {
        String[] lines = new String[1_002];
        java.util.Arrays.fill(lines, "{}");
        lines[0] = HEADER;
        Path file = file("in.jsonl", lines);
        Path bad = home.resolve("bad.jsonl");
        String[] first = new String[500];
        java.util.Arrays.fill(first, ADD);
        first[3] = BAD;
        server().json(200, STATUS).json(200, done(first)).hangUp().hangUp();
        run("import", file.toString(), "--skip-bad", bad.toString());
        String[] rest = new String[500];
        java.util.Arrays.fill(rest, ADD);
        server().json(200, STATUS).json(200, done(rest)).json(200, done(ADD));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(result.out()).isEqualTo("Imported 1000, refused 1.\n");
        assertThat(result.status()).as("that of the first one refused").isEqualTo(2);
        assertThat(Files.readAllLines(bad)).hasSize(1);
    }

    @Test
    void aBadLineIsWrittenOnceAlsoIfTheImportIsCutAfterIt() throws IOException {
        Path file = home.resolve("in.jsonl");
        Files.write(file, (HEADER + "\n").getBytes(StandardCharsets.UTF_8));
        Files.write(file, new byte[] {(byte) 0xff, '\n', '{', '}'}, java.nio.file.StandardOpenOption.APPEND);
        Path bad = home.resolve("bad.jsonl");
        server().json(200, STATUS).hangUp().hangUp();
        run("import", file.toString(), "--skip-bad", bad.toString());
        server().json(200, STATUS).json(200, done(ADD));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(result.out()).isEqualTo("Imported 1, refused 1.\n");
        assertThat(Files.readAllLines(bad)).hasSize(1);
    }

    @Test
    void aBusyServerIsAskedAgainAndALineThatIsTooLargeIsFound() throws IOException {
        Path file = file("in.jsonl", HEADER, "{\"a\":1}", "{\"b\":2}");
        server().json(200, STATUS)
                .problem(503, "overloaded", "\"retryAfterMillis\":250")
                .problem(413, "too_large", "\"detail\":\"Too large.\"")
                .json(200, done(ADD))
                .problem(413, "too_large", "\"detail\":\"Too large.\"");
        Result result = run("import", file.toString());
        assertThat(pauses).containsExactly(250L);
        assertThat(result.err()).contains("Line 3: Too large.");
    }

    @Test
    void batchesAreBounded() throws IOException {
        String[] lines = new String[1_201];
        java.util.Arrays.fill(lines, "{}");
        lines[0] = HEADER;
        Path file = file("in.jsonl", lines);
        server().json(200, STATUS);
        for (int size : new int[] {500, 500, 200}) {
            String[] events = new String[size];
            java.util.Arrays.fill(events, ADD);
            server().json(200, done(events));
        }
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 1200.\n");
        assertThat(server().asked()).hasSize(4);
    }

    @Test
    void standardInputAndWhatIsNoExport() throws IOException {
        input = HEADER + "\n{\"a\":1}\n";
        server().json(200, done(ADD));
        assertThat(run("import", "-").out()).isEqualTo("Imported 1.\n");
        assertThat(run("import", home.resolve("none").toString()).status()).isEqualTo(2);
        Path empty = Files.createFile(home.resolve("empty"));
        assertThat(run("import", empty.toString()).err()).contains("The file is empty");
        assertThat(run("import", empty.toString(), "--format", "mneme").err()).contains("no export's");
    }
}
