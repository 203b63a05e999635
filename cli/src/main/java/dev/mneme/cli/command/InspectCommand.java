package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.view.ChangeViews;
import dev.mneme.cli.view.Sheet;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows an owner (how much there is of it, the versions of one of its records, its latest changes) or the store.
@Command(
        name = "inspect",
        header = "Show what there is of an owner, or what the store holds.",
        customSynopsis = {
            "mneme inspect [options]",
            "mneme inspect --store [options]",
            "mneme inspect --stopped [--data DIR] [--json]"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme inspect --user alice --changes 20",
            "  mneme inspect --agent bot --memory 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a",
            "  mneme inspect --user alice --context theme --json",
            "  mneme inspect --store",
            "  mneme inspect --stopped --data /var/lib/mneme"
        })
public final class InspectCommand extends Subcommand {
    private static final int SOME_CHANGES = 10;

    @ArgGroup(validate = false, exclusive = false, heading = "%nWhose (one owner):%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nWhat:%n", order = 2)
    Details details = new Details();

    /// What to show of an owner, or the store instead.
    static final class Details {
        @Option(names = "--memory", paramLabel = "ID", description = "The versions of this memory, too.")
        @Nullable
        String memory;

        @Option(names = "--context", paramLabel = "KEY", description = "The versions of this context, too.")
        @Nullable
        String context;

        @Option(
                names = "--changes",
                paramLabel = "N",
                description = "So many of its latest changes, 0 to 1000. Default: " + SOME_CHANGES + ".")
        int changes = SOME_CHANGES;

        @Option(
                names = "--store",
                description = "No owner: the running server's store. What counts everybody's needs a key"
                        + " without restrictions.")
        boolean store;

        @Option(
                names = "--stopped",
                description = "No owner: the data folder of a stopped server. It is read, not changed.")
        boolean stopped;
    }

    @Override
    ExitStatus run(Session session) {
        if (details.stopped) {
            throw Failure.usage("The server's own program reads a stopped store: ./mneme inspect --stopped in the"
                    + " source folder, or java -jar mneme-server.jar inspect --stopped.");
        }
        if (details.store) {
            if (scope.given() || details.memory != null || details.context != null) {
                throw Failure.usage("--store shows everybody's: leave out the owner and the record.");
            }
            return showStore(session);
        }
        if (scope.count() > 1) {
            throw Failure.usage("An owner has one id, and " + scope.shown() + " are several: give the highest alone.");
        }
        if (details.memory != null && details.context != null) {
            throw Failure.usage("Give --memory or --context, not both.");
        }
        Typed.within("--changes", details.changes, 0, 1_000);
        scope.orDefault(session);
        return showOwner(session);
    }

    private ExitStatus showOwner(Session session) {
        JsonView owner = session.server()
                .get(Query.of(Session.API + "/owners/" + scope.kind(), scope.id()))
                .json();
        JsonView versions = versions(session);
        JsonView changes = details.changes == 0 ? JsonView.NOTHING : latestChanges(session, owner);
        if (session.json()) {
            session.printJson(JsonText.object(json -> {
                member(json, "owner", owner);
                member(json, "versions", versions);
                member(json, "changes", changes);
            }));
            return ExitStatus.OK;
        }
        Sheet sheet = new Sheet();
        owner.members().forEach((name, value) -> sheet.line(StatusCommand.words(name), value.text()));
        sheet.printTo(session.console());
        if (versions.present()) {
            session.console().print("");
            printVersions(session, versions);
        }
        if (!changes.items().isEmpty()) {
            session.console().print("");
            printChanges(session, changes);
        }
        return ExitStatus.OK;
    }

    private static void member(JsonGenerator json, String name, JsonView value) throws IOException {
        if (value.present()) {
            json.writeFieldName(name);
            JsonText.write(json, value);
        }
    }

    private JsonView versions(Session session) {
        if (details.memory != null) {
            Query path = new Query(Query.of(Session.API + "/memories", details.memory) + "/history");
            return session.server().get(path).json().at("versions");
        }
        if (details.context != null) {
            Query path = new Query(Query.of(Session.API + "/contexts", details.context) + "/versions");
            return session.server().get(scope.on(path)).json().at("versions");
        }
        return JsonView.NOTHING;
    }

    private void printVersions(Session session, JsonView versions) {
        if (details.memory != null) {
            HistoryCommand.show(session, versions);
        } else {
            ContextCommand.Versions.show(session, versions);
        }
    }

    /// The latest changes. They begin at the owner's position minus their number, if they are still kept that far.
    private JsonView latestChanges(Session session, JsonView owner) {
        String position = owner.at("position").text();
        int colon = position.lastIndexOf(':');
        long sequence = number(position.substring(colon + 1));
        long kept = (long) owner.at("changes").number(details.changes);
        long after = sequence - Math.min(details.changes, kept);
        Query path = scope.on(new Query(Session.API + "/changes"))
                .with("after", position.substring(0, colon + 1) + Math.max(0, after))
                .with("limit", details.changes);
        return session.server().get(path).json().at("changes");
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException notOurs) {
            return 0;
        }
    }

    private static void printChanges(Session session, JsonView changes) {
        Table table = new Table("POSITION", "AT (UTC)", "TYPE", "KEY", "INSTANCE", "SUBJECT", "WHAT");
        for (JsonView change : changes.items()) {
            table.row(
                    change.at("position").text(),
                    Times.shown(change.at("at").text()),
                    change.at("type").text(),
                    change.at("key").text(),
                    change.at("instance").text(),
                    ChangeViews.subject(change),
                    ChangeViews.text(change));
        }
        table.printTo(session.console());
    }

    private static ExitStatus showStore(Session session) {
        Answer answer = session.server().get(new Query(Session.API + "/status"));
        return session.show(answer, status -> {
            StatusCommand.sheet(session, status).printTo(session.console());
            session.console().print("");
            StatusCommand.table(status.at("shards").items()).printTo(session.console());
        });
    }
}
