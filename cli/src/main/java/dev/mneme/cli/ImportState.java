package dev.mneme.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// How far an import of a file has come, in a file beside it, so that one that was cut off goes on
/// where it was. It holds for one server's data and for the file as it was: else the import begins
/// again, which changes nothing that is in.
///
/// @param server the epoch of the server's data
/// @param size of the imported file, in bytes
/// @param modified when that was last changed, in epoch milliseconds
/// @param how the file is read: another format or another owner begins again
/// @param rows that are done, bad ones included: lines, items or rows below a header
/// @param offset where the next line begins, in bytes; 0 for formats whose rows are counted only
record ImportState(
        String server,
        long size,
        long modified,
        String how,
        long rows,
        long offset,
        long added,
        long known,
        long refused) {
    private static final String SUFFIX = ".import-state";

    private static ImportState begin(String server, Path file, String how) throws IOException {
        return new ImportState(
                server, Files.size(file), Files.getLastModifiedTime(file).toMillis(), how, 0, 0, 0, 0, 0);
    }

    ImportState at(long doneRows, long nextOffset, long nowAdded, long nowKnown, long nowRefused) {
        return new ImportState(server, size, modified, how, doneRows, nextOffset, nowAdded, nowKnown, nowRefused);
    }

    private static Path beside(Path file) {
        return file.resolveSibling(file.getFileName() + SUFFIX);
    }

    /// What an earlier run left for this file and this server; else the beginning.
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
            ImportState found = begin.at(
                    number(left, "rows"),
                    number(left, "offset"),
                    number(left, "added"),
                    number(left, "known"),
                    number(left, "refused"));
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

    private static long number(JsonView view, String name) {
        return (long) view.at(name).number(-1);
    }

    /// All of it or nothing.
    void save(Path file) throws IOException {
        String text = JsonText.object(json -> {
            json.writeStringField("server", server);
            json.writeNumberField("size", size);
            json.writeNumberField("modified", modified);
            json.writeStringField("how", how);
            json.writeNumberField("rows", rows);
            json.writeNumberField("offset", offset);
            json.writeNumberField("added", added);
            json.writeNumberField("known", known);
            json.writeNumberField("refused", refused);
        });
        Path draft = file.resolveSibling(file.getFileName() + SUFFIX + ".new");
        Files.writeString(draft, text);
        Files.move(draft, beside(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    static void forget(Path file) throws IOException {
        Files.deleteIfExists(beside(file));
    }

    /// Says at the end what became of the rows.
    static void summarize(Session session, ImportFormat format, long added, long known, long refused) {
        if (session.json()) {
            session.printJson(JsonText.object(json -> {
                json.writeStringField("format", format.typed());
                json.writeNumberField("added", added);
                json.writeNumberField("known", known);
                json.writeNumberField("refused", refused);
            }));
        } else if (!session.quiet()) {
            session.console()
                    .print("Imported " + added + (known > 0 ? ", there already " + known : "")
                            + (refused > 0 ? ", refused " + refused : "") + ".");
        }
    }
}
