package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.terminal.StandardInput;
import dev.mneme.cli.view.Times;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Changes a memory.
@Command(
        name = "update",
        header = "Change a memory; what is not named stays.",
        customSynopsis = "mneme update [options] ID",
        optionListHeading = "%nWhat changes:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme update ID --text \"I am allergic to peanuts and soy\"",
            "  mneme update ID --metadata '{\"source\":null}' --expected-version 3",
            "  mneme update ID --expires never"
        })
public final class UpdateCommand extends Subcommand {
    @Parameters(paramLabel = "ID", description = "The memory's id.")
    String id = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "The new text; - reads standard input.")
    @Nullable
    String text;

    @Option(names = "--metadata", paramLabel = "JSON", description = "Merged into the metadata; null removes a member.")
    @Nullable
    String metadata;

    @Option(names = "--category", paramLabel = "NAME", description = "The new categories. May be repeated.")
    List<String> categories = new ArrayList<>();

    @Option(names = "--expires", paramLabel = "TIME", description = "A time, or 30m, 12h, 7d; never takes it away.")
    @Nullable
    String expires;

    @Option(
            names = "--expected-version",
            paramLabel = "N",
            description = "Only if the memory is at this version; else exit status 4.")
    @Nullable
    Long expectedVersion;

    @Override
    ExitStatus run(Session session) {
        if (text == null && metadata == null && categories.isEmpty() && expires == null) {
            throw Failure.usage("Nothing to change: give --text, --metadata, --category or --expires.");
        }
        Typed.object("--metadata", metadata);
        String newText = "-".equals(text) ? StandardInput.text(session.console().in()) : text;
        Instant now = session.console().clock().instant();
        String body = JsonText.object(json -> {
            JsonText.string(json, "text", newText);
            JsonText.raw(json, "metadata", metadata);
            JsonText.strings(json, "categories", categories);
            if (expires != null) {
                json.writeFieldName("expiresAt");
                JsonText.write(json, expires.equals("never") ? JsonView.NOTHING : Times.typed(expires, now));
            }
            if (expectedVersion != null) {
                json.writeNumberField("expectedVersion", expectedVersion);
            }
        });
        Answer answer = session.server().patch(Query.of(Session.API + "/memories", id), body);
        return session.show(answer, view -> show(session, view.at("memory")));
    }

    private static void show(Session session, JsonView memory) {
        if (!session.quiet()) {
            session.console()
                    .print(Printable.line("Updated " + memory.at("id").text() + " (version "
                            + memory.at("version").text() + ")"));
        }
    }
}
