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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Adds the memories of a file in batches, one after another, so that each owner's come in the order of the file, and
/// remembers how far it came. A row that is sent twice (after a broken connection, after a cut, or when the file is
/// imported again) is stored once: the server knows a batch by its idempotency key, which is derived from the batch's
/// contents, and later a memory by its ids, text, role and time.
///
/// **Threads**: one.
public final class MemoryImport {
    private static final int BATCH_ROWS = 256;
    /// As much as two cores embed in some seconds.
    private static final int BATCH_CHARACTERS = 256 << 10;
    private static final int TOO_LARGE = 413;
    /// The code for an owner's rows when the server took other rows of that owner under the same key.
    private static final String KEY_REUSED = "idempotency_key_reused";

    private final Session session;
    private final ImportFormat format;
    private final MemorySource source;
    private final CountedInput in;
    private final Refusals refusals;
    private final @Nullable Path file;
    private final String how;
    private final List<ImportRow.Memory> batch = new ArrayList<>();
    private int batchCharacters;
    private int batchRows = BATCH_ROWS;
    private long rows;
    private long rowsBefore;
    private double shareBefore;
    private ImportTally tally = ImportTally.NONE;
    private @Nullable ImportState state;

    /// @param in what `source` reads from
    /// @param file the imported file, if it is one: then progress is remembered beside it
    /// @param how the file is read, in words that change when that does
    public MemoryImport(
            Session session,
            ImportFormat format,
            MemorySource source,
            CountedInput in,
            Refusals refusals,
            @Nullable Path file,
            String how) {
        this.session = session;
        this.format = format;
        this.source = source;
        this.in = in;
        this.refusals = refusals;
        this.file = file;
        this.how = how;
    }

    public ExitStatus run() throws IOException {
        try (Progress progress = new Progress(session, "importing")) {
            resume();
            refusals.open(rowsBefore > 0);
            for (ImportRow row = source.next(); row != null; row = source.next()) {
                take(row, progress);
            }
            send(progress);
        }
        if (file != null) {
            ImportState.forget(file);
        }
        tally.print(session, format);
        return tally.first();
    }

    private void resume() throws IOException {
        if (file == null) {
            return;
        }
        ImportState found = ImportState.of(session, file, how);
        state = found;
        if (found.rows() == 0) {
            return;
        }
        while (rows < found.rows() && source.next() != null) {
            rows++;
        }
        if (found.batch() > 0 && found.batch() <= BATCH_ROWS) {
            batchRows = found.batch();
        }
        rowsBefore = rows;
        shareBefore = share();
        tally = found.tally();
        session.console().note("going on after " + rows + " " + source.unit() + "s, where the last import was cut off");
    }

    private void take(ImportRow row, Progress progress) throws IOException {
        switch (row) {
            case ImportRow.Memory memory -> {
                int length = memory.json().length();
                if (batch.size() >= batchRows || batchCharacters + length > BATCH_CHARACTERS) {
                    send(progress);
                }
                batch.add(memory);
                batchCharacters += length;
            }
            case ImportRow.Bad bad -> {
                send(progress);
                refuse(bad, bad.code().equals("too_large") ? TOO_LARGE : 400);
                done(1);
            }
            case ImportRow.Broken broken -> {
                send(progress);
                String unit = source.unit();
                throw Failure.usage(Character.toUpperCase(unit.charAt(0)) + unit.substring(1) + " " + broken.number()
                        + " " + broken.detail() + " " + Refusals.before(tally.in(), "memory", "memories")
                        + " Mend the file and run the same command again.");
            }
        }
    }

