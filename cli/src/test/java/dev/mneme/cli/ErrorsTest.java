package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.connection.Credentials;
import dev.mneme.cli.terminal.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What goes wrong, and with which exit status.
class ErrorsTest extends CliHarness {
    @ParameterizedTest
    @CsvSource({
        "invalid_request, 400, 2",
        "unauthenticated, 401, 5",
        "not_allowed, 403, 5",
        "not_found, 404, 3",
        "version_conflict, 409, 4",
        "version_conflict, 412, 4",
        "position_expired, 410, 4",
        "too_large, 413, 2",
        "idempotency_key_reused, 422, 4",
        "embedder_mismatch, 422, 2",
        "rate_limited, 429, 6",
        "overloaded, 503, 6",
        "position_ahead, 503, 6",
        "not_primary, 503, 6",
        "no_quorum, 503, 6",
        "log_failed, 503, 7",
        "outcome_unknown, 503, 7",
        "storage_full, 507, 7",
        "integrity_violation, 500, 7",
        "internal, 500, 7",
        "a_code_of_tomorrow, 404, 3",
        "a_code_of_tomorrow, 418, 2",
        "a_code_of_tomorrow, 500, 7",
    })
    void everyCodeHasItsExitStatusAndOneLine(String code, int http, int exit) {
        for (String[] command : new String[][] {{"get", "1"}, {"add", "x"}, {"update", "1", "--text", "x"}}) {
            server().problem(http, code, "\"detail\":\"Do this.\\nThen that.\",\"field\":\"text\"");

            assertThat(run(command)).isEqualTo(new Result(exit, "", "mneme: Do this.\\nThen that. (field: text)\n"));
        }
    }

