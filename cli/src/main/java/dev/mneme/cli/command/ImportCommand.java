package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.imports.CountedInput;
import dev.mneme.cli.imports.ImportFormat;
import dev.mneme.cli.imports.ImportIds;
import dev.mneme.cli.imports.LineFile;
import dev.mneme.cli.imports.MemoryFields;
import dev.mneme.cli.imports.MemoryImport;
import dev.mneme.cli.imports.MemorySource;
import dev.mneme.cli.imports.RecordImport;
import dev.mneme.cli.imports.Refusals;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Imports an export of Mneme, or memories from mem0, JSON lines or CSV.
@Command(
        name = "import",
        header = {
            "Import an export of Mneme or of mem0, JSON lines or CSV. What is there stays as it is.",
        },
        customSynopsis = "mneme import [options] FILE|-",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme import everything.jsonl",
            "  mneme import mem0.json --skip-bad bad.jsonl",
            "  mneme import notes.csv --user alice",
            "  gunzip -c alice.jsonl.gz | mneme import -"
        })
public final class ImportCommand extends Subcommand {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    @Parameters(
            paramLabel = "FILE|-",
            description = "What to import; - is standard input. A file's import that was cut off goes on where it was.")
    String source = "";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "auto (by what is in the file), mneme, mem0, jsonl or csv. Default: auto.")
    String format = "auto";

    @Option(
            names = "--skip-bad",
            paramLabel = "FILE",
            description = "Go on after a bad row, and write it with the reason into this file. Default: stop there.")
    @Nullable
    Path bad;

    @Option(
            names = "--id-as",
            paramLabel = "NAME",
            description = "Keep each memory's id in that file as this member of its metadata.")
    @Nullable
    String idAs;

    @ArgGroup(validate = false, exclusive = false, heading = "%nOf memories that do not say it, each id by itself:%n")
    ImportIds ids = new ImportIds();

    @Override
    ExitStatus run(Session session) {
        boolean input = source.equals("-");
        Path file = Path.of(source);
        if (!input && !Files.isRegularFile(file)) {
            throw Failure.usage("There is no file " + file + ".");
        }
        requireOther(bad, input ? null : file);
        try (InputStream in = input ? session.console().in() : Files.newInputStream(file);
                Refusals refusals = new Refusals(bad)) {
            return run(session, new BufferedInputStream(in, ImportFormat.BEGINNING), input ? null : file, refusals);
        } catch (IOException failure) {
            throw new Failure(
                    ExitStatus.FAILED, "The import broke off: " + failure.getMessage() + ". Run it again.", failure);
        }
    }

    private static void requireOther(@Nullable Path bad, @Nullable Path file) {
        try {
            if (bad != null && file != null && Files.exists(bad) && Files.isSameFile(bad, file)) {
                throw Failure.usage("--skip-bad names the file that is imported: name another for the bad rows.");
            }
        } catch (IOException unreadable) {
            throw new Failure(ExitStatus.FAILED, "The file " + bad + " cannot be looked at.", unreadable);
        }
    }

    private ExitStatus run(Session session, InputStream in, @Nullable Path file, Refusals refusals) throws IOException {
        byte[] beginning = beginning(in);
        ScopeOptions defaults = ids.scope();
        ImportFormat found = format.equals("auto") ? ImportFormat.of(beginning) : ImportFormat.typed(format);
        if (found == ImportFormat.MNEME) {
            if (defaults.given() || idAs != null) {
                throw Failure.usage("An export of Mneme says whose everything is: leave the ids out.");
            }
            LineFile lines = new LineFile(in, RecordImport.MOST_LINE_BYTES);
            return new RecordImport(session, lines, file, refusals).run();
        }
        ImportFormat.requireText(beginning);
        if (format.equals("auto") && !session.quiet() && !session.json()) {
            session.console().note("reading " + source + " as " + found.shown());
        }
        CountedInput counted = new CountedInput(in);
        MemorySource rows = found.open(counted, beginning, new MemoryFields(found, defaults, idAs));
        String how = found.typed() + ", " + defaults.shown() + ", " + idAs;
        return new MemoryImport(session, found, rows, counted, refusals, file, how).run();
    }

    /// The beginning of the file without a byte order mark; `in` then stands after it.
    private static byte[] beginning(InputStream in) throws IOException {
        in.mark(ImportFormat.BEGINNING);
        byte[] beginning = in.readNBytes(ImportFormat.BEGINNING - 1);
        in.reset();
        boolean marked = beginning.length >= BYTE_ORDER_MARK.length
                && Arrays.equals(BYTE_ORDER_MARK, Arrays.copyOf(beginning, BYTE_ORDER_MARK.length));
        if (!marked) {
            return beginning;
        }
        in.skipNBytes(BYTE_ORDER_MARK.length);
        return Arrays.copyOfRange(beginning, BYTE_ORDER_MARK.length, beginning.length);
    }
}
