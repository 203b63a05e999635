package dev.mneme.cli.imports;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import dev.mneme.client.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// How far an import of a file has come, kept in a file beside it, so that an import that was cut off can go on. It is
/// valid for the data of one server, and for the file as it was; otherwise the import begins again, which changes
/// nothing that is already imported.
///
/// @param server the epoch of the server's data
/// @param size of the imported file, in bytes
/// @param modified when the file was last changed, in epoch milliseconds
/// @param how the file is read: another format or another owner begins again
/// @param rows that are done, bad ones included: lines, items, or rows below a header
/// @param offset where the next line begins, in bytes; 0 for formats whose rows are only counted
/// @param batch how many rows the latest request had; 0 where that does not matter. What was sent and may have arrived
///     is sent again as the same request, so that its idempotency key is the same
/// @param tally the results of those rows
record ImportState(
        String server, long size, long modified, String how, long rows, long offset, int batch, ImportTally tally) {
    private static final String SUFFIX = ".import-state";

    private static ImportState begin(String server, Path file, String how) throws IOException {
        return new ImportState(
                server, Files.size(file), Files.getLastModifiedTime(file).toMillis(), how, 0, 0, 0, ImportTally.NONE);
    }

    ImportState at(long doneRows, long nextOffset, ImportTally now) {
        return new ImportState(server, size, modified, how, doneRows, nextOffset, batch, now);
    }

    ImportState inBatchesOf(int batchRows) {
        return new ImportState(server, size, modified, how, rows, offset, batchRows, tally);
    }

    private static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    /// The state that an earlier run left for this file and this server; otherwise the beginning.
    static ImportState of(Session session, Path file, String how) throws IOException {
        String server = session.server()
                .get(new Query(Session.API + "/status"))
                .json()
                .at("epoch")
                .text();
        ImportState begin = begin(server, file, how);
        Path state = beside(file);
        if (!Files.exists(state)) {
            return begin;
        }
        try {
            JsonView left = JsonView.parse(Files.readAllBytes(state));
            ImportState found = begin.at(number(left, "rows"), number(left, "offset"), tally(left))
                    .inBatchesOf((int) Math.max(0, number(left, "batch")));
            boolean same = left.at("server").text().equals(server)
                    && left.at("how").text().equals(how)
                    && number(left, "size") == begin.size
                    && number(left, "modified") == begin.modified;
            boolean possible = found.rows > 0 && found.offset >= 0 && found.offset <= begin.size;
            return same && possible ? found : begin;
        } catch (IOException unreadable) {
            return begin;
        }
    }

    private static ImportTally tally(JsonView left) throws IOException {
        ExitStatus first = ExitStatus.ofCode((int) number(left, "status"))
                .orElseThrow(() -> new IOException("the state is of another version"));
        return new ImportTally(number(left, "added"), number(left, "known"), number(left, "refused"), first);
    }

    private static long number(JsonView view, String name) {
        return (long) view.at(name).number(-1);
    }

    /// Saves all of it or nothing.
    void save(Path file) throws IOException {
        String text = JsonText.object(json -> {
            json.writeStringField("server", server);
            json.writeNumberField("size", size);
            json.writeNumberField("modified", modified);
            json.writeStringField("how", how);
            json.writeNumberField("rows", rows);
            json.writeNumberField("offset", offset);
            json.writeNumberField("batch", batch);
            json.writeNumberField("added", tally.added());
            json.writeNumberField("known", tally.known());
            json.writeNumberField("refused", tally.refused());
            json.writeNumberField("status", tally.first().code());
        });
        Path draft = file.resolveSibling(file.getFileName() + SUFFIX + ".new");
        Files.writeString(draft, text);
        Files.move(draft, beside(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static void forget(Path file) throws IOException {
        Files.deleteIfExists(beside(file));
    }
}
