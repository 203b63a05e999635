package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Printable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What each command asks and shows.
class CommandsTest extends CliHarness {
    private static final String ADDED = "{\"event\":\"ADD\",\"memory\":" + MEMORY + ",\"position\":\"e:1:1\"}";

    @Test
    void addSendsOneMemoryWithKeyAndIdempotencyKey() {
        server().json(201, ADDED);

        Result result = run(
                "add",
                "likes",
                "green tea",
                "--category",
                "food",
                "--metadata",
                "{\"n\":1.50}",
                "--role",
                "user",
                "--timestamp",
                "1764000000000",
                "--expires",
                "7d",
                "--no-dedupe");

        assertThat(result).isEqualTo(new Result(0, "Added 0193-a\n", ""));
        ScriptedServer.Asked asked = server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /api/v1/memories");
        assertThat(asked.key()).isEqualTo("Bearer mk_test");
        assertThat(asked.idempotencyKey()).isNotEmpty();
        assertThat(asked.body())
                .isEqualTo("{\"text\":\"likes green tea\",\"userId\":\"alice\",\"metadata\":{\"n\":1.50},"
                        + "\"role\":\"user\",\"categories\":[\"food\"],\"timestamp\":1764000000000,"
                        + "\"expiresAt\":\"2026-11-29T10:00:00Z\",\"dedupe\":false}");
    }

    @Test
    void addSaysWhatBecameOfADuplicate() {
        server().json(200, ADDED.replace("ADD", "NONE")).json(200, ADDED.replace("ADD", "UPDATE"));

        assertThat(run("add", "x").out()).isEqualTo("Already known: 0193-a\n");
        assertThat(run("add", "x").out()).isEqualTo("Already known, with more detail now: 0193-a\n");
    }

    @Test
    void jsonIsTheServersOwnAndQuietIsTheId() {
        server().json(201, "{ \"event\":\"ADD\", \"odd\":1.0 }").json(201, ADDED);

        assertThat(run("add", "x", "--json").out()).isEqualTo("{ \"event\":\"ADD\", \"odd\":1.0 }\n");
        assertThat(run("add", "x", "-q").out()).isEqualTo("0193-a\n");
    }

