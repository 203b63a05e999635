package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.view.MemoryViews;
import dev.mneme.client.Answer;
import dev.mneme.client.Query;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Shows one memory.
@Command(
        name = "get",
        header = "Show one memory.",
        customSynopsis = "mneme get [options] ID",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme get 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a",
            "  mneme get --json 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a | jq .metadata"
        })
public final class GetCommand extends Subcommand {
    @Parameters(paramLabel = "ID", description = "The memory's id.")
    String id = "";

    @Override
    ExitStatus run(Session session) {
        Answer answer = session.server().get(Query.of(Session.API + "/memories", id));
        return session.show(answer, memory -> MemoryViews.one(session, memory));
    }
}
