package dev.mneme.cli.imports;

import dev.mneme.cli.connection.Patience;
import dev.mneme.cli.connection.Problems;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.view.Progress;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends the lines of an export in batches, and remembers how far it came. A line may be sent twice, after a broken
/// connection or a cut: a record that is already there stays as it is.
///
/// **Threads**: one.
public final class RecordImport {
    /// Longer lines are refused here; the server's own limit of a request may be lower.
    public static final int MOST_LINE_BYTES = 64 << 20;

    private static final int BATCH_LINES = 500;
    private static final int BATCH_BYTES = 1 << 20;
    private static final int SHOWN_TEXT = 1_000;
    private static final int TOO_LARGE = 413;
    private static final int MEGABYTE = 1_000_000;

    private final Session session;
    private final LineFile lines;
    private final @Nullable Path file;
    private final Refusals refusals;
    private final List<LineFile.Line> batch = new ArrayList<>();
    private String header = "";
    private long batchBytes;
    private ImportTally tally = ImportTally.NONE;
    private @Nullable ImportState state;

    /// @param file the imported file, if it is one: then progress is remembered beside it
    public RecordImport(Session session, LineFile lines, @Nullable Path file, Refusals refusals) {
        this.session = session;
        this.lines = lines;
        this.file = file;
        this.refusals = refusals;
    }

    public ExitStatus run() throws IOException {
        try (Progress progress = new Progress(session, "importing")) {
            readHeader();
            resume();
            refusals.open(state != null && state.rows() > 0);
            for (LineFile.Line line = lines.next(); line != null; line = lines.next()) {
                take(line);
                progress.at(lines.offset() / MEGABYTE, state == null ? 0 : state.size() / MEGABYTE, "MB");
            }
            send();
        }
        if (file != null) {
            ImportState.forget(file);
        }
        tally.print(session, ImportFormat.MNEME);
        return tally.first();
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
        ImportState found = ImportState.of(session, file, ImportFormat.MNEME.typed());
        state = found;
        if (found.rows() > 0) {
            lines.skipTo(found.rows(), found.offset());
            tally = found.tally();
            session.console().note("going on after line " + found.rows() + ", where the last import was cut off");
        }
    }

    private void take(LineFile.Line line) throws IOException {
        if (line.whole() && line.blank()) {
            return;
        }
        if (!line.whole()) {
            send();
            refuse(line, "too_large", TOO_LARGE, "line", "A line may have 64 MiB at most.");
            done(line.number(), line.end());
        } else if (text(line) == null) {
            send();
            refuse(line, "invalid_request", 400, "line", "The line must be well-formed UTF-8.");
            done(line.number(), line.end());
        } else {
            if (batch.size() == BATCH_LINES || batchBytes + line.bytes().length > BATCH_BYTES) {
                send();
            }
            batch.add(line);
            batchBytes += line.bytes().length;
        }
    }

    /// The line's text; null when it is not UTF-8.
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
            Failure why = Problems.explained(answer);
            LineFile.Line line = sent.getFirst();
            refuse(line, "too_large", TOO_LARGE, "line", why.detail());
            done(line.number(), line.end());
        } else if (answer.failed()) {
            throw session.server().explained(answer);
        } else {
            count(answer.json(), sent);
        }
    }

    /// Sends lines, waiting while the server is overloaded.
    private Answer post(List<LineFile.Line> sent) {
        StringBuilder body = new StringBuilder(header).append('\n');
        sent.forEach(line -> body.append(text(line)).append('\n'));
        String path = Session.API + "/import?onError=" + (refusals.skipped() ? "skip" : "stop");
        return Patience.ask(session, () -> session.server().postLines(path, body.toString()));
    }

    private void count(JsonView answer, List<LineFile.Line> sent) throws IOException {
        long newlyAdded = 0;
        long newlyKnown = 0;
        List<Refused> refusedLines = new ArrayList<>();
        for (JsonView item : answer.at("items").items()) {
            int at = (int) item.at("line").number(0) - 2; // the header was line 1
            if (at < 0 || at >= sent.size()) {
                throw new IOException("the server's answer names a line that was not sent");
            }
            JsonView error = item.at("error");
            if (error.present()) {
                refusedLines.add(new Refused(
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
        tally = tally.in(newlyAdded, newlyKnown);
        for (Refused each : refusedLines) {
            refuse(each.line(), each.code(), each.status(), each.field(), each.detail());
        }
        if (newlyAdded + newlyKnown + refusedLines.size() != sent.size()) {
            throw new IOException("the server's answer leaves lines out");
        }
        done(sent.getLast().number(), sent.getLast().end());
    }

    private void refuse(LineFile.Line line, String code, int status, String field, String detail) throws IOException {
        if (!refusals.skipped()) {
            done(line.number() - 1, line.offset());
        }
        ExitStatus why = refusals.add(
                new Refusals.Refusal("line", line.number(), code, status, field, detail, shown(line)), tally.in());
        tally = tally.refuse(why);
    }

    /// The line as it can be shown: bytes that are not UTF-8 are replaced, and a line that is too long is cut.
    private static String shown(LineFile.Line line) {
        String text = new String(line.bytes(), StandardCharsets.UTF_8);
        return line.whole() ? text : text.substring(0, Math.min(SHOWN_TEXT, text.length()));
    }

    private void done(long lineNumber, long offset) throws IOException {
        ImportState now = state;
        if (now != null && file != null && lineNumber > 0) {
            now = now.at(lineNumber, offset, tally);
            now.save(file);
            state = now;
        }
    }

    /// A refused line of an answer.
    private record Refused(LineFile.Line line, String code, int status, String field, String detail) {}
}
