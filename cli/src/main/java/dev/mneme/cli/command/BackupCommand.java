package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.DraftFile;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.view.Progress;
import dev.mneme.cli.view.Sizes;
import dev.mneme.client.JsonText;
import dev.mneme.client.MnemeClient.LongAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Takes a backup of a running server.
@Command(
        name = "backup",
        header = "Copy everything into one file, while the server goes on.",
        customSynopsis = "mneme backup [options] FILE|DIR",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme backup /backups                      a file named by the time",
            "  mneme backup monday.backup --force",
            "  mneme restore monday.backup --data /new/folder"
        })
public final class BackupCommand extends Subcommand {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final int BUFFER = 1 << 16;
    private static final int MEGABYTE = 1_000_000;

    @Parameters(paramLabel = "FILE|DIR", description = "Where to; in a folder the file is named by the time.")
    Path target = Path.of("");

    @Option(names = "--force", description = "Replace a file that is there.")
    boolean force;

    @Override
    ExitStatus run(Session session) {
        Path file = Files.isDirectory(target)
                ? target.resolve(
                        "mneme-" + TIME.format(session.console().clock().instant()) + ".backup")
                : target;
        if (Files.exists(file) && !force) {
            throw Failure.usage(file + " is there already: choose another name, or say --force.");
        }
        try {
            long bytes = save(session, file);
            show(session, file, bytes);
            return ExitStatus.OK;
        } catch (IOException failure) {
            throw new Failure(ExitStatus.FAILED, "No backup was made: " + failure.getMessage() + ".", failure);
        }
    }

    /// Saves the backup. It gets the file's name last, so that a file with that name is always complete.
    private long save(Session session, Path file) throws IOException {
        if (Files.isDirectory(target)) {
            clearUnfinished(target, session.console());
        }
        try (DraftFile draft = DraftFile.of(file, session.console())) {
            download(session, draft.out());
            requireWhole(draft.path());
            return draft.publish();
        }
    }

    /// In a folder, the next backup has another name, so drafts that killed processes left would stay for ever.
    private static void clearUnfinished(Path folder, Console console) throws IOException {
        try (DirectoryStream<Path> drafts = Files.newDirectoryStream(folder, "mneme-*.backup" + DraftFile.SUFFIX)) {
            for (Path draft : drafts) {
                DraftFile.clear(draft, console); // or another backup is being written there
            }
        }
    }

    private static void download(Session session, OutputStream out) throws IOException {
        try (LongAnswer answer = session.server().post(Session.API + "/backups", "application/zip");
                InputStream in = answer.body();
                Progress progress = new Progress(session, "backing up")) {
            byte[] buffer = new byte[BUFFER];
            long all = answer.number("Mneme-Backup-Bytes");
            long done = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                done += read;
                progress.at(done / MEGABYTE, all / MEGABYTE, "MB");
            }
        }
    }

    private static void requireWhole(Path draft) throws IOException {
        try (ZipFile zip = new ZipFile(draft.toFile())) {
            if (zip.getEntry("manifest") == null) {
                throw new IOException("what came is no backup");
            }
        } catch (ZipException broken) {
            throw new IOException("what came is cut off", broken);
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
            session.console().print("Backed up to " + file + " (" + Sizes.shown(bytes) + ").");
        }
    }
}