    private void send(Progress progress) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        MemoryBatch sent = MemoryBatch.of(batch);
        batch.clear();
        batchCharacters = 0;
        send(sent);
        progress.rows(rows, share(), rows - rowsBefore, shareBefore);
    }

    private double share() {
        return state == null || state.size() == 0 ? -1 : (double) in.count() / state.size();
    }

    /// Sends a batch, and divides it if it is too much for one request, or takes the server too long.
    private void send(MemoryBatch sent) throws IOException {
        Answer answer = ask(sent);
        if (answer.status() == TOO_LARGE && sent.size() > 1) {
            int before = batchRows;
            batchRows = 1;
            sendAll(sent.singles());
            batchRows = before;
        } else if (answer.status() == Answer.GATEWAY_TIMEOUT && sent.divisible()) {
            batchRows = sent.size() / 2;
            sendAll(sent.halves());
        } else {
            settle(answer, sent);
            done(sent.size());
        }
    }

    private void sendAll(List<MemoryBatch> parts) throws IOException {
        for (MemoryBatch part : parts) {
            send(part);
        }
    }

    private Answer ask(MemoryBatch sent) {
        return Patience.ask(
                session, () -> session.server().postWork(Session.API + "/memories", sent.body(), sent.key()));
    }

    private void settle(Answer answer, MemoryBatch sent) throws IOException {
        if (answer.status() == TOO_LARGE && sent.size() == 1) {
            ImportRow.Memory row = sent.rows().getFirst();
            refuse(bad(row, "too_large", "", Problems.explained(answer).detail()), TOO_LARGE);
        } else if (answer.status() == Answer.GATEWAY_TIMEOUT) {
            throw new Failure(
                    ExitStatus.UNAVAILABLE,
                    "The server did not answer in time for what begins with " + source.unit() + " "
                            + sent.rows().getFirst().number()
                            + ". Run the same command again: it goes on, and brings nothing in twice.");
        } else if (answer.failed()) {
            throw session.server().explained(answer);
        } else {
            count(answer, sent);
        }
    }

    /// Counts the results. If the batch had been answered before, what was added then is already there.
    private void count(Answer answer, MemoryBatch sent) throws IOException {
        List<JsonView> outcomes = answer.json().at("items").items();
        if (outcomes.size() != sent.size()) {
            throw new IOException("the server's answer leaves memories out");
        }
        List<ImportRow.Memory> again = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            JsonView outcome = outcomes.get(i);
            JsonView error = outcome.at("error");
            if (error.at("code").text().equals(KEY_REUSED) && sent.mayBeSentAgain()) {
                again.add(sent.rows().get(i));
            } else if (error.present()) {
                refuse(error, sent.rows().get(i), i);
            } else if (outcome.at("event").text().equals("ADD") && !answer.replayed()) {
                tally = tally.in(1, 0);
            } else {
                tally = tally.in(0, 1);
            }
        }
        if (!again.isEmpty()) {
            MemoryBatch next = sent.again(again);
            settle(ask(next), next);
        }
    }

    /// Refuses a row. The server names the field as part of the request.
    private void refuse(JsonView error, ImportRow.Memory row, int at) throws IOException {
        String place = "items[" + at + "]";
        String field = error.at("field").text();
        String own = field.startsWith(place + ".") ? field.substring(place.length() + 1) : field;
        String detail = error.at("detail").text().replace(place + ".", "");
        refuse(bad(row, error.at("code").text(), own, detail), (int)
                error.at("status").number(500));
    }

    private static ImportRow.Bad bad(ImportRow.Memory row, String code, String field, String detail) {
        return new ImportRow.Bad(row.number(), code, field, detail, row.text().get());
    }

    private void refuse(ImportRow.Bad row, int status) throws IOException {
        ExitStatus why = refusals.add(
                new Refusals.Refusal(
                        source.unit(), row.number(), row.code(), status, row.field(), row.detail(), row.text()),
                tally.in());
        tally = tally.refuse(why);
    }

    private void done(int more) throws IOException {
        rows += more;
        ImportState now = state;
        if (now != null && file != null) {
            now = now.at(rows, 0, tally).inBatchesOf(batchRows);
            now.save(file);
            state = now;
        }
    }
}
