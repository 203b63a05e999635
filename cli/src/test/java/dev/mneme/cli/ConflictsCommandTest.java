package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What `conflicts` asks and shows.
class ConflictsCommandTest extends CliHarness {
    private static final String CONFLICT = """
            {"id":"0193-c","subject":{"kind":"memory","key":"0193-m"},\
            "base":{"version":1,"value":{"text":"likes tea","categories":["drinks"]},"deleted":false,\
            "at":"2026-11-22T06:00:00.000Z","key":"k","instance":"desk"},\
            "mine":{"value":{"text":"likes green tea","categories":["drinks"]},"deleted":false,\
            "at":"2026-11-22T07:00:00.000Z","key":"k","instance":"desk"},\
            "theirs":{"version":2,"deleted":true,\
            "at":"2026-11-22T07:30:00.000Z","key":"k","instance":"phone"},\
            "at":"2026-11-22T08:00:00.000Z","status":"open","version":1}""";
    private static final String RESOLVED = """
            {"event":"UPDATE","conflict":{"id":"0193-c","subject":{"kind":"memory","key":"0193-m"},"status":"resolved",\
            "resolution":{"take":"mine","written":3}}}""";

    @Test
    void theListSaysWhatIsInConflict() {
        server().json(200, "{\"items\":[" + CONFLICT + "],\"nextCursor\":\"0193-c\"}")
                .json(200, "{\"items\":[],\"nextCursor\":null}");

        Result list = run("conflicts", "list", "--status", "open", "--kind", "memory");

        assertThat(server().last().path()).isEqualTo("/api/v1/conflicts?userId=alice&status=open&kind=memory");
        assertThat(list.out().lines())
                .containsExactly(
                        "ID      STATUS  KIND    KEY     MINE BY  THEIRS BY  FOUND",
                        "0193-c  open    memory  0193-m  desk     phone      2h ago");
        assertThat(list.err()).contains("there are more: --cursor 0193-c");
        assertThat(run("conflicts", "list").err()).contains("no conflicts of user alice");
    }

    @Test
    void oneIsShownFieldByField() {
        server().json(200, CONFLICT);

        Result shown = run("conflicts", "show", "0193-c");

        assertThat(server().last().path()).isEqualTo("/api/v1/conflicts/0193-c?userId=alice");
        assertThat(shown.out().lines())
                .containsExactly(
                        "conflict  0193-c",
                        "memory    0193-m",
                        "status    open",
                        "found     2026-11-22 08:00:00",
                        "base      version 1, 2026-11-22 06:00:00 by desk",
                        "mine      2026-11-22 07:00:00 by desk",
                        "theirs    version 2, deleted 2026-11-22 07:30:00 by phone",
                        "",
                        "categories",
                        "  base    [\"drinks\"]",
                        "  mine    [\"drinks\"]",
                        "  theirs  -",
                        "",
                        "text",
                        "  base    \"likes tea\"",
                        "  mine    \"likes green tea\"",
                        "  theirs  -");
    }

    @Test
    void aDecisionIsSent() throws IOException {
        Path merged = home.resolve("merged.json");
        Files.writeString(merged, "{\"text\":\"both\"}\n");
        server().json(200, RESOLVED).json(200, RESOLVED).json(200, RESOLVED.replace(",\"written\":3", ""));

        assertThat(run("conflicts", "resolve", "0193-c", "--take-mine").out())
                .isEqualTo("Resolved 0193-c, memory version 3\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/conflicts/0193-c/resolve?userId=alice");
        assertThat(server().last().body()).isEqualTo("{\"take\":\"mine\"}");
        run("conflicts", "resolve", "0193-c", "--value", merged.toString(), "--expect", "4");
        assertThat(server().last().body())
                .isEqualTo("{\"take\":\"value\",\"value\":{\"text\":\"both\"},\"expectedVersion\":4}");
        assertThat(run("conflicts", "resolve", "0193-c", "--take-theirs").out()).isEqualTo("Resolved 0193-c\n");
        assertThat(server().last().body()).isEqualTo("{\"take\":\"theirs\"}");
    }

    @Test
    void aDecisionIsOneThing() throws IOException {
        Path list = home.resolve("list.json");
        Files.writeString(list, "[1]");

        assertThat(run("conflicts", "resolve", "0193-c").status()).isEqualTo(2);
        assertThat(run("conflicts", "resolve", "0193-c", "--take-mine", "--take-theirs")
                        .err())
                .contains("Decide: one of");
        assertThat(run("conflicts", "resolve", "0193-c", "--value", list.toString())
                        .status())
                .isEqualTo(2);
        assertThat(run("conflicts", "resolve", "0193-c", "--value", "missing.json")
                        .err())
                .contains("missing.json");
        assertThat(run("conflicts").status()).isEqualTo(2);
    }
}
