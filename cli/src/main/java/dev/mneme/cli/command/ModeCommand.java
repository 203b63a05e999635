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
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows and switches the modes of a user's instances.
@Command(
        name = "mode",
        header = "Show and switch how a user's instances work.",
        customSynopsis = "mneme mode COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {
            ModeCommand.Get.class,
            ModeCommand.Switch.class,
            ModeCommand.Configure.class,
            ModeCommand.History.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme mode get --user alice",
            "  mneme mode switch parallel --user alice --instance desk",
            "  mneme mode history --user alice --limit 10"
        })
public final class ModeCommand extends Subcommand {
    private static final String MODES = Session.API + "/modes";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme mode get, switch, configure or history.");
    }

    /// Shows the modes of all instances, or of one.
    @Command(
            name = "get",
            header = "Show the modes of a user's instances, or of one.",
            customSynopsis = "mneme mode get [options] [INSTANCE]",
            optionListHeading = "%nWhose:%n")
    static final class Get extends Subcommand {
        @Parameters(paramLabel = "INSTANCE", arity = "0..1", description = "The instance. Default: all.")
        @Nullable
        String instance;

        @Mixin
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            String whose = user.of(session);
            Query query = instance == null ? new Query(MODES) : Query.of(MODES, instance);
            Answer answer = session.server().get(query.with("userId", whose));
            return session.show(answer, view -> {
                if (instance != null) {
                    show(session, List.of(view), "");
                } else {
                    show(
                            session,
                            view.at("items").items(),
                            view.at("current").at("instanceId").text());
                }
            });
        }

        private static void show(Session session, List<JsonView> modes, String current) {
            if (session.quiet()) {
                modes.forEach(mode -> session.console()
                        .print(Printable.line(mode.at("currentMode").text())));
                return;
            }
            Table table = new Table("INSTANCE", "MODE", "BEFORE", "SINCE (UTC)", "VERSION", "CONFIGURATION");
            for (JsonView mode : modes) {
                String name = mode.at("instanceId").text();
                table.row(
                        name.equals(current) ? name + " *" : name,
                        mode.at("currentMode").text(),
                        mode.at("previousMode").text(),
                        Times.shown(mode.at("activatedAt").text()),
                        mode.at("version").text(),
                        mode.at("configuration").text());
            }
            table.printTo(session.console());
        }
    }

    /// Switches an instance's mode.
    @Command(
            name = "switch",
            header = "Switch an instance's mode.",
            customSynopsis = "mneme mode switch [options] MODE",
            optionListHeading = "%nWhich and how:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  mneme mode switch inspired --instance desk",
                "  mneme mode switch parallel --config '{\"model\":\"big\"}'"
            })
    static final class Switch extends Subcommand {
        @Parameters(paramLabel = "MODE", description = "inspired, didactic or parallel.")
        String mode = "";

        @Mixin
        UserOption user = new UserOption();

        @Option(names = "--instance", paramLabel = "NAME", description = "The instance. Default: the key's own.")
        @Nullable
        String instance;

        @Option(names = "--config", paramLabel = "JSON", description = "The configuration. Default: the present one.")
        @Nullable
        String config;

        @Option(names = "--failed", paramLabel = "WHY", description = "Only record that the switch failed.")
        @Nullable
        String failed;

        @Option(names = "--expected-version", paramLabel = "N", description = "Only at this version; else exit 4.")
        @Nullable
        Long expectedVersion;

        @Override
        ExitStatus run(Session session) {
            Typed.object("--config", config);
            String whose = user.of(session);
            String body = JsonText.object(json -> {
                json.writeStringField("userId", whose);
                JsonText.string(json, "instanceId", instance);
                json.writeStringField("toMode", mode);
                JsonText.raw(json, "configuration", config);
                JsonText.string(json, "errorMessage", failed);
                if (expectedVersion != null) {
                    json.writeNumberField("expectedVersion", expectedVersion);
                }
            });
            return session.show(session.server().post(MODES + "/switch", body, null), answer -> shown(session, answer));
        }
    }

    private static void shown(Session session, JsonView answer) {
        if (session.quiet()) {
            return;
        }
        JsonView mode = answer.at("mode");
        String line = mode.present()
                ? mode.at("instanceId").text() + " is " + mode.at("currentMode").text() + " (version "
                        + mode.at("version").text() + ")"
                : "Recorded: " + answer.at("transition").at("instanceId").text() + " failed to switch to "
                        + answer.at("transition").at("toMode").text();
        session.console().print(Printable.line(line));
    }

    /// Changes a configuration.
    @Command(
            name = "configure",
            header = "Change a mode's configuration without a switch.",
            customSynopsis = "mneme mode configure [options] INSTANCE JSON",
            optionListHeading = "%nWhose:%n",
            footerHeading = "%nExamples:%n",
            footer = "  mneme mode configure desk '{\"model\":\"small\",\"voice\":null}'")
    static final class Configure extends Subcommand {
        @Parameters(index = "0", paramLabel = "INSTANCE", description = "The instance.")
        String instance = "";

        @Parameters(index = "1", paramLabel = "JSON", description = "Merged into it; null removes a member.")
        String patch = "";

        @Mixin
        UserOption user = new UserOption();

        @Override
        ExitStatus run(Session session) {
            Typed.object("JSON", patch);
            String whose = user.of(session);
            String body = JsonText.object(json -> JsonText.raw(json, "configuration", patch));
            Query path = Query.of(MODES, instance).with("userId", whose);
            return session.show(session.server().patch(path, body), answer -> shown(session, answer));
        }
    }

    /// Lists changes of mode.
    @Command(
            name = "history",
            header = "List changes of mode, newest first.",
            customSynopsis = "mneme mode history [options]",
            optionListHeading = "%nWhich:%n")
    static final class History extends Subcommand {
        @Mixin
        UserOption user = new UserOption();

        @Option(names = "--instance", paramLabel = "NAME", description = "Of this instance.")
        @Nullable
        String instance;

        @Option(names = "--to", paramLabel = "MODE", description = "To this mode.")
        @Nullable
        String to;

        @Mixin
        PageOptions page = new PageOptions();

        @Override
        ExitStatus run(Session session) {
            page.check();
            Query query = page.on(new Query(Session.API + "/transitions")
                    .with("userId", user.of(session))
                    .with("instanceId", instance)
                    .with("toMode", to));
            return session.show(session.server().get(query), answer -> show(session, answer));
        }

        private static void show(Session session, JsonView page) {
            Table table = new Table("AT (UTC)", "INSTANCE", "FROM", "TO", "MILLIS", "ERROR");
            for (JsonView each : page.at("items").items()) {
                table.row(
                        Times.shown(each.at("timestamp").text()),
                        each.at("instanceId").text(),
                        each.at("fromMode").text(),
                        each.at("toMode").text(),
                        each.at("transitionDuration").text(),
                        each.at("errorMessage").text());
            }
            table.printTo(session.console());
            String next = page.at("nextCursor").text();
            if (!next.isEmpty() && !session.quiet()) {
                session.console().note("there are more: --cursor " + next);
            }
        }
    }
}
