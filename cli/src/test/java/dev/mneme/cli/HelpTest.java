package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest extends CliHarness {
    @Test
    void theOverviewNamesEveryCommandAndFitsEightyColumns() {
        String help = run().out();

        assertThat(Cli.COMMANDS).allSatisfy(name -> assertThat(help).containsPattern("(?m)^  " + name + " "));
        assertThat(help.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(run("--help").out()).isEqualTo(help);
        assertThat(run("help").out()).isEqualTo(help);
    }

    /// What is not said is refused, so that nothing becomes whoever happens to import it.
    @Test
    void theHelpOfImportPromisesNoDefaultUser() {
        String help = run("import", "--help").out();
        assertThat(help).contains("--user ID", "names no user").doesNotContain("MNEME_USER");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "add",
                "search",
                "list",
                "get",
                "update",
                "delete",
                "history",
                "watch",
                "mode",
                "mode get",
                "mode switch",
                "mode configure",
                "mode history",
                "context",
                "context put",
                "context get",
                "context list",
                "context delete",
                "context versions",
                "key",
                "key create",
                "key list",
                "key revoke",
                "backup",
                "response",
                "response record",
                "response list",
                "response totals",
                "response export",
                "events",
                "events post",
                "events pending",
                "events ack",
                "conflicts",
                "conflicts list",
                "conflicts show",
                "conflicts resolve",
                "integrity",
                "integrity verify",
                "integrity accept",
                "inspect",
                "export",
                "import",
                "status",
                "version"
            })
    void everyCommandHasHelpThatFitsTheScreen(String name) {
        columns = 80;
        Result result = run((name + " --help").split(" "));

        assertThat(result.status()).isZero();
        assertThat(result.out())
                .contains("Usage:\n  mneme " + name, "--url URL", "--json")
                .doesNotContain("\u001b");
        assertThat(result.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
        assertThat(server().asked()).isEmpty();
    }

    @Test
    void helpOfACommandHasTwoSpellingsAndOptionsMayComeFirst() {
        assertThat(run("help", "add").out()).isEqualTo(run("add", "-h").out());
        server().json(200, "{}");
        assertThat(run("--key", "list", "--json", "get", "1").out()).isEqualTo("{}\n");
        assertThat(server().last().key()).isEqualTo("Bearer list");
    }

    @Test
    void coloursOnlyOnATerminalAndOnlyIfWanted() {
        String page = "{\"items\":[" + MEMORY + "]}";
        server().json(200, page).json(200, page).json(200, page);
        assertThat(run("list").out()).doesNotContain("\u001b");
        terminal = true;
        assertThat(run("list").out()).contains("\u001b[1m");
        env.put("NO_COLOR", "1");
        assertThat(run("list").out()).doesNotContain("\u001b");
    }

    @Test
    void aTextMayBeginWithAnAt() {
        server().json(201, "{\"event\":\"ADD\",\"memory\":{\"id\":\"1\"}}");

        assertThat(run("add", "@home").status()).isZero();
        assertThat(server().last().body()).contains("\"@home\"");
    }
}
