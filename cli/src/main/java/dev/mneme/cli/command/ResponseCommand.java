package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.PageOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.option.UserOption;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.DraftFile;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Records where answers came from, and shows the records.
@Command(
        name = "response",
        header = "Where AI answers came from: record, list, add up, export.",
        customSynopsis = "mneme response COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            ResponseCommand.RecordResponse.class,
            ResponseCommand.ListResponses.class,
            ResponseCommand.Totals.class,
            ResponseCommand.Export.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme response list --user alice --provider anthropic",
            "  mneme response totals --by model --since 2026-01-01",
            "  mneme response export --format csv --output audit.csv"
        })
public final class ResponseCommand extends Subcommand {
    private static final String RESPONSES = Session.API + "/responses";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme response record, list, totals or export.");
    }

    /// Records one answer.
    @Command(
            name = "record",
            header = "Record where an answer came from, once.",
            customSynopsis = "mneme response record [options]",
            optionListHeading = "%nThe answer:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  mneme response record --chat c1 --message m7 --source-type external \\",
                "    --provider anthropic --model claude --hash sha256:5f3a \\",
                "    --metadata '{\"promptTokens\":1200,\"completionTokens\":300}'"
            })
    static final class RecordResponse extends Subcommand {
        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Option(names = "--chat", paramLabel = "ID", required = true, description = "The chat.")
        String chat = "";

        @Option(names = "--message", paramLabel = "ID", required = true, description = "The message.")
        String message = "";

        @Option(
                names = "--source-type",
                paramLabel = "TYPE",
                required = true,
                description = "local, external or harmonized.")
        String sourceType = "";

        @Option(names = "--provider", paramLabel = "NAME", required = true, description = "Whose model answered.")
        String provider = "";

        @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
        String model = "";

        @Option(names = "--hash", paramLabel = "HASH", required = true, description = "Of the answer.")
        String hash = "";

        @Option(names = "--mode", paramLabel = "MODE", description = "inspired, didactic or parallel.")
        @Nullable
        String mode;

        @Option(names = "--confidence", paramLabel = "N", description = "0 to 1.")
        @Nullable
        Double confidence;

        @Option(names = "--metadata", paramLabel = "JSON", description = "Tokens, cost, tools and your own.")
        @Nullable
        String metadata;

        @Option(names = "--timestamp", paramLabel = "TIME", description = "When it was given. Default: now.")
        @Nullable
        String timestamp;

        @Option(names = "--instance", paramLabel = "NAME", description = "Who answered. Default: the key's.")
        @Nullable
        String instance;

        @Override
        ExitStatus run(Session session) {
            Typed.object("--metadata", metadata);
            Typed.within("--confidence", confidence, 0, 1);
            Instant now = session.console().clock().instant();
            String whose = user.of(session);
            String body = JsonText.object(json -> {
                json.writeStringField("userId", whose);
                JsonText.string(json, "instanceId", instance);
                json.writeStringField("chatId", chat);
                json.writeStringField("messageId", message);
                JsonText.string(json, "mode", mode);
                json.writeStringField("sourceType", sourceType);
                json.writeStringField("provider", provider);
                json.writeStringField("model", model);
                if (confidence != null) {
                    json.writeNumberField("confidence", confidence);
                }
                json.writeStringField("responseHash", hash);
                JsonText.raw(json, "metadata", metadata);
                if (timestamp != null) {
                    json.writeFieldName("timestamp");
                    JsonText.write(json, Times.typed(timestamp, now));
                }
            });
            return session.show(session.server().post(RESPONSES, body, null), view -> {
                if (!session.quiet()) {
                    boolean added = view.at("event").text().equals("ADD");
                    session.console().print(added ? "Recorded" : "Recorded already");
                }
            });
        }
    }

    /// Lists a page of answers.
    @Command(
            name = "list",
            header = "List where answers came from, newest first.",
            customSynopsis = "mneme response list [options]")
    static final class ListResponses extends Subcommand {
        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
        ResponseFilters filters = new ResponseFilters();

        @ArgGroup(validate = false, exclusive = false, heading = "%nHow many:%n", order = 3)
        Page page = new Page();

        /// Which part of the list.
        static final class Page extends PageOptions {
            @Option(names = "--oldest-first", description = "In the order of recording.")
            boolean oldestFirst;
        }

        @Override
        ExitStatus run(Session session) {
            page.check();
            Query query = page.on(filters.on(new Query(RESPONSES).with("userId", user.of(session)))
                    .with("order", page.oldestFirst ? "recorded" : null));
            return session.show(session.server().get(query), view -> show(session, view));
        }

        private static void show(Session session, JsonView answer) {
            List<JsonView> items = answer.at("items").items();
            if (session.quiet()) {
                items.forEach(item -> session.console()
                        .print(Printable.line(item.at("chatId").text() + "/"
                                + item.at("messageId").text())));
                return;
            }
            Table table = new Table("GIVEN (UTC)", "CHAT", "MESSAGE", "SOURCE", "PROVIDER", "MODEL", "MODE", "HASH");
            for (JsonView item : items) {
                table.row(
                        Times.shown(item.at("timestamp").text()),
                        item.at("chatId").text(),
                        item.at("messageId").text(),
                        item.at("sourceType").text(),
                        item.at("provider").text(),
                        item.at("model").text(),
                        item.at("mode").text(),
                        item.at("responseHash").text());
            }
            table.printTo(session.console());
            String next = answer.at("nextCursor").text();
            if (!next.isEmpty()) {
                session.console().note("there are more: --cursor " + next);
            }
        }
    }

    /// Adds up.
    @Command(
            name = "totals",
            header = "Add up answers, tokens and cost.",
            customSynopsis = "mneme response totals [options]",
            optionListHeading = "%nGroups:%n")
    static final class Totals extends Subcommand {
        @Option(
                names = "--by",
                paramLabel = "KEY",
                description = "provider, model, mode, sourceType, tool or day. Default: model.")
        @Nullable
        String by;

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
        ResponseFilters filters = new ResponseFilters();

        @Override
        ExitStatus run(Session session) {
            Query query = filters.on(new Query(RESPONSES + "/totals")
                    .with("userId", user.of(session))
                    .with("by", by));
            return session.show(session.server().get(query), view -> show(session, view));
        }

        private static void show(Session session, JsonView answer) {
            if (session.quiet()) {
                return;
            }
            Table table = new Table(
                    answer.at("by").text(),
                    "ANSWERS",
                    "CONFIDENCE",
                    "PROMPT",
                    "COMPLETION",
                    "TOKENS",
                    "COST",
                    "UNPRICED");
            for (JsonView group : answer.at("groups").items()) {
                String key = group.at("key").text();
                row(table, key.isEmpty() ? "-" : key, group.at("sum"));
            }
            row(table, "(total)", answer.at("total"));
            table.printTo(session.console());
        }

        private static void row(Table table, String key, JsonView sum) {
            table.row(
                    key,
                    sum.at("responses").text(),
                    sum.at("meanConfidence").text(),
                    sum.at("promptTokens").text(),
                    sum.at("completionTokens").text(),
                    sum.at("totalTokens").text(),
                    sum.at("cost").text(),
                    sum.at("unpriced").text());
        }
    }

    /// Writes all records for an auditor, as they come.
    @Command(
            name = "export",
            header = "Write all answers for an auditor, oldest first.",
            customSynopsis = "mneme response export [options]",
            optionListHeading = "%nThe file:%n")
    static final class Export extends Subcommand {
        @Option(names = "--format", paramLabel = "FORMAT", description = "csv or jsonl. Default: csv.")
        String format = "csv";

        @Option(
                names = "--output",
                paramLabel = "FILE",
                description = "The file, which is there only when it is whole. Default: standard output.")
        @Nullable
        Path output;

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhich:%n", order = 2)
        ResponseFilters filters = new ResponseFilters();

        @Override
        ExitStatus run(Session session) {
            if (!List.of("csv", "jsonl").contains(format)) {
                throw Failure.usage("--format must be csv or jsonl, was '" + format + "'.");
            }
            Query query = filters.on(new Query(RESPONSES + "/export")
                    .with("userId", user.of(session))
                    .with("format", format));
            Path file = output;
            if (file == null) {
                session.server().download(query, in -> print(session.console(), in));
            } else {
                save(session, query, file);
            }
            return ExitStatus.OK;
        }

        /// Prints the export. Characters that could control a terminal are made harmless on a screen; a pipe gets the
        /// bytes.
        private static void print(Console console, InputStream in) throws IOException {
            if (!console.terminal()) {
                in.transferTo(console.out());
                return;
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                console.print(Printable.line(line));
            }
        }

        private static void save(Session session, Query query, Path file) {
            try (DraftFile draft = DraftFile.of(file, session.console())) {
                session.server().download(query, in -> in.transferTo(draft.out()));
                draft.publish();
            } catch (IOException failure) {
                throw new Failure(
                        ExitStatus.FAILED, file + " cannot be written: " + failure.getMessage() + ".", failure);
            }
        }
    }
}
