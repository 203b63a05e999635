package dev.mneme.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends the lines of an export in batches, and remembers how far it came. A line may be sent twice,
/// after a broken connection or a cut: a record that is there stays as it is.
///
/// **Threads**: one.
final class RecordImport {
    /// What is longer is refused here; the server's own limit for a request may be lower.
    static final int MOST_LINE_BYTES = 64 << 20;

    private static final int BATCH_LINES = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int MOST_ATTEMPTS = 10;
    private static final int SHOWN_TEXT = 1_000;
    private static final int TOO_LARGE = 413;
    private static final int MEGABYTE = 1_000_000;

    /// Why a line was refused.
    private record Refusal(LineFile.Line line, String code, int status, String field, String detail) {}

    private final Session session;
    private final LineFile lines;
    private final @Nullable Path file;
    private final @Nullable Path badFile;
    private final List<LineFile.Line> batch = new ArrayList<>();
    private String header = "";
    private long batchBytes;
    private long added;
    private long known;
    private long refused;
    private ExitStatus status = ExitStatus.OK;
    private @Nullable ImportState state;
    private @Nullable OutputStream badLines;

    /// @param file that is imported, if it is one: then what is done is remembered beside it
    /// @param badFile where bad lines go; null: the import ends at the first
    RecordImport(Session session, LineFile lines, @Nullable Path file, @Nullable Path badFile) {
        this.session = session;
        this.lines = lines;
        this.file = file;
        this.badFile = badFile;
    }

    ExitStatus run() throws IOException {
        try (Progress progress = new Progress(session, "importing")) {
            readHeader();
            resume();
            openBadFile();
            for (LineFile.Line line = lines.next(); line != null; line = lines.next()) {
                take(line);
                progress.at(lines.offset() / MEGABYTE, state == null ? 0 : state.size() / MEGABYTE, "MB");
            }
            send();
        } finally {
            if (badLines != null) {
                badLines.close();
            }
        }
        if (file != null) {
            ImportState.forget(file);
        }
        summarize();
        return status;
    }

    private void readHeader() throws IOException {
        LineFile.Line first = lines.next();
        String text = first == null ? null : text(first);
        if (text == null || first == null || !first.whole()) {
            throw Failure.usage("The first line is no export's: is this a file of mneme export?");
        }
        header = text;
    }

    private void resume() throws IOException {
        if (file == null) {
            return;
        }
        String server = session.server()
                .get(new Query(Session.API + "/status"))
                .json()
                .at("epoch")
                .text();
        ImportState found = ImportState.of(server, file);
        state = found;
        if (found.lines() > 0) {
            lines.skipTo(found.lines(), found.offset());
            added = found.added();
            known = found.known();
            refused = found.refused();
            session.console().note("going on after line " + found.lines() + ", where the last import was cut off");
        }
    }

    private void openBadFile() throws IOException {
        if (badFile == null) {
            return;
        }
        boolean resumed = state != null && state.lines() > 0;
        if (!resumed) {
            Files.deleteIfExists(badFile);
        }
        if (!Files.exists(badFile)) {
            Files.createFile(badFile, OwnerOnly.file());
        }
        badLines = Files.newOutputStream(badFile, StandardOpenOption.APPEND);
    }

    private void take(LineFile.Line line) throws IOException {
        if (line.whole() && line.blank()) {
            return;
        }
        if (!line.whole()) {
            send();
            refuse(new Refusal(line, "too_large", TOO_LARGE, "line", "A line may have 64 MiB at most."));
        } else if (text(line) == null) {
            send();
            refuse(new Refusal(line, "invalid_request", 400, "line", "The line must be well-formed UTF-8."));
        } else {
            if (batch.size() == BATCH_LINES || batchBytes + line.bytes().length > BATCH_BYTES) {
                send();
            }
            batch.add(line);
            batchBytes += line.bytes().length;
        }
    }

