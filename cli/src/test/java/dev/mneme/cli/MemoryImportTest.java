package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.connection.Credentials;
import dev.mneme.cli.connection.Server;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `import` makes of mem0 exports, JSON lines and CSV, and what it asks, keeps and shows.
@Timeout(120)
class MemoryImportTest extends CliHarness {
    private static final String STATUS = "{\"epoch\":\"k7f3q2ab\"}";

    private Path file(String name, String text) throws IOException {
        Path file = home.resolve(name);
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return file;
    }

    private static String outcomes(String... events) {
        return "{\"items\":["
                + List.of(events).stream()
                        .map(event -> event.startsWith("{") ? event : "{\"event\":\"" + event + "\"}")
                        .collect(Collectors.joining(","))
                + "]}";
    }

    private static String refused(int at, String field, String detail) {
        return "{\"error\":{\"code\":\"invalid_request\",\"status\":400,\"field\":\"items[" + at + "]." + field
                + "\",\"detail\":\"" + detail + "\"}}";
    }

    private static String adds(int count) {
        return outcomes(IntStream.range(0, count).mapToObj(i -> "ADD").toArray(String[]::new));
    }

    /// The items that one batch sends.
    private String sent(Path file, int count, String... options) {
        String[] args = new String[options.length + 2];
        args[0] = "import";
        args[1] = file.toString();
        System.arraycopy(options, 0, args, 2, options.length);
        server().json(200, STATUS).json(200, adds(count));
        Result result = run(args);
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo("Imported " + count + ".\n");
        assertThat(file.resolveSibling(file.getFileName() + ".import-state")).doesNotExist();
        assertThat(server().last().path()).isEqualTo("/api/v1/memories");
        String body = server().last().body();
        return body.substring("{\"items\":[".length(), body.length() - "]}".length());
    }

