package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.view.Table;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Finds memories by meaning and by words.
@Command(
        name = "search",
        header = "Find memories by meaning and by words, best first.",
        customSynopsis = "mneme search [options] QUERY...",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme search \"what can I not eat?\"",
            "  mneme search --user alice --top-k 3 --explain travel plans",
            "  mneme search --reference-time 2026-01-31 \"what did I cook last week?\"",
            "  mneme search --filter '{\"categories\":{\"contains\":\"health\"}}' allergies"
        })
public final class SearchCommand extends Subcommand {
    @Parameters(paramLabel = "QUERY", arity = "1..*", description = "What to look for.")
    List<String> words = new ArrayList<>();

    @ArgGroup(validate = false, exclusive = false, heading = "%nScope:%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nSearch:%n", order = 2)
    Details details = new Details();

    /// What restricts the results.
    static final class Details {
        @Option(names = "--top-k", paramLabel = "N", description = "At most so many results, 1 to 1000. Default: 10.")
        @Nullable
        Integer topK;

        @Option(names = "--threshold", paramLabel = "SCORE", description = "Nothing that scores less. Default: 0.")
        @Nullable
        Double threshold;

        @Option(names = "--filter", paramLabel = "JSON", description = "Only memories that this filter lets through.")
        @Nullable
        String filter;

        @Option(
                names = "--reference-time",
                paramLabel = "TIME",
                description = "From when dates such as \"last week\" are seen, ISO-8601; its offset says whose days.")
        @Nullable
        String referenceTime;

        @Option(
                names = "--timezone",
                paramLabel = "ZONE",
                description = "Whose days \"yesterday\" means, such as Europe/Berlin. Default: this machine's.")
        @Nullable
        String timezone;

        @Option(names = "--explain", description = "Show the parts of each score.")
        boolean explain;

        @Option(names = "--show-expired", description = "Expired memories too.")
        boolean showExpired;
    }

    @Override
    ExitStatus run(Session session) {
        Typed.object("--filter", details.filter);
        Typed.within("--top-k", details.topK, 1, 1_000);
        scope.orDefault(session);
        String body = JsonText.object(json -> {
            json.writeStringField("query", String.join(" ", words));
            scope.writeTo(json);
            JsonText.raw(json, "filter", details.filter);
            if (details.topK != null) {
                json.writeNumberField("topK", details.topK);
            }
            if (details.threshold != null) {
                json.writeNumberField("threshold", details.threshold);
            }
            if (details.explain) {
                json.writeBooleanField("explain", true);
            }
            if (details.showExpired) {
                json.writeBooleanField("showExpired", true);
            }
            JsonText.string(json, "timezone", timezone(session.console().clock().getZone()));
            if (details.referenceTime != null) {
                json.writeFieldName("referenceTime");
                JsonText.write(
                        json,
                        Times.typed(
                                details.referenceTime, session.console().clock().instant()));
            }
        });
        Answer answer = session.server().ask(Session.API + "/memories/search", body);
        return session.show(answer, view -> show(session, view.at("results").items()));
    }

    /// This machine's time zone, unless another is given; a time with an offset needs none.
    private @Nullable String timezone(ZoneId here) {
        boolean known = ZoneId.getAvailableZoneIds().contains(here.getId());
        return details.timezone != null || !known || Times.namesOffset(details.referenceTime)
                ? details.timezone
                : here.getId();
    }

    private void show(Session session, List<JsonView> results) {
        Console console = session.console();
        if (session.quiet()) {
            results.forEach(hit ->
                    console.print(Printable.line(hit.at("memory").at("id").text())));
            return;
        }
        if (results.isEmpty()) {
            console.note("nothing found for " + scope.shown());
            return;
        }
        Instant now = console.clock().instant();
        Table table = details.explain
                ? new Table("SCORE", "AGE", "ID", "PARTS", "TEXT")
                : new Table("SCORE", "AGE", "ID", "TEXT");
        for (JsonView hit : results) {
            table.row(cells(hit, now));
        }
        table.printTo(console);
    }

    private String[] cells(JsonView hit, Instant now) {
        JsonView memory = hit.at("memory");
        String said = memory.at("timestamp").text();
        List<String> cells = new ArrayList<>();
        cells.add(score(hit.at("score")));
        cells.add(Times.age(said.isEmpty() ? memory.at("createdAt").text() : said, now));
        cells.add(memory.at("id").text());
        if (details.explain) {
            cells.add(parts(hit.at("parts").members()));
        }
        cells.add(memory.at("text").text());
        return cells.toArray(String[]::new);
    }

    private static String score(JsonView score) {
        return score.present() ? String.format(Locale.ROOT, "%.3f", score.number(0)) : "";
    }

    private static String parts(Map<String, JsonView> parts) {
        List<String> shown = new ArrayList<>();
        parts.forEach((name, value) -> shown.add(name + " " + score(value)));
        return String.join(" ", shown);
    }
}
