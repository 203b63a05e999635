package dev.mneme.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.cli.terminal.StandardInput;
import dev.mneme.cli.view.Progress;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Sends each line of standard input as one memory, in batches. A line that the server refuses is named on standard
/// error, and the others go on; the exit status is then that of the first refused line.
final class LineImport {
    private static final int BATCH_ITEMS = 1_000;
    /// Well under the server's default limit of a request (8 MiB), however much the JSON adds.
    private static final int BATCH_BYTES = 2 << 20;

    /// Writes the members that all items have.
    @FunctionalInterface
    interface Shared {
        void writeTo(JsonGenerator json, Instant now) throws IOException;
    }

    private record Line(long number, String text) {}

    private final Session session;
    private final JsonText.Part defaults;
    private final Shared shared;
    private final String idempotencyKey;
    private final StringWriter merged = new StringWriter();
    private ExitStatus status = ExitStatus.OK;
    private long added;
    private long known;
    private long refused;
    private int batches;

    LineImport(Session session, JsonText.Part defaults, Shared shared, @Nullable String idempotencyKey) {
        this.session = session;
        this.defaults = defaults;
        this.shared = shared;
        this.idempotencyKey =
                idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
    }

    ExitStatus run() {
        try (JsonGenerator json = JsonView.FACTORY.createGenerator(merged)) {
            json.writeStartObject();
            json.writeArrayFieldStart("items");
            try (Progress progress = new Progress(session, "adding")) {
                sendAll(json, progress);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException failure) {
            throw StandardInput.described(failure);
        } finally {
            summarize();
        }
        if (session.json()) {
            session.printJson(merged.toString());
        }
        return status;
    }

    private void summarize() {
        if (!session.json() && !session.quiet()) {
            session.console()
                    .print("Added " + added + (known > 0 ? ", already known " + known : "")
                            + (refused > 0 ? ", refused " + refused : "") + ".");
        }
    }

    private void sendAll(JsonGenerator json, Progress progress) throws IOException {
        BufferedReader reader = StandardInput.lines(session.console().in());
        List<Line> batch = new ArrayList<>();
        int bytes = 0;
        long number = 0;
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            number++;
            if (text.isBlank()) {
                continue;
            }
            int size = text.getBytes(StandardCharsets.UTF_8).length;
            if (!batch.isEmpty() && (batch.size() == BATCH_ITEMS || bytes + size > BATCH_BYTES)) {
                send(batch, json);
                progress.rows(added + known + refused, -1, added + known + refused, 0);
                batch.clear();
                bytes = 0;
            }
            batch.add(new Line(number, text));
            bytes += size;
        }
        if (!batch.isEmpty()) {
            send(batch, json);
        }
    }

    private void send(List<Line> batch, JsonGenerator json) throws IOException {
        Instant now = session.console().clock().instant();
        String body = JsonText.object(out -> {
            defaults.writeTo(out);
            out.writeArrayFieldStart("items");
            for (Line line : batch) {
                out.writeStartObject();
                out.writeStringField("text", line.text());
                shared.writeTo(out, now);
                out.writeEndObject();
            }
            out.writeEndArray();
        });
        batches++;
        Answer answer = post(body, batch);
        count(answer.json().at("items").items(), batch);
        if (session.json()) {
            try {
                JsonText.copyItems(answer.text(), "items", json);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    private Answer post(String body, List<Line> batch) {
        try {
            return session.server().post(Session.API + "/memories", body, idempotencyKey + "-" + batches);
        } catch (Failure failure) {
            if (batches == 1) {
                throw failure;
            }
            throw new Failure(
                    failure.status(),
                    failure.detail() + " The lines before line "
                            + batch.getFirst().number() + " are done.",
                    failure);
        }
    }

    private void count(List<JsonView> results, List<Line> batch) {
        for (int i = 0; i < results.size(); i++) {
            JsonView result = results.get(i);
            if (result.at("error").present()) {
                refuse(result.at("error"), batch.get(Math.min(i, batch.size() - 1)));
            } else if (result.at("event").text().equals("ADD")) {
                added++;
                printId(result);
            } else {
                known++;
                printId(result);
            }
        }
    }

    private void printId(JsonView result) {
        if (session.quiet() && !session.json()) {
            session.console().print(Printable.line(result.at("memory").at("id").text()));
        }
    }

    private void refuse(JsonView problem, Line line) {
        refused++;
        session.console()
                .note("line " + line.number() + ": " + problem.at("detail").text());
        if (status == ExitStatus.OK) {
            status = ExitStatus.of(
                    problem.at("code").text(), (int) problem.at("status").number(500));
        }
    }
}
