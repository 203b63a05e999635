package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.terminal.StandardInput;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Stores one memory, or each line of standard input as one.
@Command(
        name = "add",
        header = "Store a memory, or many from standard input.",
        customSynopsis = {
            "mneme add [options] TEXT...",
            "mneme add [options] - < lines",
            "mneme add [options] --one - < text"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme add \"I am allergic to peanuts\" --category health",
            "  mneme add --agent planner --metadata '{\"source\":\"chat\"}' \"Prefers trains\"",
            "  mneme add --user alice - < facts.txt"
        })
public final class AddCommand extends Subcommand {
    @Parameters(
            paramLabel = "TEXT",
            arity = "0..*",
            description = "The words to remember; - takes each line of standard input as one memory.")
    List<String> words = new ArrayList<>();

    @ArgGroup(validate = false, exclusive = false, heading = "%nScope:%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nThe memory:%n", order = 2)
    Details details = new Details();

    /// The other parts of a memory.
    static final class Details {
        @Option(names = "--metadata", paramLabel = "JSON", description = "A JSON object kept with it.")
        @Nullable
        String metadata;

        @Option(names = "--category", paramLabel = "NAME", description = "A category. May be repeated.")
        List<String> categories = new ArrayList<>();

        @Option(names = "--role", paramLabel = "ROLE", description = "Who said it: user or assistant.")
        @Nullable
        String role;

        @Option(names = "--timestamp", paramLabel = "TIME", description = "When it was said: ISO-8601 or epoch ms.")
        @Nullable
        String timestamp;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "When it is forgotten: a time, or 30m, 12h, 7d.")
        @Nullable
        String expires;

        @Option(names = "--no-dedupe", description = "Store it even if it is known already.")
        boolean noDedupe;

        @Option(names = "--one", description = "All of standard input is one memory, instead of each line.")
        boolean one;

        @Option(names = "--lines", description = "Each line of standard input is one memory: as - alone.")
        boolean lines;

        @Option(
                names = "--idempotency-key",
                paramLabel = "KEY",
                description = "Makes a repeated command harmless. Default: a new one.")
        @Nullable
        String idempotencyKey;
    }

    @Override
    ExitStatus run(Session session) {
        Typed.object("--metadata", details.metadata);
        boolean input = words.equals(List.of("-")) || (words.isEmpty() && (details.lines || details.one));
        if ((details.lines || details.one) && !input) {
            throw Failure.usage("--lines and --one read standard input: leave the text out.");
        }
        if (details.lines && details.one) {
            throw Failure.usage("--lines and --one exclude each other: leave one out.");
        }
        if (words.isEmpty() && !input) {
            throw Failure.usage("What should be remembered? Give the text, or - to read standard input.");
        }
        scope.orDefault(session);
        if (input && !details.one) {
            return new LineImport(session, this::writeDefaults, this::writeShared, details.idempotencyKey).run();
        }
        String text = input ? StandardInput.text(session.console().in()) : String.join(" ", words);
        return addOne(session, text);
    }

    private ExitStatus addOne(Session session, String text) {
        if (text.isBlank()) {
            throw Failure.usage("The text is empty: there is nothing to remember.");
        }
        Instant now = session.console().clock().instant();
        String body = JsonText.object(json -> {
            json.writeStringField("text", text);
            writeDefaults(json);
            writeShared(json, now);
        });
        Answer answer = session.server().post(Session.API + "/memories", body, details.idempotencyKey);
        return session.show(answer, view -> showOne(session, view));
    }

    private static void showOne(Session session, JsonView answer) {
        String id = answer.at("memory").at("id").text();
        if (session.quiet()) {
            session.console().print(Printable.line(id));
            return;
        }
        String said = switch (answer.at("event").text()) {
            case "NONE" -> "Already known: ";
            case "UPDATE" -> "Already known, with more detail now: ";
            default -> "Added ";
        };
        session.console().print(said + Printable.line(id));
    }

    /// Writes the parts that a batch has once for all of its items.
    private void writeDefaults(JsonGenerator json) throws IOException {
        scope.writeTo(json);
        JsonText.raw(json, "metadata", details.metadata);
    }

    /// Writes the parts that every item has for itself.
    private void writeShared(JsonGenerator json, Instant now) throws IOException {
        JsonText.string(json, "role", details.role);
        JsonText.strings(json, "categories", details.categories);
        writeTime(json, "timestamp", details.timestamp, now);
        writeTime(json, "expiresAt", details.expires, now);
        if (details.noDedupe) {
            json.writeBooleanField("dedupe", false);
        }
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable String time, Instant now)
            throws IOException {
        if (time != null) {
            json.writeFieldName(name);
            JsonText.write(json, Times.typed(time, now));
        }
    }
}
