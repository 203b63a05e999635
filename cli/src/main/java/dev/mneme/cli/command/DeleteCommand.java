package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.terminal.StandardInput;
import dev.mneme.client.Answer;
import dev.mneme.client.Query;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Deletes one memory, or all of a scope.
@Command(
        name = "delete",
        header = "Delete one memory, or all memories of a scope.",
        customSynopsis = {"mneme delete [options] ID", "mneme delete [options] (--user ID | --agent ID | ...) --all"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme delete 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a",
            "  mneme delete --user alice --run r1 --all --yes",
            "  mneme delete --user alice --erase"
        })
public final class DeleteCommand extends Subcommand {
    @Parameters(paramLabel = "ID", arity = "0..1", description = "The memory's id.")
    @Nullable
    String id;

    @ArgGroup(validate = false, exclusive = false, heading = "%nScope:%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nHow:%n", order = 2)
    Details details = new Details();

    /// How much to delete, and whether to ask.
    static final class Details {
        @Option(names = "--all", description = "All memories of the scope.")
        boolean all;

        @Option(
                names = "--erase",
                description = "All data of one owner, history and feed too; not to be undone. Needs an admin key.")
        boolean erase;

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask.")
        boolean yes;
    }

    @Override
    ExitStatus run(Session session) {
        return id != null ? deleteOne(session, id) : deleteScope(session);
    }

    private ExitStatus deleteOne(Session session, String memory) {
        if (scope.given() || details.all || details.erase) {
            throw Failure.usage("An id names one memory: leave out the scope, --all and --erase.");
        }
        Answer answer = session.server().delete(Query.of(Session.API + "/memories", memory));
        return session.show(answer, view -> {
            if (!session.quiet()) {
                session.console().print(Printable.line("Deleted " + memory));
            }
        });
    }

    private ExitStatus deleteScope(Session session) {
        if (!scope.given()) {
            throw Failure.usage("Delete what? Give an id, or a scope with --all, for example --user alice --all.");
        }
        if (!details.all && !details.erase) {
            throw Failure.usage("Say --all to delete all memories of " + scope.shown() + ".");
        }
        if (details.erase && scope.count() != 1) {
            throw Failure.usage("--erase takes exactly one owner, for example --user alice.");
        }
        if (!details.yes && !confirmed(session.console())) {
            session.console().note("nothing was deleted");
            return ExitStatus.OK;
        }
        Query query = scope.on(new Query(Session.API + "/memories")).with("erase", details.erase ? true : null);
        return session.show(session.server().delete(query), view -> {
            if (!session.quiet()) {
                String done = details.erase ? "Erased " + scope.shown() + ": " : "Deleted ";
                session.console().print(Printable.line(done + view.at("deleted").text() + " memories"));
            }
        });
    }

    private boolean confirmed(Console console) {
        String what = details.erase ? "Erase all data" : "Delete all memories";
        if (!console.terminal()) {
            throw Failure.usage(what + " of " + scope.shown() + "? There is no terminal to ask on: say --yes.");
        }
        console.err().print(what + " of " + Printable.line(scope.shown()) + "? [y/N] ");
        console.err().flush();
        try {
            BufferedReader reader = StandardInput.lines(console.in());
            String reply = reader.readLine();
            return reply != null && reply.strip().toLowerCase(Locale.ROOT).matches("y|yes");
        } catch (IOException failure) {
            throw StandardInput.described(failure);
        }
    }
}
