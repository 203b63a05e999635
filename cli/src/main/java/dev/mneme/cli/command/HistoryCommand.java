package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Shows every version of a memory.
@Command(
        name = "history",
        header = "Show every version of a memory, also of a deleted one.",
        customSynopsis = "mneme history [options] ID",
        footerHeading = "%nExamples:%n",
        footer = "  mneme history 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a")
public final class HistoryCommand extends Subcommand {
    @Parameters(paramLabel = "ID", description = "The memory's id.")
    String id = "";

    @Override
    ExitStatus run(Session session) {
        Answer answer = session.server().get(new Query(Query.of(Session.API + "/memories", id) + "/history"));
        return session.show(answer, view -> show(session, view.at("versions")));
    }

    static void show(Session session, JsonView versions) {
        Table table = new Table("VERSION", "EVENT", "AT (UTC)", "KEY", "INSTANCE", "TEXT");
        for (JsonView version : versions.items()) {
            table.row(
                    version.at("version").text(),
                    version.at("event").text(),
                    Times.shown(version.at("at").text()),
                    version.at("key").text(),
                    version.at("instance").text(),
                    version.at("text").text());
        }
        table.printTo(session.console());
    }
}