    @Test
    void anAnswerThatIsNotOursIsSaid() {
        server().then(exchange -> {
            exchange.sendResponseHeaders(502, 5);
            exchange.getResponseBody().write("<htm>".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        });
        assertThat(run("get", "1").err()).contains("502", "Is it a Mneme server");
        server().json(200, "<html>");
        assertThat(run("get", "1")).satisfies(result -> {
            assertThat(result.status()).isEqualTo(7);
            assertThat(result.err()).contains("not JSON");
        });
    }

    @Test
    void nobodyThere() {
        String url = server().url();
        server().close();

        for (String[] command :
                new String[][] {{"get", "1"}, {"add", "x"}, {"update", "1", "--text", "x"}, {"watch"}}) {
            assertThat(run(command))
                    .isEqualTo(new Result(
                            6, "", "mneme: No Mneme server answers at " + url + ". Start one with: ./mneme serve\n"));
        }
    }

    @Test
    void aBrokenWriteIsSentOnceMoreWithTheSameKey() {
        server().hangUp().json(201, "{\"event\":\"ADD\",\"memory\":{\"id\":\"1\"}}");

        assertThat(run("add", "x").status()).isZero();
        assertThat(server().asked()).hasSize(2);
        assertThat(server().asked().get(0).idempotencyKey())
                .isNotEmpty()
                .isEqualTo(server().asked().get(1).idempotencyKey());
    }

    @Test
    void aBrokenPatchToo() {
        server().hangUp().json(200, "{\"memory\":{\"id\":\"1\",\"version\":2}}");

        assertThat(run("update", "1", "--text", "x").status()).isZero();
        assertThat(server().asked()).hasSize(2);
        assertThat(server().asked().get(0).idempotencyKey())
                .isEqualTo(server().asked().get(1).idempotencyKey());
    }

    @Test
    void aWriteThatBreaksTwiceHasAnUnknownOutcome() {
        Result result = run("add", "x", "--idempotency-key", "again");

        assertThat(result.status()).isEqualTo(7);
        assertThat(result.err())
                .contains("not known whether", "--idempotency-key again")
                .hasLineCount(1);
        assertThat(server().asked()).hasSize(2);
    }

    @Test
    void aMissingKeySaysWhereItLooked() {
        env.remove("MNEME_KEY");
        server().problem(401, "unauthenticated", "\"detail\":\"No key.\"");

        Result result = run("get", "1");

        assertThat(result.status()).isEqualTo(5);
        assertThat(result.err())
                .contains("--key, MNEME_KEY and " + home.resolve(".local/share/mneme/admin.key"))
                .hasLineCount(1);
    }

    @Test
    void theKeyOfTheDataFolderIsFound() throws IOException {
        env.remove("MNEME_KEY");
        Path folder = Files.createDirectories(home.resolve("xdg/mneme"));
        Files.writeString(folder.resolve("admin.key"), "mk_admin\n");
        env.put("XDG_DATA_HOME", home.resolve("xdg").toString());
        server().json(200, "{}");
        run("get", "1");
        assertThat(server().last().key()).isEqualTo("Bearer mk_admin");

        Path other = Files.createDirectories(home.resolve("other"));
        Files.writeString(other.resolve("admin.key"), "mk_other");
        server().json(200, "{}");
        run("get", "1", "--data", other.toString());
        assertThat(server().last().key()).isEqualTo("Bearer mk_other");

        server().json(200, "{}");
        run("get", "1", "--data", other.toString(), "--key", "mk_given");
        assertThat(server().last().key()).isEqualTo("Bearer mk_given");
    }

    @Test
    void theKeyOfThisMachineStaysOnThisMachine() throws IOException {
        Path folder = Files.createDirectories(home.resolve(".local/share/mneme"));
        Files.writeString(folder.resolve("admin.key"), "mk_admin");
        env.remove("MNEME_KEY");
        Console console = new Console(
                java.io.InputStream.nullInputStream(),
                System.out,
                System.err,
                env,
                false,
                80,
                false,
                java.time.Clock.systemUTC(),
                millis -> {});

        assertThat(Credentials.find(null, null, java.net.URI.create("http://127.0.0.1:1"), console)
                        .key())
                .isEqualTo("mk_admin");
        assertThat(Credentials.find(null, null, java.net.URI.create("https://mneme.example"), console)
                        .key())
                .isNull();
        assertThat(Credentials.find(null, folder, java.net.URI.create("https://mneme.example"), console)
                        .key())
                .isEqualTo("mk_admin");
        assertThat(Credentials.find("mk_x", null, java.net.URI.create("http://127.0.0.1:1"), console)
                        .toString())
                .doesNotContain("mk_x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lst | Did you mean 'list'?",
                "--frobnicate | Which command?",
                "list --frobnicate | Unknown option: '--frobnicate'",
                "get | Missing required parameter: 'ID'",
                "get 1 2 | Unmatched argument",
                "search x --top-k many | '--top-k'",
                "search x --top-k 1001 | --top-k must be 1 to 1000",
                "search x --filter [] | --filter takes a JSON object",
                "add x --metadata {} --metadata | --metadata",
                "add x --metadata nonsense | --metadata takes a JSON object",
                "add | What should be remembered?",
                "add x --lines | leave the text out",
                "add x --one | leave the text out",
                "add --one --lines | exclude each other",
                "update 1 | Nothing to change",
                "watch --scope some | --scope takes only: all",
                "watch --scope all --user u | leave out user u",
                "list --all --limit 3 | exclude each other",
                "key create x --role boss | --role must be",
                "key create x --rate fast | --rate must be like",
                "get 1 --url ftp://x | --url must be like",
                "get 1 --url http://u:p@x | --url must be like",
                "serve | ./mneme serve",
                "verify --data x | ./mneme verify",
            })
    void aWrongCommandLineIsStatusTwoAndOneLine(String line, String says) {
        Result result = run(line.split(" "));

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains(says).startsWith("mneme: ").hasLineCount(1);
        assertThat(server().asked()).isEmpty();
    }

    @Test
    void aStackTraceIsShownOnlyToWhoAsks() {
        server().problem(404, "not_found", "\"detail\":\"Gone.\"").problem(404, "not_found", "\"detail\":\"Gone.\"");

        assertThat(run("get", "1").err()).isEqualTo("mneme: Gone.\n");
        env.put("MNEME_DEBUG", "1");
        assertThat(run("get", "1").err()).contains("\tat dev.mneme.cli");
    }
}
