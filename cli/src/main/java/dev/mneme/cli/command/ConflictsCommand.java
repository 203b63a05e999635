package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.PageOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.option.UserOption;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.terminal.StandardInput;
import dev.mneme.cli.view.Sheet;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes that lost: what they were, and what is to become of them.
@Command(
        name = "conflicts",
        header = "Writes that lost to others: list, compare, decide.",
        customSynopsis = "mneme conflicts COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {ConflictsCommand.ListConflicts.class, ConflictsCommand.Show.class, ConflictsCommand.Resolve.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme conflicts list --status open",
            "  mneme conflicts show 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a",
            "  mneme conflicts resolve 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a --take-mine"
        })
public final class ConflictsCommand extends Subcommand {
    private static final String CONFLICTS = Session.API + "/conflicts";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme conflicts list, show or resolve.");
    }

    /// Lists conflicts, a page at a time.
    @Command(
            name = "list",
            header = "List conflicts, the oldest first.",
            customSynopsis = "mneme conflicts list [options]")
    static final class ListConflicts extends Subcommand {
        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
        Which which = new Which();

        /// Restrictions of the list.
        static final class Which extends PageOptions {
            @Option(names = "--status", paramLabel = "STATUS", description = "open or resolved. Default: both.")
            @Nullable
            String status;

            @Option(names = "--kind", paramLabel = "KIND", description = "memory, context or mode. Default: all.")
            @Nullable
            String kind;
        }

        @Override
        ExitStatus run(Session session) {
            which.check();
            String whose = user.of(session);
            Query query = which.on(new Query(CONFLICTS)
                    .with("userId", whose)
                    .with("status", which.status)
                    .with("kind", which.kind));
            return session.show(session.server().get(query), page -> show(session, whose, page));
        }

        private static void show(Session session, String whose, JsonView page) {
            List<JsonView> conflicts = page.at("items").items();
            if (session.quiet()) {
                conflicts.forEach(conflict ->
                        session.console().print(Printable.line(conflict.at("id").text())));
                return;
            }
            if (conflicts.isEmpty()) {
                session.console().note("no conflicts of user " + whose);
            } else {
                table(session, conflicts);
            }
            String next = page.at("nextCursor").text();
            if (!next.isEmpty()) {
                session.console().note("there are more: --cursor " + next);
            }
        }

        private static void table(Session session, List<JsonView> conflicts) {
            Instant now = session.console().clock().instant();
            Table table = new Table("ID", "STATUS", "KIND", "KEY", "MINE BY", "THEIRS BY", "FOUND");
            for (JsonView conflict : conflicts) {
                table.row(
                        conflict.at("id").text(),
                        conflict.at("status").text(),
                        conflict.at("subject").at("kind").text(),
                        conflict.at("subject").at("key").text(),
                        conflict.at("mine").at("instance").text(),
                        conflict.at("theirs").at("instance").text(),
                        Times.age(conflict.at("at").text(), now));
            }
            table.printTo(session.console());
        }
    }

    /// Shows one conflict, field by field.
    @Command(
            name = "show",
            header = "Show a conflict: the common version, mine and theirs, field by field.",
            customSynopsis = "mneme conflicts show [options] ID")
    static final class Show extends Subcommand {
        @Parameters(paramLabel = "ID", description = "The conflict's id.")
        String id = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            Query query = Query.of(CONFLICTS, id).with("userId", user.of(session));
            return session.show(session.server().get(query), conflict -> show(session, conflict));
        }

        private static void show(Session session, JsonView conflict) {
            if (session.quiet()) {
                session.console().print(Printable.line(conflict.at("id").text()));
                return;
            }
            JsonView resolution = conflict.at("resolution");
            new Sheet()
                    .line("conflict", conflict.at("id").text())
                    .line(
                            conflict.at("subject").at("kind").text(),
                            conflict.at("subject").at("key").text())
                    .line("status", conflict.at("status").text())
                    .line("found", Times.shown(conflict.at("at").text()))
                    .line("base", written(conflict.at("base")))
                    .line("mine", written(conflict.at("mine")))
                    .line("theirs", written(conflict.at("theirs")))
                    .line("taken", resolution.present() ? taken(resolution) : "")
                    .printTo(session.console());
            fields(session, conflict);
        }

        private static String written(JsonView side) {
            if (!side.present()) {
                return "not known";
            }
            String version = side.at("version").text();
            return (version.isEmpty() ? "" : "version " + version + ", ")
                    + (side.at("deleted").isTrue() ? "deleted " : "")
                    + Times.shown(side.at("at").text()) + " by "
                    + side.at("instance").text();
        }

        private static String taken(JsonView resolution) {
            String written = resolution.at("written").text();
            return resolution.at("take").text() + (written.isEmpty() ? "" : ", as version " + written) + ", "
                    + Times.shown(resolution.at("at").text()) + " by "
                    + resolution.at("instance").text();
        }

        /// Each field three times, those first in which mine and theirs differ.
        private static void fields(Session session, JsonView conflict) {
            Set<String> names = new TreeSet<>();
            for (String side : List.of("base", "mine", "theirs")) {
                names.addAll(conflict.at(side).at("value").members().keySet());
            }
            for (boolean differing : new boolean[] {true, false}) {
                for (String name : names) {
                    String mine = field(conflict.at("mine"), name);
                    String theirs = field(conflict.at("theirs"), name);
                    if (!mine.equals(theirs) == differing) {
                        session.console().print("");
                        session.console()
                                .print(session.console().bold(Printable.line(name)) + (differing ? "" : "  (same)"));
                        Sheet sheet = new Sheet();
                        if (differing) {
                            sheet.line("  base", field(conflict.at("base"), name));
                        }
                        sheet.line("  mine", mine);
                        if (differing) {
                            sheet.line("  theirs", theirs);
                        }
                        sheet.printTo(session.console());
                    }
                }
            }
        }

        private static String field(JsonView side, String name) {
            if (!side.present()) {
                return "-";
            }
            JsonView value = side.at("value").at(name);
            return value.present() ? JsonText.of(value) : "-";
        }
    }

    /// Decides.
    @Command(
            name = "resolve",
            header = "Decide which value the record is to have.",
            customSynopsis = "mneme conflicts resolve [options] ID (--take-theirs | --take-mine | --value FILE)",
            optionListHeading = "%nThe decision:%n")
    static final class Resolve extends Subcommand {
        @Parameters(paramLabel = "ID", description = "The conflict's id.")
        String id = "";

        @Option(names = "--take-theirs", description = "The record stays as it is.")
        boolean theirs;

        @Option(names = "--take-mine", description = "What lost becomes the record's next version.")
        boolean mine;

        @Option(
                names = "--value",
                paramLabel = "FILE",
                description = "The fields to be stored, a JSON object; - reads it from standard input.")
        @Nullable
        String value;

        @Option(
                names = "--expect",
                paramLabel = "N",
                description = "Only if version N of the record is the newest. Default: that of theirs.")
        @Nullable
        Long expect;

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            Typed.within("--expect", expect, 0, Long.MAX_VALUE);
            if ((theirs ? 1 : 0) + (mine ? 1 : 0) + (value == null ? 0 : 1) != 1) {
                throw Failure.usage("Decide: one of --take-theirs, --take-mine, --value FILE.");
            }
            String merged = value == null ? null : document(session, value);
            String body = JsonText.object(json -> {
                json.writeStringField("take", theirs ? "theirs" : mine ? "mine" : "value");
                JsonText.raw(json, "value", merged);
                if (expect != null) {
                    json.writeNumberField("expectedVersion", expect);
                }
            });
            String path = new Query(Query.of(CONFLICTS, id) + "/resolve")
                    .with("userId", user.of(session))
                    .toString();
            return session.show(session.server().postAs(null, path, body), view -> show(session, view));
        }

        private static String document(Session session, String name) {
            String text =
                    name.equals("-") ? StandardInput.text(session.console().in()) : file(name);
            Typed.object("--value", text);
            return text.strip();
        }

        private static String file(String name) {
            try {
                return Files.readString(Path.of(name));
            } catch (IOException | InvalidPathException failure) {
                throw new Failure(ExitStatus.USAGE, "'" + name + "' is no file that can be read as UTF-8.", failure);
            }
        }

        private static void show(Session session, JsonView answer) {
            JsonView conflict = answer.at("conflict");
            String id = Printable.line(conflict.at("id").text());
            String written = conflict.at("resolution").at("written").text();
            session.console()
                    .print(
                            session.quiet()
                                    ? id
                                    : "Resolved " + id
                                            + (written.isEmpty()
                                                    ? ""
                                                    : ", "
                                                            + Printable.line(conflict.at("subject")
                                                                    .at("kind")
                                                                    .text()) + " version " + written));
        }
    }
}
