package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.view.Sheet;
import dev.mneme.cli.view.Sizes;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows the state of the server.
@Command(
        name = "status",
        header = "Show how the server is.",
        customSynopsis = "mneme status [options]",
        footerHeading = "%nExamples:%n",
        footer = {"  mneme status", "  mneme status --shards", "  mneme status --json | jq .log"})
public final class StatusCommand extends Subcommand {
    @Option(names = "--shards", description = "A line for each shard.")
    boolean shards;

    @Override
    ExitStatus run(Session session) {
        Answer answer = session.server().get(new Query(Session.API + "/status"));
        return session.show(answer, view -> show(session, view));
    }

    private void show(Session session, JsonView status) {
        sheet(session, status).printTo(session.console());
        if (shards) {
            table(status.at("shards").items()).printTo(session.console());
        }
    }

    static Sheet sheet(Session session, JsonView status) {
        Sheet sheet = new Sheet().line("server", session.server().url().toString());
        status.members().forEach((name, value) -> {
            if (name.equals("shards")) {
                sheet.line("shards", summary(value.items()));
            } else {
                line(sheet, name, value);
            }
        });
        return sheet;
    }

    /// One value a line: files with their size in a few digits, an object's members like `embedder dimension`.
    private static void line(Sheet sheet, String name, JsonView value) {
        if (value.at("bytes").present()) {
            sheet.line(words(name), files(value));
        } else if (value.isObject()) {
            value.members().forEach((member, inner) -> line(sheet, name + " " + member, inner));
        } else if (name.endsWith("Millis")) {
            String length = Times.brief(Duration.ofMillis((long) value.number(0)));
            sheet.line(words(name.substring(0, name.length() - "Millis".length())), length);
        } else {
            sheet.line(words(name), Times.shown(value.text()));
        }
    }

    private static String files(JsonView value) {
        String count = value.at("files").text();
        return count
                + (count.equals("1") ? " file, " : " files, ")
                + Sizes.shown((long) value.at("bytes").number(0));
    }

    static String words(String camelCase) {
        return camelCase.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }

    private static String summary(List<JsonView> all) {
        List<String> behind = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (JsonView shard : all) {
            if (!shard.at("error").text().isEmpty()) {
                failed.add(shard.at("name").text());
            } else if (!shard.at("logIndex").text().equals(shard.at("applied").text())) {
                behind.add(shard.at("name").text());
            }
        }
        StringBuilder text = new StringBuilder(counted(all));
        text.append(failed.isEmpty() ? "" : "; FAILED: " + String.join(" ", failed));
        text.append(behind.isEmpty() ? "" : "; behind the log: " + String.join(" ", behind));
        return failed.isEmpty() && behind.isEmpty()
                ? text.append("; all writes applied").toString()
                : text.toString();
    }

    /// The shard of the server's own data (keys, settings) does not count, since owners are not divided among it.
    private static String counted(List<JsonView> all) {
        long ofOwners = all.stream()
                .filter(shard -> !shard.at("name").text().equals("system"))
                .count();
        return ofOwners + " for owners" + (ofOwners == all.size() ? "" : ", 1 for keys and settings (system)");
    }

    static Table table(List<JsonView> all) {
        List<String> names = all.isEmpty()
                ? List.of("name")
                : List.copyOf(all.getFirst().members().keySet());
        Table table = new Table(
                names.stream().map(name -> words(name).toUpperCase(Locale.ROOT)).toArray(String[]::new));
        for (JsonView shard : all) {
            Map<String, JsonView> members = shard.members();
            table.row(names.stream()
                    .map(name -> members.getOrDefault(name, JsonView.NOTHING).text())
                    .toArray(String[]::new));
        }
        return table;
    }
}