    /// The line's text; null when it is no UTF-8.
    private static @Nullable String text(LineFile.Line line) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.bytes()))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    private void send() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        List<LineFile.Line> sent = List.copyOf(batch);
        batch.clear();
        batchBytes = 0;
        send(sent);
    }

    private void send(List<LineFile.Line> sent) throws IOException {
        Answer answer = post(sent);
        if (answer.status() == TOO_LARGE && sent.size() > 1) {
            for (LineFile.Line each : sent) {
                send(List.of(each));
            }
        } else if (answer.status() == TOO_LARGE) {
            Failure why = answer.problem();
            refuse(new Refusal(sent.getFirst(), "too_large", TOO_LARGE, "line", why.detail()));
        } else if (answer.failed()) {
            throw session.server().explained(answer);
        } else {
            count(answer.json(), sent);
        }
    }

    /// Waits where the server says that it has too much to do.
    private Answer post(List<LineFile.Line> sent) {
        StringBuilder body = new StringBuilder(header).append('\n');
        sent.forEach(line -> body.append(text(line)).append('\n'));
        String path = Session.API + "/import?onError=" + (badFile == null ? "stop" : "skip");
        for (int attempt = 1; ; attempt++) {
            Answer answer = session.server().postLines(path, body.toString());
            boolean busy = answer.status() == 429 || answer.status() == 503;
            if (!busy || attempt == MOST_ATTEMPTS) {
                return answer;
            }
            pause(answer, attempt);
        }
    }

    private void pause(Answer answer, int attempt) {
        double asked = answer.json().at("retryAfterMillis").number(1_000);
        try {
            session.console().pause().millis((long) Math.min(30_000, asked * attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitStatus.FAILED, "Interrupted: run it again to go on.", e);
        }
    }

    private void count(JsonView answer, List<LineFile.Line> sent) throws IOException {
        long newlyAdded = 0;
        long newlyKnown = 0;
        List<Refusal> refusals = new ArrayList<>();
        for (JsonView item : answer.at("items").items()) {
            int at = (int) item.at("line").number(0) - 2; // the header was line 1
            if (at < 0 || at >= sent.size()) {
                throw new IOException("the server's answer names a line that was not sent");
            }
            JsonView error = item.at("error");
            if (error.present()) {
                refusals.add(new Refusal(
                        sent.get(at),
                        error.at("code").text(),
                        (int) error.at("status").number(500),
                        error.at("field").text(),
                        error.at("detail").text()));
            } else if (item.at("event").text().equals("NONE")) {
                newlyKnown++;
            } else {
                newlyAdded++;
            }
        }
        added += newlyAdded;
        known += newlyKnown;
        for (Refusal refusal : refusals) {
            refuse(refusal);
        }
        if (newlyAdded + newlyKnown + refusals.size() != sent.size()) {
            throw new IOException("the server's answer leaves lines out");
        }
        done(sent.getLast().number(), sent.getLast().end());
    }

    private void refuse(Refusal refusal) throws IOException {
        LineFile.Line line = refusal.line();
        ExitStatus why = ExitStatus.of(refusal.code(), refusal.status());
        String named = refusal.field().isEmpty() ? "" : " (field: " + refusal.field() + ")";
        OutputStream bad = badLines;
        if (bad == null) {
            done(line.number() - 1, line.offset());
            throw new Failure(
                    why,
                    "Line " + line.number() + ": " + refusal.detail() + named + " The " + (added + known)
                            + " records before it are in. Mend it and run the same command again, or"
                            + " go on without bad lines with --skip-bad FILE.");
        }
        refused++;
        bad.write(JsonText.object(json -> {
                    json.writeNumberField("line", line.number());
                    json.writeStringField("code", refusal.code());
                    json.writeStringField("field", refusal.field());
                    json.writeStringField("detail", refusal.detail());
                    json.writeStringField("text", shown(line));
                })
                .getBytes(StandardCharsets.UTF_8));
        bad.write('\n');
        status = status == ExitStatus.OK ? why : status;
    }

    /// What is no UTF-8 is shown as well as can be, and of what is too long the beginning.
    private static String shown(LineFile.Line line) {
        String text = new String(line.bytes(), StandardCharsets.UTF_8);
        return line.whole() ? text : text.substring(0, Math.min(SHOWN_TEXT, text.length()));
    }

    private void done(long lineNumber, long offset) throws IOException {
        ImportState now = state;
        if (now != null && file != null && lineNumber > 0) {
            now = now.at(lineNumber, offset, added, known, refused);
            now.save(file);
            state = now;
        }
    }

    private void summarize() {
        if (session.json()) {
            session.printJson(JsonText.object(json -> {
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
