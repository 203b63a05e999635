package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.client.Backoff;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WatchTest extends CliHarness {
    private static String[] change(int sequence) {
        String position = "e1:1a4:" + sequence;
        return new String[] {
            "id: " + position,
            "event: memory.added",
            "data: {\"position\":\"" + position + "\",\"type\":\"memory.added\",\"at\":\"2026-11-22T09:00:00.000Z\","
                    + "\"memory\":{\"id\":\"m" + sequence + "\",\"text\":\"text " + sequence + "\"}}",
            ""
        };
    }

    private static String[] lines(String[]... events) {
        List<String> lines = new ArrayList<>();
        for (String[] event : events) {
            lines.addAll(List.of(event));
        }
        return lines.toArray(String[]::new);
    }

    @Test
    void whoIsCalledWatchWatchesNothing() {
        assertThat(Cli.isCommand("watch", List.of("--url", "http://h", "watch", "--count", "1")))
                .isTrue();
        assertThat(Cli.isCommand("watch", List.of("import", "f", "--user", "watch")))
                .isFalse();
        assertThat(Cli.isCommand("watch", List.of("--key", "watch", "import", "watch")))
                .isFalse();
        assertThat(Cli.isCommand("watch", List.of())).isFalse();
    }

    @Test
    void aChangeIsALine() {
        server().events("e1:1a4:0", lines(change(1)));

        Result result = run("watch", "--count", "1");

        assertThat(result.status()).isZero();
        assertThat(result.out()).isEqualTo("2026-11-22 09:00:00  memory.added  m1  text 1\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/changes?userId=alice");
        assertThat(server().last().lastEventId()).isEmpty();
    }

    @Test
    void afterALostConnectionItGoesOnWithoutAGapOrARepeat() {
        server().events("e1:1a4:0", lines(change(1), change(2)))
                .hangUp()
                .problem(503, "overloaded", "\"detail\":\"Busy.\"")
                .events("e1:1a4:2", lines(change(1), change(2), change(3)));

        Result result = run("watch", "--count", "3", "--quiet");

        assertThat(result.out()).isEqualTo("m1\nm2\nm3\n");
        // the JDK repeats a GET whose connection broke at once by itself, so at least these
        assertThat(server().asked().subList(1, server().asked().size()))
                .isNotEmpty()
                .allSatisfy(asked -> assertThat(asked.lastEventId()).isEqualTo("e1:1a4:2"));
        assertThat(pauses).isNotEmpty();
    }

    @Test
    void aConnectionLostBeforeTheFirstChangeGoesOnFromWhereItBegan() {
        server().events("e1:1a4:41", ": nothing yet", "").events("e1:1a4:41", lines(change(42)));

        assertThat(run("watch", "--count", "1", "-q").out()).isEqualTo("m42\n");
        assertThat(server().last().lastEventId()).isEqualTo("e1:1a4:41");
    }

    @Test
    void anIdWithoutDataMovesThePosition() {
        server().events("", "id: e1:1a4:50", "", ": ping", "").events("", lines(change(51)));

        run("watch", "--count", "1", "-q");

        assertThat(server().last().lastEventId()).isEqualTo("e1:1a4:50");
    }

    @Test
    void anEventThatIsCutOffIsNotPrintedAndComesAgain() {
        server().events("", lines(change(1), new String[] {"id: e1:1a4:2", "data: {\"position\":\"e1:1a4:2\"}"}))
                .events("", lines(change(2)));

        assertThat(run("watch", "--count", "2", "-q").out()).isEqualTo("m1\nm2\n");
        assertThat(server().last().lastEventId()).isEqualTo("e1:1a4:1");
    }

    @Test
    void fromAPosition() {
        server().events("", lines(change(43)));

        run("watch", "--from", "e1:1a4:42", "--count", "1");

        assertThat(server().last().lastEventId()).isEqualTo("e1:1a4:42");
    }

    @Test
    void aResetIsSaidPlainlyAndTheNewPositionIsTheNextStart() {
        server().events("", lines(new String[] {
                    "id: e2:1a4:7", "event: reset", "data: {\"reset\":true,\"position\":\"e2:1a4:7\"}", ""
                }))
                .events("", lines(change(8)));

        Result result = run("watch", "--from", "e1:1a4:99", "--count", "1", "-q");

        assertThat(result.out()).isEqualTo("m8\n");
        assertThat(result.err()).contains("RESET", "e1:1a4:99", "Some were missed", "from e2:1a4:7");
        assertThat(server().last().lastEventId()).isEqualTo("e2:1a4:7");
    }

    @Test
    void jsonIsALineAChange() {
        server().events("", "data: {\"position\":\"e1:1a4:1\",", "data:  \"type\":\"memory.added\"}", "");

        assertThat(run("watch", "--count", "1", "--json").out())
                .isEqualTo("{\"position\":\"e1:1a4:1\",\"type\":\"memory.added\"}\n");
    }

    @Test
    void everyOwner() {
        server().events("", "id: AbC", "data: {\"type\":\"owner.erased\",\"instance\":\"i\"}", "")
                .events("", lines(change(9)));

        run("watch", "--scope", "all", "--count", "2");

        assertThat(server().last().path()).isEqualTo("/api/v1/changes?scope=all");
        assertThat(server().last().lastEventId()).isEqualTo("AbC");
    }

    @Test
    void aRefusalForGoodEndsIt() {
        server().problem(403, "not_allowed", "\"detail\":\"Not yours.\"");

        assertThat(run("watch")).isEqualTo(new Result(5, "", "mneme: Not yours.\n"));
    }

    @Test
    void aTextCannotMoveTheCursor() {
        server().events(
                        "",
                        "data:"
                                + " {\"position\":\"e:1:1\",\"type\":\"x\",\"memory\":{\"id\":\"1\",\"text\":\"a\\u001b[2Jb\\n"
                                + "c\"}}",
                        "");

        assertThat(run("watch", "--count", "1").out())
                .contains("a\\u001b[2Jb\\nc\n")
                .doesNotContain("\u001b");
    }

    @Test
    void waitsDoubleUpToThirtySecondsWithJitter() {
        Backoff backoff = new Backoff(new SplittableRandom(7));
        long ceiling = 1_000;
        for (int i = 0; i < 10; i++) {
            assertThat(backoff.next()).isBetween(ceiling / 2, ceiling);
            ceiling = Math.min(30_000, ceiling * 2);
        }
        backoff.reset();
        assertThat(backoff.next()).isLessThanOrEqualTo(1_000);
    }
}
