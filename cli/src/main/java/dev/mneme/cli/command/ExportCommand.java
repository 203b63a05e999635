package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.terminal.DraftFile;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.view.Progress;
import dev.mneme.cli.view.Sizes;
import dev.mneme.client.JsonText;
import dev.mneme.client.Query;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Exports records as JSON lines.
@Command(
        name = "export",
        header = "Export records with ids, times and history, as JSON lines.",
        customSynopsis = "mneme export [options] FILE|-",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme export everything.jsonl",
            "  mneme export --user alice alice.jsonl",
            "  mneme export --user alice - | gzip > alice.jsonl.gz"
        })
public final class ExportCommand extends Subcommand {
    private static final int BUFFER = 1 << 16;
    private static final int MEGABYTE = 1_000_000;

    @Parameters(paramLabel = "FILE|-", description = "Where to; - is standard output.")
    String target = "";

    @Option(names = "--force", description = "Replace a file that is there.")
    boolean force;

    @ArgGroup(
            validate = false,
            exclusive = false,
            heading = "%nWhose (one owner; default: all that the key may see):%n",
            order = 1)
    ScopeOptions scope = new ScopeOptions();

    @Override
    ExitStatus run(Session session) {
        if (scope.count() > 1) {
            throw Failure.usage("An owner has one id, and " + scope.shown() + " are several: give the highest alone.");
        }
        Query query = scope.on(new Query(Session.API + "/export"));
        if (target.equals("-")) {
            session.server()
                    .download(query, in -> copy(session, in, session.console().out()));
            return ExitStatus.OK;
        }
        Path file = Path.of(target);
        if (Files.exists(file) && !force) {
            throw Failure.usage(file + " is there already: choose another name, or say --force.");
        }
        try {
            long bytes = save(session, query, file);
            show(session, file, bytes);
            return ExitStatus.OK;
        } catch (IOException failure) {
            throw new Failure(ExitStatus.FAILED, "Nothing was exported: " + failure.getMessage() + ".", failure);
        }
    }

    /// Saves the export. It gets the file's name last, so that a file with that name is always complete.
    private static long save(Session session, Query query, Path file) throws IOException {
        try (DraftFile draft = DraftFile.of(file, session.console())) {
            session.server().download(query, in -> copy(session, in, draft.out()));
            return draft.publish();
        }
    }

    private static void copy(Session session, InputStream in, OutputStream out) throws IOException {
        try (Progress progress = new Progress(session, "exporting")) {
            byte[] buffer = new byte[BUFFER];
            long done = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                done += read;
                progress.at(done / MEGABYTE, 0, "MB");
            }
            out.flush();
        }
    }

    private static void show(Session session, Path file, long bytes) {
        if (session.json()) {
            session.printJson(JsonText.object((JsonGenerator json) -> {
                json.writeStringField("file", file.toString());
                json.writeNumberField("bytes", bytes);
            }));
        } else if (session.quiet()) {
            session.console().print(file.toString());
        } else {
            session.console().print("Exported to " + file + " (" + Sizes.shown(bytes) + ").");
        }
    }
}
