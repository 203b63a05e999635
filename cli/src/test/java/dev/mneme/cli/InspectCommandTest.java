package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InspectCommandTest extends CliHarness {
    private static final String OWNER = """
            {"kind":"user","id":"alice","position":"k7f3q2ab:1a4:42","memories":12,"contexts":3,"modes":1,\
            "transitions":0,"responses":7,"syncEvents":0,"changes":40}""";
    private static final String CHANGES = """
            {"changes":[{"position":"k7f3q2ab:1a4:42","type":"memory.added","at":"2026-11-22T09:55:00.000Z",\
            "key":"k1","instance":"desk","memory":%s}],"position":"k7f3q2ab:1a4:42"}""".formatted(MEMORY);

    private String asked(int at) {
        ScriptedServer.Asked asked = server().asked().get(at);
        return asked.method() + " " + asked.path();
    }

    @Test
    void anOwnerIsShownWithItsLatestChanges() {
        server().json(200, OWNER).json(200, CHANGES);

        Result result = run("inspect", "--changes", "5");

        assertThat(result.status()).isZero();
        assertThat(asked(0)).isEqualTo("GET /api/v1/owners/user/alice");
        assertThat(asked(1)).isEqualTo("GET /api/v1/changes?userId=alice&after=k7f3q2ab%3A1a4%3A37&limit=5");
        assertThat(result.out())
                .contains("position     k7f3q2ab:1a4:42\n", "memories     12\n", "sync events  0\n")
                .contains("memory.added  k1   desk      0193-a   likes green tea");
    }

    @Test
    void noChangesAreNoTable() {
        server().json(200, OWNER).json(200, "{\"changes\":[]}");

        assertThat(run("inspect").out()).endsWith("changes      40\n").doesNotContain("POSITION");
    }

    @Test
    void noMoreChangesAreAskedThanAreKept() {
        server().json(200, OWNER).json(200, CHANGES);
        run("inspect", "--changes", "41");
        assertThat(asked(1)).contains("after=k7f3q2ab%3A1a4%3A2&");
    }

    @Test
    void theVersionsOfOneRecordAreShownToo() {
        server().json(200, OWNER.replace("user", "agent")).json(200, """
                {"versions":[{"version":1,"event":"ADD","text":"likes tea","at":"2026-11-22T09:55:00.000Z"}]}""");
        Result result = run("inspect", "--agent", "bot/1", "--memory", "0193-a", "--changes", "0");
        assertThat(asked(0)).isEqualTo("GET /api/v1/owners/agent/bot%2F1");
        assertThat(asked(1)).isEqualTo("GET /api/v1/memories/0193-a/history");
        assertThat(result.out()).contains("VERSION  EVENT", "likes tea");

        server().json(200, OWNER).json(200, """
                {"versions":[{"context":{"version":1,"data":{"dark":true}},"deleted":false}]}""");
        result = run("inspect", "--context", "theme", "--changes", "0", "--json");
        assertThat(asked(3)).isEqualTo("GET /api/v1/contexts/theme/versions?userId=alice");
        assertThat(result.out())
                .isEqualTo(
                        "{\"owner\":" + OWNER
                                + ",\"versions\":[{\"context\":{\"version\":1,\"data\":{\"dark\":true}},\"deleted\":false}]}\n");
    }

    @Test
    void theStoreIsShownWithItsFilesAndShards() {
        server().json(200, """
                {"version":"1","log":"ok","owners":3,"shards":[{"name":"0","logIndex":7,"applied":7,"checkpoint":5,\
                "queue":0}],"storage":{"log":{"files":2,"bytes":134217728},"tables":{"files":1,"bytes":10},\
                "index":{"files":0,"bytes":0}}}""");
        Result result = run("inspect", "--store");
        assertThat(asked(0)).isEqualTo("GET /api/v1/status");
        assertThat(result.out())
                .contains("storage log     2 files, 128.0 MiB\n", "storage tables  1 file, 10 B\n")
                .contains("NAME  LOG INDEX  APPLIED  CHECKPOINT  QUEUE\n0     7          7        5           0\n");
    }

    @Test
    void whatCannotBeAskedIsSaidBeforeAnythingIsSent() {
        assertThat(run("inspect", "--stopped").err()).contains("server's own program");
        assertThat(run("inspect", "--store", "--user", "bob").status()).isEqualTo(2);
        assertThat(run("inspect", "--user", "bob", "--agent", "bot").status()).isEqualTo(2);
        assertThat(run("inspect", "--memory", "1", "--context", "2").status()).isEqualTo(2);
        assertThat(run("inspect", "--changes", "1001").status()).isEqualTo(2);
        assertThat(server().asked()).isEmpty();
    }
}