    private static final String ITEM = """
        {"id":"11111111-1111-4111-8111-111111111111","memory":"likes tea","hash":"abc","user_id":"alice",\
        "agent_id":null,"session_id":"r1","metadata":{"source":"chat"},"categories":["food"],"score":0.3,\
        "expiration_date":"2030-01-31","structured_attributes":{"day":1},"replaced_by":null,\
        "created_at":"2025-03-01T10:00:00.123456-08:00","updated_at":"2025-03-02T10:00:00Z"}\
        """;
    private static final String SENT = """
        {"userId":"alice","runId":"r1","text":"likes tea","metadata":{"source":"chat"},"categories":["food"],\
        "timestamp":"2025-03-01T10:00:00.123456-08:00","expiresAt":"2030-02-01T00:00:00Z"}\
        """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[%s,%s]",
                "{\"results\":[%s,%s]}",
                "{\"memories\":[%s,%s]}",
                "{\"count\":2,\"next\":null,\"previous\":null,\"results\":[%s,%s],\"relations\":[{\"a\":[1]}]}",
                "{\"results\":[%s],\"n\":1}\n{\"results\":[%s]}",
                "[{\"results\":[%s]},{\"results\":[%s]}]",
                "%s\n%s\n",
                "  [\r\n  %s,\r\n  %s\r\n]\r\n",
                "\ufeff[%s,%s]",
                "{\"result\":{\"points\":[%s,%s]},\"status\":\"ok\"}",
            })
    void answersOfMem0InEveryShape(String shape) throws IOException {
        assertThat(sent(file("in.json", shape.formatted(ITEM, ITEM)), 2)).isEqualTo(SENT + "," + SENT);
    }

    @Test
    void headersOfSpreadsheetsAreRead() throws IOException {
        String csv = "sep=;\r\nUser ID;TEXT;Created At;Expires_At\r\n"
                + "bob;likes tea;1700000000.5;\r\nbob;likes ale;2024-07-26 10:29:36+0000;NULL\r\n"
                + "bob;likes gin;1700000000500;\r\n";

        assertThat(sent(file("in.csv", csv), 3)).isEqualTo("""
            {"userId":"bob","text":"likes tea","timestamp":1700000000500},\
            {"userId":"bob","text":"likes ale","timestamp":"2024-07-26 10:29:36+00:00"},\
            {"userId":"bob","text":"likes gin","timestamp":1700000000500}\
            """);
    }

    @Test
    void headersAreReadHoweverTheyAreWritten() throws IOException {
        String csv = "Sep=,\nUser-Id, Text , metadata.a \nbob,likes tea; and milk,x\n";

        assertThat(sent(file("in.csv", csv), 1))
                .isEqualTo("{\"userId\":\"bob\",\"text\":\"likes tea; and milk\",\"metadata\":{\"a\":\"x\"}}");
    }

    /// A short name in what mem0 exported is of the caller's own metadata.
    @Test
    void aUserInAMemoryOfMem0IsMetadata() throws IOException {
        assertThat(sent(file("in.json", "[{\"memory\":\"a\",\"user_id\":\"u\",\"user\":\"x\"}]"), 1))
                .isEqualTo("{\"userId\":\"u\",\"text\":\"a\",\"metadata\":{\"user\":\"x\"}}");
    }

    @Test
    void linesOfOtherProgramsAreRead() throws IOException {
        String lines = """
            {"user":"bob","content":"likes tea","timestamp":1700000000,"expiresAt":null}
            {"User":"bob","message":"likes ale","timestamp":""}
            {"USERId":"bob","message":"the day before 1970","timestamp":-86400}
            {"user":"bob","message":"likes gin since 1963","timestamp":-200000000000}
            """;

        assertThat(sent(file("in.jsonl", lines), 4)).isEqualTo("""
            {"userId":"bob","text":"likes tea","timestamp":1700000000000},{"userId":"bob","text":"likes ale"},\
            {"userId":"bob","text":"the day before 1970","timestamp":-86400000},\
            {"userId":"bob","text":"likes gin since 1963","timestamp":-200000000000}\
            """);
    }

    @Test
    void timesAreToldFromOneAnother() throws IOException {
        String lines = """
                {"user":"bob","text":"a","timestamp":100000000000}
                {"user":"bob","text":"b","timestamp":99999999999}
                {"user":"bob","text":"c","timestamp":1700000000500.7}
                {"user":"bob","text":"d","timestamp":" 2024-01-01T10:00:00Z "}
                {"user":"bob","text":"e","timestamp":" 1700000000 "}
                {"user":"bob","text":"f","timestamp":"2023"}
                {"user":"bob","text":"g","timestamp":"","created_at":"2024-01-01"}
                """;

        assertThat(sent(file("in.jsonl", lines), 7))
                .contains(
                        "\"text\":\"a\",\"timestamp\":100000000000}",
                        "\"text\":\"b\",\"timestamp\":99999999999000}",
                        "\"text\":\"c\",\"timestamp\":1700000000500}",
                        "\"text\":\"d\",\"timestamp\":\"2024-01-01T10:00:00Z\"}",
                        "\"text\":\"e\",\"timestamp\":1700000000000}",
                        "\"text\":\"f\",\"timestamp\":\"2023\"}",
                        "\"text\":\"g\",\"timestamp\":\"2024-01-01\"}");
    }

    @Test
    void whatIsRecognisedIsSaid() throws IOException {
        Path file = file("in.json", "[" + ITEM + "]");
        server().json(200, STATUS).json(200, adds(1));
        assertThat(run("import", file.toString()).err()).contains("as a mem0 export");
        server().json(200, STATUS).json(200, outcomes("NONE"));
        Result json = run("import", file.toString(), "--json");
        assertThat(json).isEqualTo(new Result(0, "{\"format\":\"mem0\",\"added\":0,\"known\":1,\"refused\":0}\n", ""));
        assertThat(run("import", file.toString(), "--format", "xml").err()).contains("no format 'xml'");
        assertThat(run("import", file.toString(), "--format", "csv").err()).contains("no column text or memory");
    }

    @Test
    void rowsOfAVectorStoreKeepTheirOwnFieldsAsMetadata() throws IOException {
        String row = """
            {"id":"7","vector":[0.1],"payload":{"data":"likes tea","hash":"h","user_id":"alice","role":"user",\
            "actor_id":"Ann","version":3,"created_at":"2025-03-01T10:00:00+00:00","nested":{"a":[1]}}}\
            """;
        assertThat(sent(file("in.json", "[" + row + "]"), 1)).isEqualTo("""
            {"userId":"alice","text":"likes tea","role":"user",\
            "metadata":{"actor_id":"Ann","version":3,"nested":{"a":[1]}},\
            "timestamp":"2025-03-01T10:00:00+00:00"}\
            """);
    }

    @Test
    void timesOfMem0AreSecondsAndThoseOfDatabasesAreUnderstood() throws IOException {
        String items = """
            {"memory":"a","user_id":"u","timestamp":1700000000,"created_at":"2025-01-01"}
            {"memory":"b","user_id":"u","created_at":"2025-01-01 10:00:00.5+00"}
            {"memory":"c","user_id":"u","created_at":"2025-01-01 10:00:00 UTC"}
            {"memory":"d","user_id":"u","created_at":"1767571200"}
            {"memory":"e","user_id":"u","created_at":1767571200.5,"expires_at":"1767571200500"}
            """;
        assertThat(sent(file("in.json", items), 5))
                .contains(
                        "\"text\":\"a\",\"timestamp\":1700000000000}",
                        "\"timestamp\":\"2025-01-01 10:00:00.5+00:00\"",
                        "\"timestamp\":\"2025-01-01 10:00:00Z\"",
                        "\"text\":\"d\",\"timestamp\":1767571200000}",
                        "\"timestamp\":1767571200500,\"expiresAt\":1767571200500");
    }

    /// Written out they are nothing or gigabytes.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e99999999999",
                "1e-999999999",
                "1e2147483647",
                "1e-100000000",
                "-1e-2147483648",
                "1e19",
                "9999999999999999999",
                "0e99999"
            })
    void aNumberBeyondAllTimesIsABadField(String number) throws IOException {
        Path file = file("in.json", "{\"memory\":\"a\",\"user_id\":\"u\",\"created_at\":" + number + "}");
        server().json(200, STATUS);
        Result result = run("import", file.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Line 1: It is no time", "(field: created_at)");
    }

    @Test
    void idsAreFilledInAndKeptWhereAsked() throws IOException {
        String items = """
            {"memory":"a","id":"x1","user_id":null,"agent_id":"bot"}
            {"memory":"b","user_id":42,"replaced_by":"x1"}
            """;
        assertThat(sent(file("in.json", items), 2, "--user", "zoe", "--id-as", "mem0Id"))
                .isEqualTo("{\"userId\":\"zoe\",\"agentId\":\"bot\",\"text\":\"a\",\"metadata\":{\"mem0Id\":\"x1\"}},"
                        + "{\"userId\":\"42\",\"text\":\"b\",\"metadata\":{\"replaced_by\":\"x1\"}}");
    }

    @Test
    void linesOfJsonTakeWhatRestTakes() throws IOException {
        String lines = """
            {"userId":"alice","text":"a","role":"user","timestamp":1700000000000,"vector":[1,0],"embedder":"e","dedupe":false}

            {"user_id":"alice","run_id":"r","content":"b","expires_at":"2030-01-01","createdAt":"2025-01-01"}
            """;
        assertThat(sent(file("in.jsonl", lines), 2)).isEqualTo("""
            {"userId":"alice","text":"a","role":"user","timestamp":1700000000000,"dedupe":false,\
            "embedder":"e","vector":[1,0]},\
            {"userId":"alice","runId":"r","text":"b","timestamp":"2025-01-01","expiresAt":"2030-01-01"}\
            """);
    }

    @Test
    void cellsOfCsvMayHoldAnything() throws IOException {
        String csv = "\ufeffuserId,text,metadata,metadata.source,categories,timestamp\r\n"
                + "alice,\"says \"\"hi\"\",\r\nthen leaves\",\"{\"\"a\"\":1}\",chat,food; drink|tea,2025-01-01\r\n"
                + "\r\n"
                + "bob,plain,,,\"[\"\"x\"\"]\",\r\n"
                + " carol ,  short ,\" \", x ,, 2025-01-02 \r\n";
        assertThat(sent(file("in.csv", csv), 3)).isEqualTo("""
            {"userId":"alice","text":"says \\"hi\\",\\r\\nthen leaves","metadata":{"source":"chat","a":1},\
            "categories":["food","drink","tea"],"timestamp":"2025-01-01"},\
            {"userId":"bob","text":"plain","categories":["x"]},\
            {"userId":"carol","text":"  short ","metadata":{"source":" x "},"timestamp":"2025-01-02"}\
            """);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void theSeparatorIsFound(String separator) throws IOException {
        String csv = "memory,user_id\n\"a,b;c\td\",alice\nlast,bob"
                .replace("memory,", "memory" + separator)
                .replace("\",alice", "\"" + separator + "alice")
                .replace("last,", "last" + separator);
        assertThat(sent(file("in.csv", csv), 2)).isEqualTo("""
            {"userId":"alice","text":"a,b;c\\td"},{"userId":"bob","text":"last"}\
            """);
    }

    @Test
    void aHeaderThatCannotBeUsedIsRefusedBeforeAnythingIsSent() throws IOException {
        assertThat(run("import", file("a.csv", "text,userId,colour\na,b,c").toString())
                        .err())
                .contains("not known: colour", "metadata.colour");
        assertThat(run("import", file("b.csv", "text,userId,userId\n").toString())
                        .err())
                .contains("userId twice");
        assertThat(server().asked()).isEmpty();
    }

    /// The line after an end of line that is not quoted would be somebody else's row.
    @Test
    void aRowWithAnotherNumberOfCellsIsRefused() throws IOException {
        Path file =
                file("in.csv", "user_id,text,role\nalice,first half\nsecond half,user\nbob,a,user,b\nbob,whole,user\n");
        Path bad = home.resolve("bad.jsonl");
        server().json(200, STATUS).json(200, adds(1));
        assertThat(run("import", file.toString(), "--skip-bad", bad.toString()).out())
                .isEqualTo("Imported 1, refused 3.\n");
        assertThat(Files.readAllLines(bad))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("the header has 3"));
        assertThat(server().last().body()).contains("whole").doesNotContain("half");
    }

    @Test
    void aMemoryWithAListAmongItsMembersIsAMemory() throws IOException {
        String items = """
            [{"memory":"a","user_id":"u","items":["x"],"result":{"n":1}},
            {"id":1,"payload":{"data":"b","user_id":"u"},"points":[]}]
            """;
        assertThat(sent(file("in.json", items), 2)).isEqualTo("""
            {"userId":"u","text":"a","metadata":{"items":["x"],"result":{"n":1}}},\
            {"userId":"u","text":"b","metadata":{"points":[]}}\
            """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"items\":[],\"memory\":\"lost\",\"user_id\":\"u\"}]",
                "[{\"result\":{\"memory\":\"lost\",\"user_id\":\"u\"}}]",
                "{\"id\":1,\"data\":[],\"payload\":{\"data\":\"lost\",\"user_id\":\"u\"}}",
            })
    void aTextAfterAListIsRefusedAndNotPassedOver(String json) throws IOException {
        server().json(200, STATUS);
        Result result = run("import", file("in.json", json).toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Item 1: The object holds a list of memories");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"text\":\"cut \\ud83d\",\"userId\":\"u\"}",
                "{\"text\":\"a\",\"userId\":\"u\\ude00\"}",
                "{\"text\":\"a\",\"userId\":\"u\",\"metadata\":{\"deep\":[{\"n\":\"\\ud83d\"}]}}",
            })
    void halfACharacterIsRefused(String json) throws IOException {
        server().json(200, STATUS);
        Result result = run("import", file("in.jsonl", json).toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("Line 1: It holds half a character");
    }

    @Test
    void aMemberThatIsNamedTwiceIsRefused() throws IOException {
        Path lines = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\",\"userId\":\"v\"}\n");
        server().json(200, STATUS);
        assertThat(run("import", lines.toString()).err()).contains("Line 1: ", "Duplicate", "userId");
        Path document = file("in.json", "[{\"memory\":\"a\",\"metadata\":{\"n\":1,\"n\":2}}]");
        server().json(200, STATUS);
        assertThat(run("import", document.toString()).err()).contains("Item 1 ", "Duplicate");
        Path cell = file("in.csv", "text,userId,metadata\na,u,\"{\"\"n\"\":1,\"\"n\"\":2}\"\n");
        server().json(200, STATUS);
        assertThat(run("import", cell.toString()).err()).contains("Row 2: metadata must be JSON");
    }

    @Test
    void badRowsGoIntoNoFileThatHoldsSomethingElse() throws IOException {
        String line = "{\"text\":\"a\",\"userId\":\"u\"}\n";
        Path file = file("in.jsonl", line);
        assertThat(run("import", file.toString(), "--skip-bad", home + "/./in.jsonl")
                        .err())
                .contains("names the file that is imported");
        assertThat(server().asked()).isEmpty();
        Path notes = file("notes.txt", "mine");
        server().json(200, STATUS);
        Result result = run("import", file.toString(), "--skip-bad", notes.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("There is a file " + notes + " already");
        assertThat(file).hasContent(line);
        assertThat(notes).hasContent("mine");
    }

    @Test
    void aCutImportKeepsItsBadRowsOnceAndItsExitStatus() throws IOException {
        Path file = file("in.jsonl", "{\"text\":7}\n{\"text\":\"a\",\"userId\":\"u\"}\n");
        Path bad = home.resolve("bad.jsonl");
        server().json(200, STATUS).hangUp().hangUp();
        Result cut = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(cut.status()).isEqualTo(7);
        assertThat(cut.err()).contains("Run the same command again").doesNotContain("--idempotency-key");
        server().json(200, STATUS).json(200, adds(1));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString());
        assertThat(result.out()).isEqualTo("Imported 1, refused 1.\n");
        assertThat(result.status()).as("that of the first bad row").isEqualTo(2);
        assertThat(Files.readAllLines(bad)).hasSize(1);
    }

    /// Mended, it can be put back: it is not what was made of it for the server.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "in.jsonl | {\"memory\":\"a\",  \"user_id\":\"u\", \"role\":\"cook\"} | {\"memory\":\"a\", "
                        + " \"user_id\":\"u\", \"role\":\"cook\"}",
                "in.json | [{\"memory\":\"a\",\"user_id\":\"u\",\"role\":\"cook\"}] |"
                        + " {\"memory\":\"a\",\"user_id\":\"u\",\"role\":\"cook\"}",
                "in.csv | memory,user_id,role\\na,u,cook | a,u,cook"
            })
    void aRowThatTheServerRefusesIsKeptAsItStands(String name, String content, String row) throws IOException {
        Path file = file(name, content.replace("\\n", "\n") + "\n");
        Path bad = home.resolve("bad.jsonl");
        String error = "{\"status\":400,\"code\":\"invalid_request\",\"field\":\"items[0].role\",\"detail\":\"No.\"}";
        server().json(200, STATUS).json(207, "{\"items\":[{\"error\":" + error + "}]}");
        run("import", file.toString(), "--skip-bad", bad.toString());
        JsonView kept = JsonView.parse(Files.readString(bad));
        assertThat(kept.at("text").text()).isEqualTo(row);
        assertThat(kept.at("field").text()).isEqualTo("role");
    }

    @Test
    void theFirstBadRowStopsAndSaysWhere() throws IOException {
        Path file = file("in.jsonl", """
            {"text":"a","userId":"u"}
            {"text":"b","userId":"u","colour":"red"}
            {"text":"c","userId":"u"}
            """);
        server().json(200, STATUS).json(200, adds(1));
        Result result = run("import", file.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .contains("Line 2: There is no such field", "(field: colour) The one record before it is in.");

        Files.writeString(file, Files.readString(file).replace(",\"colour\":\"red\"", ""));
        server().json(200, STATUS).json(200, outcomes("NONE", "ADD", "ADD"));
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 2, there already 1.\n");
    }

    @Test
    void whatTheServerRefusesIsNamedByItsOwnRow() throws IOException {
        Path file = file("in.csv", "text,userId\na,u\nb,u\n");
        server().json(200, STATUS)
                .json(200, outcomes("ADD", refused(1, "timestamp", "items[1].timestamp is no time.")));
        assertThat(run("import", file.toString()).err())
                .contains("Row 3: timestamp is no time. (field: timestamp) The one record before it is in.");
    }

    @Test
    void badRowsAreKeptWithTheirReasonAndTheOthersGoOn() throws IOException {
        Path file = file("in.jsonl", """
            {"text":"a","userId":"u"}
            nonsense
            [1]
            {"text":"b"}
            {"userId":"u"}
            {"text":7,"userId":"u"}
            {"text":"c","memory":"d","userId":"u"}
            {"text":"e","userId":"u","user_id":"v"}
            {"text":"f","userId":"u","metadata":"x"}
            {"text":"g","userId":"u","role":""}
            """);
        Files.write(file, new byte[] {'{', (byte) 0xff, '}', '\n'}, java.nio.file.StandardOpenOption.APPEND);
        Path bad = home.resolve("bad.jsonl");
        server().json(200, STATUS).json(200, adds(1)).json(200, outcomes(refused(0, "role", "No.")));
        Result result = run("import", file.toString(), "--skip-bad", bad.toString(), "--quiet");
        assertThat(result).isEqualTo(new Result(2, "", ""));
        List<JsonView> kept = Files.readAllLines(bad).stream()
                .map(line -> {
                    try {
                        return JsonView.parse(line);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .toList();
        assertThat(kept.stream().map(line -> line.at("line").text()))
                .containsExactly("2", "3", "4", "5", "6", "7", "8", "9", "10", "11");
        assertThat(kept.stream().map(line -> line.at("field").text()))
                .containsExactly("", "", "userId", "text", "text", "text, memory", "user_id", "metadata", "role", "");
        assertThat(kept.getFirst().at("text").text()).isEqualTo("nonsense");
    }

    @Test
    void batchesAreBoundedAndAKilledRunGoesOnAfterTheLastAnsweredOne() throws IOException {
        String lines = IntStream.range(0, 600)
                .mapToObj(i -> "{\"text\":\"t" + i + "\",\"userId\":\"u\"}\n")
                .collect(Collectors.joining());
        Path file = file("in.jsonl", lines);
        server().json(200, STATUS).json(200, adds(256)).hangUp().hangUp();
        assertThat(run("import", file.toString()).status()).isEqualTo(7);
        String cut = server().last().idempotencyKey();

        server().json(200, STATUS).json(200, adds(256)).json(200, adds(88));
        Result result = run("import", file.toString());
        assertThat(result.err()).contains("going on after 256 lines");
        assertThat(result.out()).isEqualTo("Imported 600.\n");
        assertThat(server().asked().get(server().asked().size() - 2).idempotencyKey())
                .as("the batch whose fate is not known is sent with the same key")
                .isEqualTo(cut);

        server().json(200, STATUS).json(200, adds(256)).hangUp().hangUp();
        run("import", file.toString());
        server().json(200, STATUS).json(200, adds(256)).json(200, adds(256)).json(200, adds(88));
        assertThat(run("import", file.toString(), "--agent", "bot").err())
                .as("other ids begin again")
                .doesNotContain("going on");
    }

    @Test
    void aBatchThatWasAnsweredBeforeCountsAsKnown() throws IOException {
        Path file = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n");
        server().json(200, STATUS).then(exchange -> {
            exchange.getResponseHeaders().add("Idempotency-Replayed", "true");
            byte[] body = adds(1).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        });
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 0, there already 1.\n");
    }

    @Test
    void aBusyServerIsAskedAgainAndALargeBatchIsSplit() throws IOException {
        Path file = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n{\"text\":\"b\",\"userId\":\"u\"}\n");
        server().json(200, STATUS)
                .problem(503, "overloaded", "\"retryAfterMillis\":250")
                .problem(413, "too_large", "\"detail\":\"Too large.\"")
                .json(200, adds(1))
                .problem(413, "too_large", "\"detail\":\"Too large.\"");
        Result result = run("import", file.toString());
        assertThat(pauses).containsExactly(250L);
        assertThat(result.err()).contains("Line 2: Too large. The one record before it is in.");
    }

    /// Such as after a limit was raised: then the server knows the key from a batch with fewer rows.
    @Test
    void rowsWhoseKeyWasUsedForOthersAreSentUnderAnother() throws IOException {
        Path file = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n{\"text\":\"b\",\"userId\":\"v\"}\n");
        String reused =
                "{\"error\":{\"code\":\"idempotency_key_reused\",\"status\":409,\"field\":\"Idempotency-Key\"}}";
        server().json(200, STATUS)
                .json(200, outcomes("NONE", reused))
                .json(200, outcomes(reused))
                .json(200, adds(1));
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 1, there already 1.\n");
        List<String> keys = server().asked().stream()
                .map(ScriptedServer.Asked::idempotencyKey)
                .filter(key -> !key.isEmpty())
                .toList();
        assertThat(keys).hasSize(3).doesNotHaveDuplicates();
        assertThat(keys.get(1)).endsWith("-2");
        assertThat(keys.get(2)).endsWith("-3");
        assertThat(server().last().body()).contains("\"b\"").doesNotContain("\"a\"");
    }

    @Test
    void aKeyThatIsAlwaysTakenEndsInARefusal() throws IOException {
        Path file = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n");
        server().json(200, STATUS);
        for (int attempt = 1; attempt <= 9; attempt++) {
            server().json(
                            200,
                            outcomes(
                                    "{\"error\":{\"code\":\"idempotency_key_reused\",\"status\":409,\"field\":\"Idempotency-Key\"}}"));
        }
        assertThat(run("import", file.toString()).status()).isNotZero();
        assertThat(server().asked()).hasSize(10);
        assertThat(server().last().idempotencyKey()).endsWith("-9");
    }

    @Test
    void rowsThatAreNewEachTimeAreNewInEachBatch() throws IOException {
        String lines = "{\"text\":\"a\",\"userId\":\"u\",\"dedupe\":false}\n".repeat(512);
        Path file = file("in.jsonl", lines);
        for (int run = 0; run < 2; run++) {
            server().json(200, STATUS).json(200, adds(256)).json(200, adds(256));
            run("import", file.toString());
        }
        List<String> keys = server().asked().stream()
                .map(ScriptedServer.Asked::idempotencyKey)
                .toList();
        assertThat(keys.get(1)).isNotEqualTo(keys.get(2));
        assertThat(keys.subList(4, 6)).as("the same in the next run").isEqualTo(keys.subList(1, 3));
    }

    @Test
    void aBatchThatTakesTooLongIsSentInHalvesAndTheNextOnesAreSmaller() throws IOException {
        String lines = IntStream.range(0, 400)
                .mapToObj(i -> "{\"text\":\"t" + i + "\",\"userId\":\"u\"}\n")
                .collect(Collectors.joining());
        server().json(200, STATUS)
                .json(504, "")
                .json(200, adds(128))
                .json(200, adds(128))
                .json(200, adds(128))
                .json(200, adds(16));
        Path file = file("in.jsonl", lines);
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 400.\n");

        Path one = file("one.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n");
        server().json(200, STATUS).json(504, "");
        assertThat(run("import", one.toString()).err()).contains("line 1", "Run the same command again");
        Path again = file("new.jsonl", "{\"text\":\"a\",\"userId\":\"u\",\"dedupe\":false}\n".repeat(2));
        server().json(200, STATUS).json(504, "");
        assertThat(run("import", again.toString()).status())
                .as("in other batches they would be there twice")
                .isEqualTo(6);
        assertThat(server().last().idempotencyKey()).endsWith("-at1");
        Path mixed = file(
                "mixed.jsonl",
                "{\"text\":\"a\",\"userId\":\"u\"}\n{\"text\":\"b\",\"userId\":\"u\",\"dedupe\":false}\n");
        server().json(200, STATUS).json(504, "");
        assertThat(run("import", mixed.toString()).status())
                .as("one of them would be")
                .isEqualTo(6);
        assertThat(server().last().idempotencyKey()).endsWith("-at1");
    }

    /// Whatever is in the state file, no batch is larger than one that a server takes.
    @Test
    void aStateWithAnImpossibleBatchSizeIsGoneOnFromInUsualBatches() throws IOException {
        String lines = IntStream.range(0, 900)
                .mapToObj(i -> "{\"text\":\"t" + i + "\",\"userId\":\"u\"}\n")
                .collect(Collectors.joining());
        Path file = file("in.jsonl", lines);
        server().json(200, STATUS).json(200, adds(256)).hangUp().hangUp();
        assertThat(run("import", file.toString()).status()).isEqualTo(7);
        Path state = file.resolveSibling(file.getFileName() + ".import-state");
        String left = Files.readString(state);
        assertThat(left).contains("\"batch\":256");
        Files.writeString(state, left.replace("\"batch\":256", "\"batch\":100000"));

        server().json(200, STATUS).json(200, adds(256)).json(200, adds(256)).json(200, adds(132));
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 900.\n");
    }

    /// After a timeout the batches are smaller: a run that goes on must cut the rest as the killed one did.
    @Test
    void rowsThatAreNewEachTimeAreSentAgainInTheSameBatches() throws IOException {
        String lines = IntStream.range(0, 600)
                .mapToObj(
                        i -> "{\"text\":\"t" + i + "\",\"userId\":\"u\"" + (i < 256 ? "" : ",\"dedupe\":false") + "}\n")
                .collect(Collectors.joining());
        Path file = file("in.jsonl", lines);
        server().json(200, STATUS)
                .json(504, "")
                .json(200, adds(128))
                .json(200, adds(128))
                .hangUp()
                .hangUp();
        assertThat(run("import", file.toString()).status()).isEqualTo(7);
        String cut = server().last().idempotencyKey();

        server().json(200, STATUS).json(200, adds(128)).json(200, adds(128)).json(200, adds(88));
        assertThat(run("import", file.toString()).out()).isEqualTo("Imported 600.\n");
        assertThat(server().asked().get(server().asked().size() - 3).idempotencyKey())
                .isEqualTo(cut);
    }

    @Test
    void anAnswerThatDoesNotComeInTimeIsOne() {
        CountDownLatch asked = new CountDownLatch(1);
        server().then(exchange -> {
            try {
                asked.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        });
        Server hasty =
                new Server(URI.create(server().url()), new Credentials("mk_test", true, ""), Duration.ofMillis(200));
        assertThat(hasty.postWork("/api/v1/memories", "{}", "key").status()).isEqualTo(504);
        asked.countDown();
        assertThat(server().asked()).as("not sent a second time").hasSize(1);
    }

    @Test
    void aTerminalSeesHowFarItIs() throws IOException {
        terminal = true;
        server().json(200, STATUS).json(200, adds(1));
        Path file = file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n");
        assertThat(run("import", file.toString()).err())
                .contains("\rimporting [" + "#".repeat(30) + "] 1 memories", "\r ");
    }

    @Test
    void standardInputIsReadOnce() {
        input = "text,userId\na,u\n";
        server().json(200, adds(1));
        assertThat(run("import", "-").out()).isEqualTo("Imported 1.\n");
        assertThat(server().asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"memory\":\"a\",\"user_id\":\"u\"},{\"memory\":\"b",
                "[{\"memory\":\"a\",\"user_id\":\"u\"},{\"memory\":bad}]",
                "[{\"memory\":\"a\",\"user_id\":\"u\"},{\"memory\":\"\u0001\"}]",
                "text,user_id\na,u\n\"never closed,u\nb,u\n",
                "text,user_id\na,u\n\"closed\"too soon,u\nb,u\n",
            })
    void aFaultInTheFileEndsItAfterWhatLiesBefore(String text) throws IOException {
        server().json(200, STATUS).json(200, adds(1));
        Result result = run(
                "import",
                file("in", text).toString(),
                "--skip-bad",
                home.resolve("bad").toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err())
                .containsPattern("(Item 2|Row 3) .*line \\d")
                .contains("The one memory before it is in. Mend the file");
        assertThat(server().asked()).hasSize(2);
    }

    @Test
    void depthAndLengthAreBounded() throws IOException {
        String begin = "[{\"memory\":\"a\",\"user_id\":\"u\"},{\"memory\":\"b\",\"metadata\":";
        fault(begin + "[".repeat(100_000));
        fault("text,user_id\na,u\n\"" + "never closed ".repeat(1_000_000));
        fault(begin + "\"" + "x".repeat(12_000_000) + "\"}]");
        Path lines =
                file("in.jsonl", "{\"text\":\"a\",\"userId\":\"u\"}\n{\"text\":\"" + "x".repeat(12_000_000) + "\"}\n");
        server().json(200, STATUS).json(200, adds(1));
        assertThat(run("import", lines.toString()).err()).contains("Line 2: It may have 8 MiB at most.");
        Path deep = file("deep.jsonl", "{\"text\":\"a\",\"metadata\":" + "{\"a\":".repeat(5_000) + "1\n");
        server().json(200, STATUS);
        assertThat(run("import", deep.toString()).err()).contains("Line 1: It must be one JSON object: ");
    }

    private void fault(String text) throws IOException {
        server().json(200, STATUS).json(200, adds(1));
        Result result = run("import", file("in", text).toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("longer than 8 MiB").contains("The one memory before it is in.");
    }

    @Test
    void bytesThatAreNoUtf8EndADocument() throws IOException {
        Path file = home.resolve("latin1.csv");
        Files.write(file, "text,user_id\na,u\ncaf\u00e9,u\n".getBytes(StandardCharsets.ISO_8859_1));
        server().json(200, STATUS);
        assertThat(run("import", file.toString()).err()).contains("no UTF-8", "iconv");
    }

    @Test
    void aSkippedMemberMayBeLongerThanAMemory() throws IOException {
        String page = "{\"results\":[" + ITEM + "],\"relations\":[" + "\"x\",".repeat(3_000_000) + "1]}";
        assertThat(sent(file("in.json", page), 1)).isEqualTo(SENT);
    }
}
