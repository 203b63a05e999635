package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonText;
import dev.mneme.client.NoAnswer;
import dev.mneme.client.Query;
import picocli.CommandLine.Command;

/// Shows the versions of the command line and, if it answers, of the server.
@Command(
        name = "version",
        header = "Show the versions of the command line and the server.",
        customSynopsis = "mneme version [options]")
public final class VersionCommand extends Subcommand {
    @Override
    ExitStatus run(Session session) {
        String server = "";
        String why = "";
        try {
            server = session.server()
                    .get(new Query(Session.API + "/status"))
                    .json()
                    .at("version")
                    .text();
        } catch (Failure failure) {
            why = failure.detail();
        } catch (NoAnswer notJson) {
            why = notJson.detail();
        }
        if (session.json()) {
            print(session, server);
        } else {
            session.console().print("mneme " + own());
            if (!session.quiet()) {
                session.console().print(Printable.line("server " + (server.isEmpty() ? "unknown: " + why : server)));
            }
        }
        return ExitStatus.OK;
    }

    private static void print(Session session, String server) {
        session.printJson(JsonText.object(json -> {
            json.writeStringField("cli", own());
            if (server.isEmpty()) {
                json.writeNullField("server");
            } else {
                json.writeStringField("server", server);
            }
            json.writeStringField("url", session.server().url().toString());
        }));
    }

    /// The version of this program; `development` where it runs from classes instead of its jar.
    public static String own() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
