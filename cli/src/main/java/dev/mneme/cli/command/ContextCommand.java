package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
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
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Puts, shows, lists and deletes contexts.
@Command(
        name = "context",
        header = "Put, get, list and delete the JSON documents that a user's instances share.",
        customSynopsis = "mneme context COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            ContextCommand.Put.class,
            ContextCommand.Get.class,
            ContextCommand.ListContexts.class,
            ContextCommand.Delete.class,
            ContextCommand.Versions.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme context put theme '{\"dark\":true}' --tag ui",
            "  mneme context get theme",
            "  mneme context list --type project",
            "  mneme context delete theme"
        })
public final class ContextCommand extends Subcommand {
    private static final String CONTEXTS = Session.API + "/contexts";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme context put, get, list, delete or versions.");
    }

    private static Query on(String key, String user) {
        return Query.of(CONTEXTS, key).with("userId", user);
    }

    /// Creates a context, or stores its next version.
    @Command(
            name = "put",
            header = "Create a context, or store its next version, as a whole.",
            customSynopsis = "mneme context put [options] KEY (JSON | FILE | -)",
            footerHeading = "%nExamples:%n",
            footer = {
                "  mneme context put theme '{\"dark\":true}' --tag ui",
                "  mneme context put project/mneme project.json --type project --expect 3",
                "  jq .settings app.json | mneme context put settings - --merge --expect 3"
            })
    static final class Put extends Subcommand {
        @Parameters(index = "0", paramLabel = "KEY", description = "The context's name.")
        String key = "";

        @Parameters(index = "1", paramLabel = "JSON", description = "The document, a file with it, or - for input.")
        String document = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nThe context:%n", order = 2)
        Details details = new Details();

        /// The other parts of a context.
        static final class Details {
            @Option(
                    names = "--type",
                    paramLabel = "TYPE",
                    description = "chat, project, mode or custom. Default: custom.")
            @Nullable
            String type;

            @Option(names = "--tag", paramLabel = "TAG", description = "A tag. May be repeated.")
            List<String> tags = new ArrayList<>();

            @Option(names = "--mode", paramLabel = "MODE", description = "inspired, didactic or parallel.")
            @Nullable
            String mode;

            @Option(
                    names = "--expires",
                    paramLabel = "TIME",
                    description = "ISO-8601, or 12h, 90d from now. Default: the server's, 30 days.")
            @Nullable
            String expires;

            @Option(
                    names = "--expect",
                    paramLabel = "N",
                    description = "Only if version N is the newest; 0: only if there is none.")
            @Nullable
            Long expect;

            @Option(
                    names = "--merge",
                    description = "If version N is not the newest: join both edits where they touch different fields.")
            boolean merge;

            private void writeTo(JsonGenerator json, Instant now) throws IOException {
                JsonText.string(json, "contextType", type);
                JsonText.string(json, "mode", mode);
                JsonText.strings(json, "tags", tags);
                if (expires != null) {
                    json.writeFieldName("expiresAt");
                    JsonText.write(json, Times.typed(expires, now));
                }
                if (expect != null) {
                    json.writeNumberField("expectedVersion", expect);
                }
                if (merge) {
                    json.writeStringField("mergeStrategy", "merge");
                }
            }
        }

        @Override
        ExitStatus run(Session session) {
            Typed.within("--expect", details.expect, 0, Long.MAX_VALUE);
            if (details.merge && details.expect == null) {
                throw Failure.usage("--merge needs the version that you saw: --expect N.");
            }
            String data = document(session);
            Instant now = session.console().clock().instant();
            String body = JsonText.object(json -> {
                JsonText.raw(json, "data", data);
                details.writeTo(json, now);
            });
            Answer answer = session.server().put(on(key, user.of(session)), body);
            return session.show(answer, view -> show(session, view));
        }

        /// The argument itself if it is JSON, otherwise the contents of the file with that name.
        private String document(Session session) {
            if (document.equals("-")) {
                return json(StandardInput.text(session.console().in()), "Standard input");
            }
            return isJson(document) ? document : json(file(document), document);
        }

        private static String file(String name) {
            try {
                return Files.readString(Path.of(name));
            } catch (IOException | InvalidPathException failure) {
                throw new Failure(
                        ExitStatus.USAGE,
                        "'" + name + "' is neither JSON nor a file that can be read as UTF-8.",
                        failure);
            }
        }

        private static String json(String text, String where) {
            if (!isJson(text)) {
                throw Failure.usage(where + " holds no JSON.");
            }
            return text.strip();
        }

        private static boolean isJson(String text) {
            try {
                JsonView.parse(text);
                return !text.isBlank();
            } catch (IOException notJson) {
                return false;
            }
        }

        private static void show(Session session, JsonView answer) {
            JsonView context = answer.at("context");
            String key = context.at("contextKey").text();
            if (session.quiet()) {
                session.console().print(Printable.line(key));
                return;
            }
            String done = switch (answer.at("event").text()) {
                case "ADD" -> "Created ";
                case "NONE" -> "Already so: ";
                default -> "Put ";
            };
            session.console()
                    .print(Printable.line(
                            done + key + ", version " + context.at("version").text()));
        }
    }

    /// Shows one context.
    @Command(
            name = "get",
            header = "Show one context.",
            customSynopsis = "mneme context get [options] KEY",
            footerHeading = "%nExamples:%n",
            footer = {"  mneme context get theme", "  mneme context get theme --json | jq .data"})
    static final class Get extends Subcommand {
        @Parameters(paramLabel = "KEY", description = "The context's name.")
        String key = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            return session.show(session.server().get(on(key, user.of(session))), view -> show(session, view));
        }

        private static void show(Session session, JsonView context) {
            if (session.quiet()) {
                session.console().print(Printable.line(context.at("contextKey").text()));
                return;
            }
            new Sheet()
                    .line("key", context.at("contextKey").text())
                    .line("user", context.at("userId").text())
                    .line("type", context.at("contextType").text())
                    .line("mode", context.at("mode").text())
                    .line("tags", context.at("tags").text())
                    .line("version", context.at("version").text())
                    .line("created", stamp(context, "created"))
                    .line("updated", stamp(context, "updated"))
                    .line("expires", Times.shown(context.at("expiresAt").text()))
                    .line("data", JsonText.of(context.at("data")))
                    .printTo(session.console());
        }

        private static String stamp(JsonView context, String what) {
            return Times.shown(context.at(what + "At").text()) + " by "
                    + context.at(what + "By").text();
        }
    }

    /// Lists a user's contexts, a page at a time.
    @Command(
            name = "list",
            header = "List contexts, by key.",
            customSynopsis = "mneme context list [options]",
            footerHeading = "%nExamples:%n",
            footer = "  mneme context list --user alice --type project --tag ui")
    static final class ListContexts extends Subcommand {
        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
        Which which = new Which();

        /// Restrictions of the list.
        static final class Which extends PageOptions {
            @Option(names = "--type", paramLabel = "TYPE", description = "Of this type.")
            @Nullable
            String type;

            @Option(names = "--tag", paramLabel = "TAG", description = "With this tag.")
            @Nullable
            String tag;

            @Option(names = "--mode", paramLabel = "MODE", description = "Of this mode.")
            @Nullable
            String mode;
        }

        @Override
        ExitStatus run(Session session) {
            which.check();
            String whose = user.of(session);
            Query query = which.on(new Query(CONTEXTS)
                    .with("userId", whose)
                    .with("type", which.type)
                    .with("tag", which.tag)
                    .with("mode", which.mode));
            return session.show(session.server().get(query), page -> show(session, whose, page));
        }

        private static void show(Session session, String whose, JsonView page) {
            List<JsonView> contexts = page.at("items").items();
            if (session.quiet()) {
                contexts.forEach(context -> session.console()
                        .print(Printable.line(context.at("contextKey").text())));
                return;
            }
            if (contexts.isEmpty()) {
                session.console().note("no contexts of user " + whose);
                return;
            }
            table(session, contexts);
            String next = page.at("nextCursor").text();
            if (!next.isEmpty()) {
                session.console().note("there are more: --cursor " + next);
            }
        }

        private static void table(Session session, List<JsonView> contexts) {
            Instant now = session.console().clock().instant();
            Table table = new Table("KEY", "TYPE", "MODE", "TAGS", "VERSION", "UPDATED", "DATA");
            for (JsonView context : contexts) {
                table.row(
                        context.at("contextKey").text(),
                        context.at("contextType").text(),
                        context.at("mode").text(),
                        context.at("tags").text(),
                        context.at("version").text(),
                        Times.age(context.at("updatedAt").text(), now),
                        JsonText.of(context.at("data")));
            }
            table.printTo(session.console());
        }
    }

    /// Deletes one context.
    @Command(
            name = "delete",
            header = "Delete one context. Its versions stay for a while.",
            customSynopsis = "mneme context delete [options] KEY")
    static final class Delete extends Subcommand {
        @Parameters(paramLabel = "KEY", description = "The context's name.")
        String key = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            return session.show(session.server().delete(on(key, user.of(session))), view -> {
                if (!session.quiet()) {
                    session.console().print(Printable.line("Deleted " + key));
                }
            });
        }
    }

    /// Shows the kept versions of a context.
    @Command(
            name = "versions",
            header = "Show the kept versions of a context, also of a deleted one.",
            customSynopsis = "mneme context versions [options] KEY")
    static final class Versions extends Subcommand {
        @Parameters(paramLabel = "KEY", description = "The context's name.")
        String key = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            Query query = new Query(Query.of(CONTEXTS, key) + "/versions").with("userId", user.of(session));
            return session.show(session.server().get(query), view -> show(session, view.at("versions")));
        }

        static void show(Session session, JsonView versions) {
            Table table = new Table("VERSION", "EVENT", "AT (UTC)", "INSTANCE", "DATA");
            for (JsonView version : versions.items()) {
                JsonView context = version.at("context");
                boolean deleted = version.at("deleted").text().equals("true");
                table.row(
                        context.at("version").text(),
                        deleted ? "DELETE" : "PUT",
                        Times.shown(context.at("updatedAt").text()),
                        context.at("updatedBy").text(),
                        deleted ? "" : JsonText.of(context.at("data")));
            }
            table.printTo(session.console());
        }
    }
}
