package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// What the running server knows about data that were changed from outside.
@Command(
        name = "integrity",
        header = "Show what was changed from outside; verify everything; accept what there is.",
        customSynopsis = "mneme integrity [COMMAND] [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {IntegrityCommand.Verify.class, IntegrityCommand.Accept.class},
        footerHeading = "%nExamples:%n",
        footer = {"  mneme integrity", "  mneme integrity verify", "  mneme integrity accept user:alice"})
public final class IntegrityCommand extends Subcommand {
    private static final String INTEGRITY = Session.API + "/integrity";

    @Override
    ExitStatus run(Session session) {
        return session.show(session.server().get(new Query(INTEGRITY)), view -> {
            checked(session, view);
            view.at("unknown")
                    .items()
                    .forEach(unknown -> session.console().print("not known: " + Printable.line(unknown.text())));
            if (!session.quiet()) {
                evidence(session, view);
            }
        });
    }

    /// How far the background check is, and what was found.
    private static void checked(Session session, JsonView view) {
        String checked = view.at("checkedOwners").text();
        if (view.at("complete").isTrue()) {
            problems(session, view, "All owners (" + checked + ") were checked since the start: ", "nothing is wrong");
            return;
        }
        String soFar = "The check that runs after each start has not finished; " + checked + " of "
                + view.at("owners").text() + " owners were checked so far: ";
        problems(session, view, soFar, checked.equals("0") ? "nothing is known yet" : "nothing is wrong with those");
    }

    /// What cannot be detected in this layout.
    private static void evidence(Session session, JsonView view) {
        if (view.at("key").text().equals("with_data")) {
            session.console().print("The integrity key lies with the data: who can write there can forge everything.");
        }
        if (view.at("anchor").text().equals("false")) {
            session.console().print("There is no anchor: an older copy of the data folder is not noticed.");
        }
        if (view.at("uncertainStops").number(0) > 0) {
            session.console()
                    .print("Stops so far that left something unknown: "
                            + view.at("uncertainStops").text());
        }
    }

    private static void problems(Session session, JsonView view, String checked, String whenNone) {
        List<JsonView> problems = view.at("problems").items();
        if (!session.quiet()) {
            session.console().print(checked + (problems.isEmpty() ? whenNone : "this is wrong"));
        }
        problems.forEach(
                problem -> session.console().print((session.quiet() ? "" : "  ") + Printable.line(problem.text())));
    }

    /// Has every row read again.
    @Command(
            name = "verify",
            header = "Have the server read every row again.",
            customSynopsis = "mneme integrity verify [options]")
    static final class Verify extends Subcommand {
        @Override
        ExitStatus run(Session session) {
            return session.show(
                    session.server().post(INTEGRITY + "/verify", "", null),
                    view -> problems(session, view, "Every row was read: ", "nothing is wrong"));
        }
    }

    /// Accepts data as they are now.
    @Command(
            name = "accept",
            header = "Take an owner's data, or the API keys, as they are now, so that they are served.",
            customSynopsis = "mneme integrity accept [options] WHOSE")
    static final class Accept extends Subcommand {
        @Parameters(
                paramLabel = "WHOSE",
                description = "user:alice, agent:bot, app:desk or run:r1; or keys: all API keys but forged ones.")
        String whose = "";

        @Override
        ExitStatus run(Session session) {
            return session.show(session.server().post(INTEGRITY + "/accept", body(), null), view -> {
                if (!session.quiet()) {
                    session.console().print("Accepted " + Printable.line(whose) + " as it is now.");
                }
            });
        }

        private String body() {
            String kind = kind();
            if (kind == null && !whose.equals("keys")) {
                throw Failure.usage("WHOSE must be user:ID, agent:ID, app:ID, run:ID or keys, was '" + whose + "'.");
            }
            return JsonText.object(json -> {
                if (kind == null) {
                    json.writeBooleanField("keys", true);
                    return;
                }
                json.writeObjectFieldStart("owner");
                json.writeStringField("kind", kind);
                json.writeStringField("id", whose.substring(kind.length() + 1));
                json.writeEndObject();
            });
        }

        private @Nullable String kind() {
            int colon = whose.indexOf(':');
            String kind = colon < 0 || colon == whose.length() - 1 ? "" : whose.substring(0, colon);
            return List.of("user", "agent", "app", "run").contains(kind) ? kind : null;
        }
    }
}
