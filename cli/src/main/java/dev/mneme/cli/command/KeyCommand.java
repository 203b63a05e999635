package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.view.Sheet;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes, lists and revokes API keys.
@Command(
        name = "key",
        header = "Make, list and revoke API keys.",
        customSynopsis = "mneme key COMMAND [options]",
        commandListHeading = "%nCommands:%n",
        subcommands = {KeyCommand.Create.class, KeyCommand.ListKeys.class, KeyCommand.Revoke.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme key create phone --role write --restrict-user alice",
            "  mneme key list",
            "  mneme key revoke 00cdbc2596e9"
        })
public final class KeyCommand extends Subcommand {
    private static final String KEYS = Session.API + "/keys";

    @Override
    ExitStatus run(Session session) {
        throw Failure.usage("Which? mneme key create, mneme key list or mneme key revoke.");
    }

    /// Makes a key and shows it, once.
    @Command(
            name = "create",
            header = "Make an API key. It is shown once.",
            customSynopsis = "mneme key create [options] NAME",
            optionListHeading = "%nThe key:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  mneme key create phone --role write --restrict-user alice",
                "  mneme key create report --role read --expires 90d --rate 10/20",
                "  export MNEME_KEY=$(mneme key create ci --role write --quiet)"
            })
    static final class Create extends Subcommand {
        private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,6})(?:/([1-9][0-9]{0,6}))?");

        @Parameters(paramLabel = "NAME", description = "What the key is for.")
        String name = "";

        @Option(names = "--role", paramLabel = "ROLE", description = "admin, write or read. Default: write.")
        String role = "write";

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "ISO-8601, or 12h, 90d from now. Default: never.")
        @Nullable
        String expires;

        @Option(names = "--rate", paramLabel = "N[/BURST]", description = "Requests a second, and how many at once.")
        @Nullable
        String rate;

        @ArgGroup(validate = false, exclusive = false, heading = "%nOnly for (each may be repeated):%n", order = 2)
        Restriction restriction = new Restriction();

        /// Whose data the key may see.
        static final class Restriction {
            @Option(names = "--restrict-user", paramLabel = "ID", description = "This user.")
            List<String> users = new ArrayList<>();

            @Option(names = "--restrict-agent", paramLabel = "ID", description = "This agent.")
            List<String> agents = new ArrayList<>();

            @Option(names = "--restrict-app", paramLabel = "ID", description = "This app.")
            List<String> apps = new ArrayList<>();

            @Option(names = "--restrict-run", paramLabel = "ID", description = "This run.")
            List<String> runs = new ArrayList<>();

            private void writeTo(JsonGenerator json) throws IOException {
                if (users.isEmpty() && agents.isEmpty() && apps.isEmpty() && runs.isEmpty()) {
                    return;
                }
                json.writeObjectFieldStart("restrict");
                JsonText.strings(json, "users", users);
                JsonText.strings(json, "agents", agents);
                JsonText.strings(json, "apps", apps);
                JsonText.strings(json, "runs", runs);
                json.writeEndObject();
            }
        }

        @Override
        ExitStatus run(Session session) {
            if (!List.of("admin", "write", "read").contains(role)) {
                throw Failure.usage("--role must be admin, write or read, was '" + role + "'.");
            }
            Instant now = session.console().clock().instant();
            String body = JsonText.object(json -> {
                json.writeStringField("name", name);
                json.writeStringField("role", role);
                restriction.writeTo(json);
                if (expires != null) {
                    json.writeFieldName("expiresAt");
                    JsonText.write(json, Times.typed(expires, now));
                }
                writeRate(json);
            });
            return session.show(session.server().post(KEYS, body, null), view -> show(session, view));
        }

        private void writeRate(JsonGenerator json) throws IOException {
            if (rate == null) {
                return;
            }
            Matcher parts = RATE.matcher(rate);
            if (!parts.matches()) {
                throw Failure.usage("--rate must be like 10 or 10/20 (a second / at once), was '" + rate + "'.");
            }
            String burst = parts.group(2) != null ? parts.group(2) : parts.group(1);
            json.writeObjectFieldStart("rate");
            json.writeNumberField("perSecond", Integer.parseInt(parts.group(1)));
            json.writeNumberField("burst", Integer.parseInt(burst));
            json.writeEndObject();
        }

        private static void show(Session session, JsonView answer) {
            if (session.quiet()) {
                session.console().print(Printable.line(answer.at("key").text()));
                return;
            }
            sheet(answer).line("key", answer.at("key").text()).printTo(session.console());
            session.console().note("keep the key now: it is not shown again");
        }
    }

    /// Lists the keys, without their secrets.
    @Command(
            name = "list",
            header = "List the API keys, never their secrets.",
            customSynopsis = "mneme key list [options]")
    static final class ListKeys extends Subcommand {
        @Override
        ExitStatus run(Session session) {
            return session.show(session.server().get(new Query(KEYS)), view -> show(session, view));
        }

        private static void show(Session session, JsonView answer) {
            List<JsonView> keys =
                    answer.isArray() ? answer.items() : answer.at("items").items();
            if (session.quiet()) {
                keys.forEach(key ->
                        session.console().print(Printable.line(key.at("id").text())));
                return;
            }
            Table table = new Table("ID", "NAME", "ROLE", "EXPIRES (UTC)", "RATE", "ONLY FOR");
            for (JsonView key : keys) {
                table.row(
                        key.at("id").text(),
                        key.at("name").text(),
                        key.at("role").text(),
                        Times.shown(key.at("expiresAt").text()),
                        rate(key.at("rate")),
                        restriction(key.at("restrict")));
            }
            table.printTo(session.console());
        }
    }

    /// Revokes a key.
    @Command(
            name = "revoke",
            header = "Revoke an API key; requests with it fail from then on.",
            customSynopsis = "mneme key revoke [options] ID")
    static final class Revoke extends Subcommand {
        @Parameters(paramLabel = "ID", description = "The key's id, from: mneme key list.")
        String id = "";

        @Override
        ExitStatus run(Session session) {
            return session.show(session.server().delete(Query.of(KEYS, id)), view -> {
                if (!session.quiet()) {
                    session.console().print(Printable.line("Revoked " + id));
                }
            });
        }
    }

    private static Sheet sheet(JsonView key) {
        return new Sheet()
                .line("id", key.at("id").text())
                .line("name", key.at("name").text())
                .line("role", key.at("role").text())
                .line("only for", restriction(key.at("restrict")))
                .line("expires", Times.shown(key.at("expiresAt").text()))
                .line("rate", rate(key.at("rate")));
    }

    private static String rate(JsonView rate) {
        return rate.present()
                ? rate.at("perSecond").text() + "/" + rate.at("burst").text()
                : "";
    }

    private static String restriction(JsonView restrict) {
        List<String> kinds = new ArrayList<>();
        for (Map.Entry<String, JsonView> kind : restrict.members().entrySet()) {
            if (!kind.getValue().items().isEmpty()) {
                kinds.add(kind.getKey() + " " + kind.getValue().text());
            }
        }
        return String.join("; ", kinds);
    }
}