    @Test
    void addReadsStandardInputAsUtf8() {
        input = new String("zwölf\nLinien\n".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        server().json(201, ADDED);

        run("add", "--one", "-");

        assertThat(server().last().body()).contains("\"text\":\"zwölf\\nLinien\"");
    }

    @Test
    void addRefusesInputThatIsNotUtf8() {
        input = "zw\u00f6lf";

        Result result = run("add", "-");

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("not UTF-8");
        assertThat(server().asked()).isEmpty();
    }

    @Test
    void linesAreSentInBatchesAndARefusedOneIsNamed() {
        input = "one\n\ntwo\nthree\n";
        server().json(200, """
            {"items":[{"event":"ADD","memory":{"id":"1"}},{"error":{"code":"too_large","status":413,"detail":"Too long."}},\
            {"event":"NONE","memory":{"id":"3"}}]}\
            """);

        Result result = run("add", "-", "--user", "bob", "--category", "c", "--idempotency-key", "k");

        assertThat(result)
                .isEqualTo(new Result(2, "Added 1, already known 1, refused 1.\n", "mneme: line 3: Too long.\n"));
        assertThat(server().last().idempotencyKey()).isEqualTo("k-1");
        assertThat(server().last().body())
                .startsWith(
                        "{\"userId\":\"bob\",\"items\":[{\"text\":\"one\",\"categories\":[\"c\"]},{\"text\":\"two\"");
    }

    @Test
    void aThousandLinesGoInOneRequestAndTheNextInAnother() {
        input = "line\n".repeat(1_001);
        server().json(200, "{\"items\":[{\"event\":\"ADD\"}]}").json(200, "{\"items\":[{\"event\":\"NONE\"}]}");

        Result result = run("add", "--lines", "--json");

        assertThat(server().asked()).hasSize(2);
        assertThat(server().last().body()).contains("\"items\":[{\"text\":\"line\"}]");
        assertThat(result.out()).isEqualTo("{\"items\":[{\"event\":\"ADD\"},{\"event\":\"NONE\"}]}\n");
    }

    @Test
    void allOfStandardInputIsOneMemoryWithoutADashToo() {
        input = "two\nlines\n";
        server().json(201, ADDED);

        run("add", "--one");

        assertThat(server().last().body()).contains("\"text\":\"two\\nlines\"");
    }

    /// Two MiB of UTF-8, however many characters that is.
    @Test
    void longLinesGoInRequestsThatTheServerTakes() {
        String line = "\u00fc".repeat(350_000) + "\n";
        input = new String(line.repeat(5).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 3; i++) {
            server().json(200, "{\"items\":[]}");
        }

        assertThat(run("add", "-").status()).isZero();

        assertThat(server().asked()).hasSize(3);
    }

    @Test
    void theFirstRefusalIsTheExitStatusAndABrokenRunSaysHowFarItCame() {
        input = "one\ntwo\n";
        server().json(200, """
                        {"items":[{"error":{"code":"too_large","status":413,"detail":"Too long."}},\
                        {"error":{"code":"not_allowed","status":403,"detail":"No."}}]}""");
        assertThat(run("add", "-").status())
                .isEqualTo(ExitStatus.of("too_large", 413).code());

        input = "line\n".repeat(1_001);
        server().json(200, "{\"items\":[{\"event\":\"ADD\"}]}").problem(403, "not_allowed", "\"detail\":\"No.\"");
        Result broken = run("add", "-");
        assertThat(broken.status()).isEqualTo(ExitStatus.of("not_allowed", 403).code());
        assertThat(broken.err()).contains("No. The lines before line 1001 are done.");
    }

    @Test
    void aScopeThatIsGivenIsTheWholeScope() {
        server().json(201, ADDED);

        run("add", "x", "--agent", "bot", "--run", "r1");

        assertThat(server().last().body()).isEqualTo("{\"text\":\"x\",\"agentId\":\"bot\",\"runId\":\"r1\"}");
    }

    @Test
    void theGuessedUserIsSaid() {
        env.remove("MNEME_USER");
        server().json(200, "{}").json(201, ADDED).json(201, ADDED);
        String user = System.getProperty("user.name");

        assertThat(run("add", "x").err())
                .startsWith("mneme: user " + user + " (")
                .hasLineCount(1);
        assertThat(server().last().body()).contains("\"userId\":\"" + user + "\"");
        assertThat(run("add", "x", "--user", "bob").err()).isEmpty();
    }

    @Test
    void theOnlyUserOfAKeyNeedsNoName() {
        env.remove("MNEME_USER");
        server().json(200, "{\"onlyUser\":\"carol\"}").json(201, ADDED);

        assertThat(run("add", "x").err()).isEmpty();
        assertThat(server().last().body()).contains("\"userId\":\"carol\"");
    }

    @Test
    void anEmptyListSaysForWhomTheKeyIs() {
        String none = "{\"items\":[],\"nextCursor\":null}";
        server().json(200, none).json(200, "{\"onlyUser\":\"alice\"}");
        assertThat(run("list", "--user", "bob").err())
                .contains("no memories of user bob: this key is for user alice alone");
        server().json(200, none).json(200, "{\"onlyUser\":\"alice\"}");
        assertThat(run("list", "--user", "alice").err())
                .contains("no memories of user alice")
                .doesNotContain("alone");
    }

    @Test
    void searchShowsScoreAgeAndText() {
        String hit = "{\"memory\":" + MEMORY + ",\"score\":0.73219,\"parts\":{\"semantic\":0.5,\"lexical\":0.25}}";
        server().json(200, "{\"results\":[" + hit + "]}").json(200, "{\"results\":[" + hit + "]}");

        Result plain =
                run("search", "what", "tea", "--top-k", "3", "--threshold", "0.25", "--filter", "{\"runId\":\"r\"}");
        assertThat(plain.out()).isEqualTo("""
            SCORE  AGE     ID      TEXT
            0.732  3h ago  0193-a  likes green tea
            """);
        assertThat(server().last().path()).isEqualTo("/api/v1/memories/search");
        assertThat(server().last().body())
                .isEqualTo("{\"query\":\"what"
                        + " tea\",\"userId\":\"alice\",\"filter\":{\"runId\":\"r\"},\"topK\":3,\"threshold\":0.25}");

        assertThat(run("search", "tea", "--explain").out()).contains("semantic 0.500 lexical 0.250");
        assertThat(server().last().body()).contains("\"explain\":true");
    }

    @Test
    void searchSaysFromWhenRelativeDatesAreSeen() {
        server().json(200, "{\"results\":[]}").json(200, "{\"results\":[]}");

        run("search", "tea", "yesterday", "--reference-time", "2026-01-31");
        assertThat(server().last().body())
                .isEqualTo("{\"query\":\"tea yesterday\",\"userId\":\"alice\",\"referenceTime\":\"2026-01-31\"}");

        run("search", "tea yesterday", "--reference-time", "1769850000000");
        assertThat(server().last().body()).endsWith("\"referenceTime\":1769850000000}");
    }

    @Test
    void searchSaysWhoseDaysAreMeant() {
        zone = java.time.ZoneId.of("America/Los_Angeles");
        for (int i = 0; i < 6; i++) {
            server().json(200, "{\"results\":[]}");
        }

        run("search", "tea");
        assertThat(server().last().body()).contains("\"timezone\":\"America/Los_Angeles\"");
        run("search", "tea", "--timezone", "Asia/Tokyo");
        assertThat(server().last().body()).contains("\"timezone\":\"Asia/Tokyo\"");
        for (String placed : List.of("2026-01-31T09:00:00+08:00", "2026-01-31T09:00+02")) {
            run("search", "tea", "--reference-time", placed);
            assertThat(server().last().body()).as(placed).doesNotContain("timezone");
        }
        for (String anywhere : List.of("2026-01-31T09:00:00Z", "2026-01-31")) {
            run("search", "tea", "--reference-time", anywhere);
            assertThat(server().last().body()).as(anywhere).contains("\"timezone\":\"America/Los_Angeles\"");
        }
    }

    @Test
    void aLongTextIsCutWhereThereIsNoScreenUnlessAllIsAsked() {
        terminal = false;
        columns = Integer.MAX_VALUE;
        String memory = "{\"id\":\"1\",\"text\":\"" + "x".repeat(500) + "\"}";
        server().json(200, "{\"items\":[" + memory + "]}").json(200, "{\"items\":[" + memory + "]}");

        assertThat(run("list").out()).contains("x".repeat(199) + "\u2026").doesNotContain("x".repeat(200));
        assertThat(run("list", "--full").out()).contains("x".repeat(500));
    }

    @Test
    void nothingFoundIsSaidAside() {
        server().json(200, "{\"results\":[]}");

        assertThat(run("search", "tea")).isEqualTo(new Result(0, "", "mneme: nothing found for user alice\n"));
    }

    @Test
    void listFitsTheScreen() {
        columns = 60;
        server().json(200, "{\"items\":[" + MEMORY + "],\"nextCursor\":\"c 1\"}");

        Result result = run("list", "--limit", "1", "--order", "updatedAt");

        assertThat(result.out()).isEqualTo("""
            ID      UPDATED  VERSION  CATEGORIES   TEXT
            0193-a  5m ago   3        food, drink  likes green tea
            """);
        assertThat(result.err()).contains("--cursor c 1");
        assertThat(server().last().path()).isEqualTo("/api/v1/memories?userId=alice&limit=1&order=updatedAt");
    }

    @Test
    void aNarrowScreenLeavesSomethingOfTheText() {
        columns = 10;
        server().json(200, "{\"items\":[" + MEMORY + "]}");

        assertThat(run("list").out()).contains("likes green tea");
    }

    @Test
    void aLongTextIsCutOnAScreenAndWholeWhereAllIsAsked() {
        String page = "{\"items\":[" + MEMORY.replace("likes green tea", "tea ".repeat(60) + "end") + "]}";
        server().json(200, page).json(200, page);

        assertThat(run("list", "--full").out()).contains("end\n");
        columns = 80;
        assertThat(run("list").out().lines())
                .allSatisfy(line -> assertThat(Printable.width(line)).isLessThanOrEqualTo(80));
    }

    @Test
    void listAllFollowsTheCursor() {
        server().json(200, "{\"items\":[{\"id\":\"1\",\"n\":1.10}],\"nextCursor\":\"c+/2\"}")
                .json(200, "{\"items\":[{\"id\":\"2\"}],\"nextCursor\":null}");

        Result result = run("list", "--all", "--json");

        assertThat(result.out())
                .isEqualTo("{\"items\":[{\"id\":\"1\",\"n\":1.10},{\"id\":\"2\"}],\"nextCursor\":null}\n");
        assertThat(server().last().path()).endsWith("&cursor=c%2B%2F2");
    }

    @Test
    void getIsASheet() {
        server().json(200, MEMORY.replace("likes green tea", "likes\\ngreen\\u001b[2J tea"));

        assertThat(run("get", "a/b c").out()).isEqualTo("""
            id          0193-a
            text        likes
                        green\\u001b[2J tea
            user        alice
            role        user
            categories  food, drink
            metadata    {"source":"chat"}
            said        2026-11-22 07:00:00
            created     2026-11-22 07:00:00
            updated     2026-11-22 09:55:00
            version     3
            """);
        assertThat(server().last().path()).isEqualTo("/api/v1/memories/a%2Fb%20c");
    }

    @Test
    void updateSendsOnlyWhatIsNamed() {
        server().json(200, "{\"event\":\"UPDATE\",\"memory\":" + MEMORY + "}");

        Result result =
                run("update", "0193-a", "--metadata", "{\"a\":null}", "--expires", "never", "--expected-version", "2");

        assertThat(result.out()).isEqualTo("Updated 0193-a (version 3)\n");
        assertThat(server().last().method()).isEqualTo("PATCH");
        assertThat(server().last().idempotencyKey()).isNotEmpty();
        assertThat(server().last().key()).isEqualTo("Bearer mk_test");
        assertThat(server().last().body())
                .isEqualTo("{\"metadata\":{\"a\":null},\"expiresAt\":null,\"expectedVersion\":2}");
    }

    @Test
    void deleteOneAndAScope() {
        server().json(200, "{\"event\":\"DELETE\",\"id\":\"7\"}")
                .json(200, "{\"deleted\":12}")
                .json(200, "{\"deleted\":3}");

        assertThat(run("delete", "7").out()).isEqualTo("Deleted 7\n");
        assertThat(server().last().method() + server().last().path()).isEqualTo("DELETE/api/v1/memories/7");
        assertThat(run("delete", "--user", "alice", "--all", "--yes").out()).isEqualTo("Deleted 12 memories\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/memories?userId=alice");
        assertThat(run("delete", "--user", "alice", "--erase", "-y").out())
                .isEqualTo("Erased user alice: 3 memories\n");
        assertThat(server().last().path()).isEqualTo("/api/v1/memories?userId=alice&erase=true");
    }

    @Test
    void deletingAScopeIsAskedForAndNeverGuessed() {
        assertThat(run("delete", "--all", "--yes").status()).isEqualTo(2);
        assertThat(run("delete", "--user", "alice", "--yes").err()).contains("--all");
        assertThat(run("delete", "--user", "alice", "--all").err()).contains("no terminal", "--yes");
        assertThat(run("delete", "7", "--all").status()).isEqualTo(2);
        assertThat(run("delete", "--user", "a", "--run", "r", "--erase", "-y").err())
                .contains("exactly one owner");
        terminal = true;
        input = "n\n";
        assertThat(run("delete", "--user", "alice", "--all").err()).contains("[y/N]", "nothing was deleted");
        assertThat(server().asked()).isEmpty();

        input = "y\n";
        server().json(200, "{\"deleted\":1}");
        assertThat(run("delete", "--user", "alice", "--all").status()).isZero();
        assertThat(server().asked()).hasSize(1);
    }

    @Test
    void historyListsVersions() {
        server().json(200, """
            {"versions":[{"version":1,"event":"ADD","text":"a\\u0007b","at":"2026-11-22T07:00:00.000Z","key":"k1","instance":"i1"}]}\
            """);

        assertThat(run("history", "7").out()).isEqualTo("""
            VERSION  EVENT  AT (UTC)             KEY  INSTANCE  TEXT
            1        ADD    2026-11-22 07:00:00  k1   i1        a\\u0007b
            """);
        assertThat(server().last().path()).isEqualTo("/api/v1/memories/7/history");
    }

    @Test
    void modesAreShownSwitchedConfiguredAndListed() {
        String mode =
                "{\"instanceId\":\"desk\",\"currentMode\":\"parallel\",\"previousMode\":\"didactic\",\"version\":2,"
                        + "\"activatedAt\":\"2026-11-22T07:00:00.000Z\",\"configuration\":{\"a\":1}}";
        server().json(200, "{\"items\":[" + mode + "],\"current\":" + mode + "}")
                .json(200, "{\"event\":\"UPDATE\",\"mode\":" + mode + "}")
                .json(200, "{\"event\":\"UPDATE\",\"mode\":" + mode + "}")
                .json(
                        200,
                        "{\"items\":[{\"timestamp\":\"2026-11-22T07:00:00.000Z\",\"instanceId\":\"desk\","
                                + "\"toMode\":\"parallel\",\"errorMessage\":\"no model\"}],\"nextCursor\":\"7\"}");

        assertThat(run("mode", "get", "--user", "alice").out()).contains("desk *", "parallel", "{\"a\":1}");
        assertThat(server().last().path()).isEqualTo("/api/v1/modes?userId=alice");
        assertThat(run("mode", "switch", "parallel", "--user", "alice", "--instance", "desk", "--config", "{\"a\":1}")
                        .out())
                .isEqualTo("desk is parallel (version 2)\n");
        assertThat(server().last().body())
                .isEqualTo("{\"userId\":\"alice\",\"instanceId\":\"desk\",\"toMode\":\"parallel\","
                        + "\"configuration\":{\"a\":1}}");
        run("mode", "configure", "desk", "{\"b\":null}", "--user", "alice");
        assertThat(server().last().path()).isEqualTo("/api/v1/modes/desk?userId=alice");
        assertThat(server().last().body()).isEqualTo("{\"configuration\":{\"b\":null}}");
        Result history = run("mode", "history", "--user", "alice", "--to", "parallel");
        assertThat(history.out()).contains("desk", "no model");
        assertThat(history.err()).contains("--cursor 7");
        assertThat(server().last().path()).isEqualTo("/api/v1/transitions?userId=alice&toMode=parallel");
    }

    @Test
    void keysAreMadeListedAndRevoked() {
        String key =
                "{\"id\":\"k1\",\"name\":\"phone\",\"role\":\"write\",\"restrict\":{\"users\":[\"alice\",\"bob\"]},"
                        + "\"expiresAt\":\"2027-02-20T10:00:00.000Z\",\"rate\":{\"perSecond\":10,\"burst\":20},\"key\":\"mk_new\"}";
        server().json(201, key)
                .json(201, key)
                .json(200, "{\"items\":[" + key + "]}")
                .json(200, "{}");

        Result made = run(
                "key",
                "create",
                "phone",
                "--restrict-user",
                "alice",
                "--restrict-user",
                "bob",
                "--expires",
                "90d",
                "--rate",
                "10/20");
        assertThat(made.out()).contains("key       mk_new\n", "only for  users alice, bob\n", "rate      10/20\n");
        assertThat(made.err()).contains("not shown again");
        assertThat(server().last().body())
                .isEqualTo("{\"name\":\"phone\",\"role\":\"write\",\"restrict\":{\"users\":[\"alice\",\"bob\"]},"
                        + "\"expiresAt\":\"2027-02-20T10:00:00Z\",\"rate\":{\"perSecond\":10,\"burst\":20}}");
        assertThat(run("key", "create", "phone", "-q").out()).isEqualTo("mk_new\n");
        assertThat(run("key", "list").out()).contains("k1  phone  write").doesNotContain("mk_new");
        assertThat(run("key", "revoke", "k1").out()).isEqualTo("Revoked k1\n");
        assertThat(server().last().method() + server().last().path()).isEqualTo("DELETE/api/v1/keys/k1");
        assertThat(run("key").status()).isEqualTo(2);
    }

    @Test
    void whatWasChangedFromOutsideIsShownAndAccepted() {
        server().json(
                        200,
                        "{\"checkedOwners\":3,\"owners\":5,\"complete\":false,\"problems\":[\"memory a of user bob was"
                                + " changed\"],\"unknown\":[\"how much came"
                                + " after\"],\"key\":\"with_data\",\"anchor\":false,"
                                + "\"lastStop\":\"uncertain\",\"uncertainStops\":2}")
                .json(200, "{\"problems\":[]}")
                .json(200, "{\"event\":\"ACCEPT\"}")
                .json(200, "{\"event\":\"ACCEPT\"}");

        assertThat(run("integrity").out())
                .isEqualTo("The check that runs after each start has not finished; 3 of 5 owners were checked so far:"
                        + " this is wrong\n"
                        + "  memory a of user bob was changed\n"
                        + "not known: how much came after\n"
                        + "The integrity key lies with the data: who can write there can forge everything.\n"
                        + "There is no anchor: an older copy of the data folder is not noticed.\n"
                        + "Stops so far that left something unknown: 2\n");
        assertThat(run("integrity", "verify").out()).isEqualTo("Every row was read: nothing is wrong\n");
        assertThat(run("integrity", "accept", "user:bob:b").out()).isEqualTo("Accepted user:bob:b as it is now.\n");
        assertThat(server().last().body()).isEqualTo("{\"owner\":{\"kind\":\"user\",\"id\":\"bob:b\"}}");
        assertThat(run("integrity", "accept", "keys").status()).isZero();
        assertThat(server().last().body()).isEqualTo("{\"keys\":true}");
        assertThat(run("integrity", "accept", "user:").status()).isEqualTo(2);
        assertThat(run("integrity", "accept", "bob").err()).contains("user:ID");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0 | 2 | false | has not finished; 0 of 2 owners were checked so far: nothing is known yet
        1 | 2 | false | has not finished; 1 of 2 owners were checked so far: nothing is wrong with those
        2 | 2 | true  | All owners (2) were checked since the start: nothing is wrong
        """)
    void howFarTheCheckHasComeIsSaid(int checked, int owners, boolean complete, String said) {
        server().json(
                        200,
                        "{\"checkedOwners\":" + checked + ",\"owners\":" + owners + ",\"complete\":" + complete
                                + ",\"problems\":[],\"unknown\":[],\"key\":\"elsewhere\",\"anchor\":true,"
                                + "\"lastStop\":\"closed\",\"uncertainStops\":0}");

        assertThat(run("integrity").out().lines()).singleElement().asString().endsWith(said);
    }

    @Test
    void theSystemsShardIsNotCountedAmongThoseOfOwners() {
        server().json(200, """
            {"shards":[{"name":"0","logIndex":5,"applied":5,"error":""},{"name":"1","logIndex":9,"applied":9,"error":""},\
            {"name":"system","logIndex":2,"applied":2,"error":""}]}\
            """);

        assertThat(run("status").out())
                .contains("shards  2 for owners, 1 for keys and settings (system); all writes applied\n");
    }

    @Test
    void statusIsReadable() {
        String status = """
            {"version":"0.1.0","uptimeMillis":7200000,"epoch":"k7f3q2ab","log":"ok","owners":2,"memories":12,\
            "embedder":{"kind":"builtin","dimension":384},\
            "shards":[{"name":"0","logIndex":5,"applied":5,"error":""},{"name":"1","logIndex":9,"applied":7,"error":""}]}\
            """;
        server().json(200, status).json(200, status);

        assertThat(run("status").out())
                .contains("version             0.1.0\n", "uptime              2h\n", "embedder dimension  384\n")
                .contains("shards              2 for owners; behind the log: 1\n");
        assertThat(run("status", "--shards").out()).contains("NAME  LOG INDEX  APPLIED  ERROR\n");
    }

    @Test
    void versionAlsoWorksWithoutAServer() {
        server().json(200, "{\"version\":\"0.2.0\"}");
        assertThat(run("version").out()).isEqualTo("mneme development\nserver 0.2.0\n");

        server().close();
        Result alone = run("version", "--json");
        assertThat(alone.status()).isZero();
        assertThat(alone.out()).startsWith("{\"cli\":\"development\",\"server\":null,\"url\":");
    }

    @Test
    void trainingNeedsNoServer() {
        assertThat(run("--train")).isEqualTo(new Result(0, "", ""));
        assertThat(server().asked()).isEmpty();
    }

    @Test
    void onATerminalEvenJsonCannotMoveTheCursor() {
        terminal = true;
        server().json(200, "{\"text\":\"a\u009b2Jb\u202e\"}");

        assertThat(run("get", "1", "--json").out()).isEqualTo("{\"text\":\"a\\u009b2Jb\\u202e\"}\n");
    }
}
