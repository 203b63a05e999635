package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What `response` and `events` ask and show.
class AuditCommandsTest extends CliHarness {
    private static final String RESPONSE = """
            {"userId":"alice","instanceId":"desk","chatId":"c1","messageId":"m7","mode":null,"sourceType":"external",\
            "provider":"anthropic","model":"claude","confidence":0.9,"responseHash":"h",\
            "metadata":{},"timestamp":"2026-11-22T07:00:00.000Z"}""";
    private static final String SUM = """
            {"responses":2,"meanConfidence":0.5,"promptTokens":10,"completionTokens":5,"totalTokens":15,"cost":0.25,\
            "unpriced":1}""";

    @Test
    void recordSendsTheAnswer() {
        server().json(201, "{\"event\":\"ADD\",\"response\":" + RESPONSE + "}");

        Result result = run(
                "response",
                "record",
                "--chat",
                "c1",
                "--message",
                "m7",
                "--source-type",
                "external",
                "--provider",
                "anthropic",
                "--model",
                "claude",
                "--hash",
                "h",
                "--confidence",
                "0.9",
                "--metadata",
                "{\"promptTokens\":1}",
                "--timestamp",
                "2026-11-22");

        assertThat(result).isEqualTo(new Result(0, "Recorded\n", ""));
        ScriptedServer.Asked asked = server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /api/v1/responses");
        assertThat(asked.body())
                .isEqualTo("{\"userId\":\"alice\",\"chatId\":\"c1\",\"messageId\":\"m7\","
                        + "\"sourceType\":\"external\",\"provider\":\"anthropic\",\"model\":\"claude\","
                        + "\"confidence\":0.9,\"responseHash\":\"h\",\"metadata\":{\"promptTokens\":1},"
                        + "\"timestamp\":\"2026-11-22\"}");
    }

    @Test
    void aConflictIsExitStatusFour() {
        server().json(409, "{\"code\":\"version_conflict\",\"detail\":\"Another hash.\"}");

        Result result = run(
                "response",
                "record",
                "--chat",
                "c",
                "--message",
                "m",
                "--source-type",
                "local",
                "--provider",
                "p",
                "--model",
                "m",
                "--hash",
                "h");

        assertThat(result).isEqualTo(new Result(4, "", "mneme: Another hash.\n"));
    }

    @Test
    void whatIsMissingOrWrongIsSaidBeforeAnythingIsSent() {
        assertThat(run("response").status()).isEqualTo(2);
        assertThat(run("events").status()).isEqualTo(2);
        assertThat(run("response", "record", "--chat", "c").status()).isEqualTo(2);
        assertThat(run("response", "export", "--format", "xls").err()).contains("--format must be csv or jsonl");
        assertThat(run("events", "post", "config-updated", "--payload", "[]").err())
                .contains("--payload takes a JSON object");
        assertThat(run("events", "pending").err()).contains("--instance");
        assertThat(server().asked()).isEmpty();
    }

    @Test
    void listShowsATableAndWhereToGoOn() {
        server().json(200, "{\"items\":[" + RESPONSE + "],\"nextCursor\":\"n5\"}");

        Result result = run("response", "list", "--provider", "anthropic", "--since", "2026-01-01", "--limit", "1");

        assertThat(server().last().path())
                .isEqualTo("/api/v1/responses?userId=alice&provider=anthropic&since=2026-01-01&limit=1");
        assertThat(result.out().lines())
                .containsExactly(
                        "GIVEN (UTC)          CHAT  MESSAGE  SOURCE    PROVIDER   MODEL   MODE  HASH",
                        "2026-11-22 07:00:00  c1    m7       external  anthropic  claude        h");
        assertThat(result.err()).isEqualTo("mneme: there are more: --cursor n5\n");
    }

