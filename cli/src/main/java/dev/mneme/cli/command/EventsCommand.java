package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.PageOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.option.UserOption;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Messages between a user's instances.
@Command(
        name = "events",
        header = "Messages between a user's instances: post, list, acknowledge.",
        customSynopsis = "mneme events COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {EventsCommand.Post.class, EventsCommand.Pending.class, EventsCommand.Ack.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme events post config-updated --payload '{\"theme\":\"dark\"}' --target phone",
            "  mneme events pending --instance phone",
            "  mneme events ack 0193a7c4-5e6f-8b21-9a3c-1f2e3d4c5b6a --instance phone"
        })
public final class EventsCommand extends Subcommand {
    private static final String EVENTS = Session.API + "/sync-events";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme events post, mneme events pending or mneme events ack.");
    }

    /// Posts an event.
    @Command(
            name = "post",
            header = "Post an event to the user's other instances, or to some.",
            customSynopsis = "mneme events post [options] TYPE",
            optionListHeading = "%nThe event:%n")
    static final class Post extends Subcommand {
        @Parameters(
                paramLabel = "TYPE",
                description = "mode-changed, context-updated, response-generated, mcp-tool-executed or config-updated.")
        String type = "";

        @Option(names = "--payload", paramLabel = "JSON", description = "Your own JSON object.")
        @Nullable
        String data;

        @Option(
                names = "--target",
                paramLabel = "NAME",
                description = "An instance that it is for; may be repeated. Default: every other one.")
        List<String> targets = new ArrayList<>();

        @Option(names = "--priority", paramLabel = "PRIORITY", description = "high, normal or low. Default: normal.")
        @Nullable
        String priority;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "ISO-8601, or 12h, 7d from now. Default: the server's.")
        @Nullable
        String expires;

        @Option(names = "--instance", paramLabel = "NAME", description = "Who posts it. Default: the key's.")
        @Nullable
        String instance;

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            Typed.object("--payload", data);
            Instant now = session.console().clock().instant();
            String whose = user.of(session);
            String body = JsonText.object(json -> {
                json.writeStringField("userId", whose);
                json.writeStringField("eventType", type);
                JsonText.raw(json, "eventData", data);
                JsonText.strings(json, "targetInstances", targets);
                JsonText.string(json, "priority", priority);
                if (expires != null) {
                    json.writeFieldName("expiresAt");
                    JsonText.write(json, Times.typed(expires, now));
                }
            });
            return session.show(session.server().postAs(instance, EVENTS, body), view -> {
                String id = Printable.line(view.at("syncEvent").at("id").text());
                session.console().print(session.quiet() ? id : "Posted " + id);
            });
        }
    }

    /// Lists what an instance has yet to process.
    @Command(
            name = "pending",
            header = "List what an instance has yet to process.",
            customSynopsis = "mneme events pending [options]",
            optionListHeading = "%nWhich:%n")
    static final class Pending extends Subcommand {
        @Option(names = "--instance", paramLabel = "NAME", required = true, description = "The instance.")
        String instance = "";

        @Mixin
        PageOptions page = new PageOptions();

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            page.check();
            Query query = page.on(new Query(EVENTS + "/pending")
                    .with("userId", user.of(session))
                    .with("instanceId", instance));
            return session.show(session.server().get(query), view -> show(session, view));
        }

        private static void show(Session session, JsonView answer) {
            List<JsonView> items = answer.at("items").items();
            if (session.quiet()) {
                items.forEach(item ->
                        session.console().print(Printable.line(item.at("id").text())));
                return;
            }
            Table table = new Table("ID", "PRIORITY", "TYPE", "FROM", "POSTED (UTC)", "EXPIRES (UTC)", "DATA");
            for (JsonView item : items) {
                table.row(
                        item.at("id").text(),
                        item.at("priority").text(),
                        item.at("eventType").text(),
                        item.at("sourceInstanceId").text(),
                        Times.shown(item.at("timestamp").text()),
                        Times.shown(item.at("expiresAt").text()),
                        item.at("eventData").text());
            }
            table.printTo(session.console());
            String next = answer.at("nextCursor").text();
            if (!next.isEmpty()) {
                session.console().note("there are more: --cursor " + next);
            }
        }
    }

    /// Marks events as processed by an instance.
    @Command(
            name = "ack",
            header = "Say that an instance has processed events.",
            customSynopsis = "mneme events ack [options] ID...",
            optionListHeading = "%nWho:%n")
    static final class Ack extends Subcommand {
        @Parameters(paramLabel = "ID", arity = "1..*", description = "The events' ids.")
        List<String> ids = new ArrayList<>();

        @Option(names = "--instance", paramLabel = "NAME", required = true, description = "The instance.")
        String instance = "";

        @ArgGroup(validate = false, exclusive = false, heading = "%nWhose:%n", order = 1)
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            String whose = user.of(session);
            String body = JsonText.object(json -> {
                json.writeStringField("userId", whose);
                json.writeStringField("instanceId", instance);
            });
            for (String id : ids) {
                String path = Query.of(EVENTS, id) + "/processed";
                session.show(session.server().post(path, body, null), view -> {
                    if (!session.quiet()) {
                        boolean first = !view.at("event").text().equals("NONE");
                        session.console().print((first ? "Processed " : "Processed already: ") + Printable.line(id));
                    }
                });
            }
            return ExitStatus.OK;
        }
    }
}
