package dev.mneme.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Imports the lines of an export.
@Command(
        name = "import",
        header = "Import an export. What is there stays as it is.",
        customSynopsis = "mneme import [options] FILE|-",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme import everything.jsonl",
            "  mneme import everything.jsonl --skip-bad bad.jsonl",
            "  gunzip -c alice.jsonl.gz | mneme import -"
        })
final class ImportCommand extends Subcommand {
    @Parameters(
            paramLabel = "FILE|-",
            description = "The export; - is standard input. A file's import that was cut off goes on where it was.")
    String source = "";

    @Option(
            names = "--skip-bad",
            paramLabel = "FILE",
            description = "Go on after a bad line, and write it with the reason into this file. Default: stop there.")
    @Nullable
    Path bad;

    @Override
    ExitStatus run(Session session) {
        try {
            if (source.equals("-")) {
                try (LineFile lines = new LineFile(session.console().in(), RecordImport.MOST_LINE_BYTES)) {
                    return new RecordImport(session, lines, null, bad).run();
                }
            }
            Path file = Path.of(source);
            if (!Files.isRegularFile(file)) {
                throw Failure.usage("There is no file " + file + ".");
            }
            try (LineFile lines = new LineFile(Files.newInputStream(file), RecordImport.MOST_LINE_BYTES)) {
                return new RecordImport(session, lines, file, bad).run();
            }
        } catch (IOException failure) {
            throw new Failure(
                    ExitStatus.FAILED, "The import broke off: " + failure.getMessage() + ". Run it again.", failure);
        }
    }
}