    @Test
    void totalsShowEachGroupAndTheWhole() {
        String answer = "{\"by\":\"tool\",\"total\":" + SUM + ",\"groups\":[{\"key\":\"web\",\"sum\":" + SUM
                + "},{\"key\":null,\"sum\":" + SUM + "}]}";
        server().json(200, answer).json(200, answer);

        Result result = run("response", "totals", "--by", "tool");

        assertThat(server().last().path()).isEqualTo("/api/v1/responses/totals?userId=alice&by=tool");
        assertThat(result.out().lines())
                .containsExactly(
                        "tool     ANSWERS  CONFIDENCE  PROMPT  COMPLETION  TOKENS  COST  UNPRICED",
                        "web      2        0.5         10      5           15      0.25  1",
                        "-        2        0.5         10      5           15      0.25  1",
                        "(total)  2        0.5         10      5           15      0.25  1");
        assertThat(run("response", "totals", "--json").out()).isEqualTo(answer + "\n");
    }

    @Test
    void exportGoesToAPipeAsItComesOrToAFileWhenItIsWhole() throws IOException {
        String csv = "userId\r\n\u00fcber\r\n";
        server().json(200, csv).json(200, csv).json(403, "{\"code\":\"not_allowed\",\"detail\":\"No.\"}");
        Path file = home.resolve("audit.csv");

        assertThat(run("response", "export")).isEqualTo(new Result(0, csv, ""));
        assertThat(server().last().path()).isEqualTo("/api/v1/responses/export?userId=alice&format=csv");
        assertThat(run("response", "export", "--output", file.toString())).isEqualTo(new Result(0, "", ""));
        assertThat(Files.readString(file)).isEqualTo(csv);
        assertThat(run("response", "export", "--format", "jsonl", "--output", file.toString()))
                .isEqualTo(new Result(5, "", "mneme: No.\n"));
        assertThat(Files.readString(file)).isEqualTo(csv);
        assertThat(home.resolve("audit.csv.part")).doesNotExist();
    }

    @Test
    void aScreenGetsNothingThatCommandsIt() {
        server().json(200, "{\"a\":\"\u009b31m\"}\n");
        terminal = true;

        assertThat(run("response", "export", "--format", "jsonl").out()).doesNotContain("\u009b");
    }

    @Test
    void eventsArePostedListedAndAcknowledged() {
        String event = """
                {"id":"0193-e","userId":"alice","sourceInstanceId":"desk","eventType":"config-updated",\
                "eventData":{"a":1},"targetInstances":null,"processedBy":[],"priority":"high",\
                "timestamp":"2026-11-22T07:00:00.000Z","expiresAt":null}""";
        server().json(201, "{\"event\":\"ADD\",\"syncEvent\":" + event + "}")
                .json(200, "{\"items\":[" + event + "],\"nextCursor\":\"normal-7\"}")
                .json(200, "{\"event\":\"UPDATE\",\"syncEvent\":" + event + "}")
                .json(200, "{\"event\":\"NONE\",\"syncEvent\":" + event + "}");

        assertThat(run(
                                "events",
                                "post",
                                "config-updated",
                                "--payload",
                                "{\"a\":1}",
                                "--target",
                                "phone",
                                "--priority",
                                "high",
                                "--expires",
                                "1d",
                                "--instance",
                                "desk")
                        .out())
                .isEqualTo("Posted 0193-e\n");
        assertThat(server().last().body())
                .isEqualTo("{\"userId\":\"alice\",\"eventType\":\"config-updated\",\"eventData\":{\"a\":1},"
                        + "\"targetInstances\":[\"phone\"],\"priority\":\"high\","
                        + "\"expiresAt\":\"2026-11-23T10:00:00Z\"}");
        Result pending = run("events", "pending", "--instance", "phone");
        assertThat(server().last().path()).isEqualTo("/api/v1/sync-events/pending?userId=alice&instanceId=phone");
        assertThat(pending.out().lines())
                .containsExactly(
                        "ID      PRIORITY  TYPE            FROM  POSTED (UTC)         EXPIRES (UTC)  DATA",
                        "0193-e  high      config-updated  desk  2026-11-22 07:00:00                 {\"a\":1}");
        assertThat(pending.err()).contains("there are more");
        assertThat(run("events", "ack", "0193-e", "0193-f", "--instance", "phone")
                        .out())
                .isEqualTo("Processed 0193-e\nProcessed already: 0193-f\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/sync-events/0193-f/processed");
        assertThat(server().last().body()).isEqualTo("{\"userId\":\"alice\",\"instanceId\":\"phone\"}");
    }
}
