package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mneme context`.
class ContextCommandTest extends CliHarness {
    private static final String CONTEXT = """
            {"userId":"alice","contextKey":"project/x","contextType":"project","mode":null,"data":{"n":1.50},
             "tags":["ui","work"],"version":3,"createdAt":"2026-11-20T10:00:00.000Z",
             "updatedAt":"2026-11-21T10:00:00.000Z","createdBy":"desk","updatedBy":"phone","expiresAt":null}""";

    @TempDir
    Path folder = Path.of("");

    private static String stored(String event) {
        return "{\"event\":\"" + event + "\",\"context\":" + CONTEXT + ",\"position\":\"e:1:3\"}";
    }

    @Test
    void putSendsTheDocumentAndWhatElseIsSaid() {
        server().json(200, stored("UPDATE"));

        Result result = run(
                "context",
                "put",
                "project/x",
                "{\"n\":1.50}",
                "--user",
                "alice",
                "--type",
                "project",
                "--tag",
                "ui",
                "--tag",
                "work",
                "--mode",
                "parallel",
                "--merge",
                "--expect",
                "2",
                "--expires",
                "7d");

        assertThat(result).isEqualTo(new Result(0, "Put project/x, version 3\n", ""));
        ScriptedServer.Asked asked = server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("PUT /api/v1/contexts/project%2Fx?userId=alice");
        assertThat(asked.idempotencyKey()).isNotEmpty();
        assertThat(asked.body())
                .isEqualTo("{\"data\":{\"n\":1.50},\"contextType\":\"project\",\"mode\":\"parallel\","
                        + "\"tags\":[\"ui\",\"work\"],\"expiresAt\":\"2026-11-29T10:00:00Z\",\"expectedVersion\":2,"
                        + "\"mergeStrategy\":\"merge\"}");
    }

    @Test
    void putReadsAFileOrStandardInput() throws IOException {
        Path file = Files.writeString(folder.resolve("a.json"), "[1,2]\n");
        server().json(201, stored("ADD")).json(200, stored("NONE"));

        assertThat(run("context", "put", "k", file.toString(), "--user", "alice")
                        .out())
                .isEqualTo("Created project/x, version 3\n");
        assertThat(server().last().body()).isEqualTo("{\"data\":[1,2]}");
        input = "{\"from\":\"stdin\"}\n";
        assertThat(run("context", "put", "k", "-", "--user", "alice").out())
                .isEqualTo("Already so: project/x, version 3\n");
        assertThat(server().last().body()).isEqualTo("{\"data\":{\"from\":\"stdin\"}}");
    }

    @Test
    void whatIsNoDocumentIsRefusedBeforeAnythingIsSent() {
        assertThat(run("context", "put", "k", "no such file", "--user", "alice"))
                .isEqualTo(new Result(
                        2, "", "mneme: 'no such file' is neither JSON nor a file that can be read as UTF-8.\n"));
        input = "not JSON";
        assertThat(run("context", "put", "k", "-", "--user", "alice").status()).isEqualTo(2);
        assertThat(run("context", "put", "k", "{}", "--merge").status()).isEqualTo(2);
        assertThat(run("context").status()).isEqualTo(2);
    }

    @Test
    void aConflictIsExitStatus4AndNamesTheClash() {
        server().problem(409, "version_conflict", "\"currentVersion\":3,\"paths\":[\"/a\",\"/b/c\"]");

        Result result = run("context", "put", "k", "{}", "--user", "alice", "--expect", "1", "--merge");

        assertThat(result.status()).isEqualTo(4);
        assertThat(result.err()).contains("(clash: /a, /b/c)");
    }

    @Test
    void getShowsAllOfIt() {
        server().json(200, CONTEXT).json(200, CONTEXT);

        assertThat(run("context", "get", "project/x", "--user", "alice").out()).isEqualTo("""
                        key      project/x
                        user     alice
                        type     project
                        tags     ui, work
                        version  3
                        created  2026-11-20 10:00:00 by desk
                        updated  2026-11-21 10:00:00 by phone
                        data     {"n":1.50}
                        """);
        assertThat(server().last().path()).isEqualTo("/api/v1/contexts/project%2Fx?userId=alice");
        assertThat(run("context", "get", "project/x", "--user", "alice", "-q").out())
                .isEqualTo("project/x\n");
    }

    @Test
    void listFiltersAndSaysThatThereIsMore() {
        server().json(200, "{\"items\":[" + CONTEXT + "],\"nextCursor\":\"abc\",\"position\":\"e:1:3\"}");

        Result result = run(
                "context",
                "list",
                "--user",
                "alice",
                "--type",
                "project",
                "--tag",
                "ui",
                "--mode",
                "parallel",
                "--limit",
                "1");

        assertThat(result.out()).contains("project/x", "ui, work", "{\"n\":1.50}");
        assertThat(result.err()).isEqualTo("mneme: there are more: --cursor abc\n");
        assertThat(server().last().path())
                .isEqualTo("/api/v1/contexts?userId=alice&type=project&tag=ui&mode=parallel&limit=1");
    }

    @Test
    void deleteAndVersionsNameTheContext() {
        server().json(200, "{\"event\":\"DELETE\",\"contextKey\":\"k\",\"version\":4,\"position\":\"e:1:4\"}")
                .json(200, "{\"versions\":[{\"deleted\":false,\"context\":" + CONTEXT + "}]}");

        assertThat(run("context", "delete", "k", "--user", "alice").out()).isEqualTo("Deleted k\n");
        assertThat(server().last().method() + " " + server().last().path())
                .isEqualTo("DELETE /api/v1/contexts/k?userId=alice");
        assertThat(run("context", "versions", "k", "--user", "alice").out()).contains("PUT", "phone", "{\"n\":1.50}");
        assertThat(server().last().path()).isEqualTo("/api/v1/contexts/k/versions?userId=alice");
    }
}
