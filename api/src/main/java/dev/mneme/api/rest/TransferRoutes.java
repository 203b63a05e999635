package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.TOO_LARGE;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.BodySource;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.ExportReading;
import dev.mneme.api.json.ExportWriting;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.transfer.RecordExportService;
import dev.mneme.core.transfer.RecordImportService;
import dev.mneme.core.transfer.RecordImportService.Item;
import dev.mneme.core.transfer.RecordImportService.Result;
import dev.mneme.wire.ExportLine;
import dev.mneme.wire.ImportAnswer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/api/v1/export` and `/api/v1/import`: records with ids, times and history as JSON lines.
final class TransferRoutes {
    static final String LINES = "application/jsonl";
    private static final int MAX_LINES = 1_000;
    private static final Tag TAG = new Tag("transfer", "Records with ids, times and history, from store to store");
    private static final Parameter ON_ERROR = Parameter.string(
                    "onError", "at a bad line: stop there, or skip it and go on with the next")
            .oneOf("stop", "skip")
            .otherwise("stop");

    private final RecordExportService exports;
    private final RecordImportService imports;

    TransferRoutes(RecordExportService exports, RecordImportService imports) {
        this.exports = exports;
        this.imports = imports;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/export")
                        .access(Access.ADMIN)
                        .named("exportRecords", TAG, "Export all that the key may see, or one owner's, as JSON lines")
                        .query(Scopes.PARAMETERS)
                        .gives(Reply.page(LINES, "the header, then a record a line"))
                        .errors(OVERLOADED)
                        .by(this::export),
                Route.post("/api/v1/import")
                        .access(Access.ADMIN)
                        .named("importRecords", TAG, "Import lines of an export; what is there stays as it is")
                        .query(ON_ERROR)
                        .takesLines(ExportLine.class)
                        .gives(Reply.json(200, ImportAnswer.class, "what became of each line"))
                        .errors(TOO_LARGE)
                        .by(this::take));
    }

    private Answer export(Request request) {
        return Answer.download(LINES, new Lines(exports.begin(request.caller(), owner(request.query()))));
    }

    /// The owner of the one id that is given; null for everybody.
    private static @Nullable Owner owner(Query query) {
        List<Owner> owners = Arrays.stream(OwnerKind.values())
                .filter(kind -> query.filled(kind.fieldName()) != null)
                .map(kind -> new Owner(Owner.DEFAULT_PROJECT, kind, String.valueOf(query.filled(kind.fieldName()))))
                .toList();
        if (owners.size() > 1) {
            throw MnemeException.invalid(
                    owners.getLast().kind().fieldName(), "An export is of one owner: give its highest id alone.");
        }
        return owners.isEmpty() ? null : owners.getFirst();
    }

    private record Lines(RecordExportService.Export export) implements BodySource {
        @Override
        public void writeTo(OutputStream out) throws IOException {
            line(out, ExportWriting.header());
            try {
                export.read(exported -> {
                    try {
                        line(out, ExportWriting.line(exported));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        private static void line(OutputStream out, ExportLine line) throws IOException {
            out.write(JsonWriter.bytes(line));
            out.write('\n');
        }

        @Override
        public void close() {
            export.close();
        }
    }

    private Answer take(Request request) {
        List<byte[]> lines = lines(request.body());
        if (lines.isEmpty()) {
            throw MnemeException.invalid("body", "The body is empty: send an export's lines, the header first.");
        }
        ParsedHeap heap = request.parsedHeap();
        ExportReading.header(lines.getFirst(), heap);
        List<Item> items = lines.subList(1, lines.size()).stream()
                .map(line -> item(line, heap))
                .toList();
        boolean skipBad = "skip".equals(request.query().text(ON_ERROR));
        return Answer.json(200, answer(imports.take(request.caller(), items, skipBad)));
    }

    private static Item item(byte[] line, ParsedHeap heap) {
        try {
            return new Item.Valid(ExportReading.record(line, heap), line.length);
        } catch (MnemeException e) {
            if (e.code() == OVERLOADED) {
                throw e; // no fault of the line
            }
            heap.addRefusal();
            return new Item.Invalid(e);
        }
    }

    /// The lines. Each ends with a line feed, which may be missing after the last one.
    private static List<byte[]> lines(byte[] body) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < body.length; i++) {
            if (body[i] == '\n') {
                requireRoom(lines);
                lines.add(Arrays.copyOfRange(body, from, i));
                from = i + 1;
            }
        }
        if (from < body.length) {
            requireRoom(lines);
            lines.add(Arrays.copyOfRange(body, from, body.length));
        }
        return lines;
    }

    private static void requireRoom(List<byte[]> lines) {
        if (lines.size() > MAX_LINES) {
            throw MnemeException.invalid(
                    "body",
                    "An import takes the header and " + MAX_LINES + " lines at a time: send the rest after it.");
        }
    }

    private static ImportAnswer answer(List<Result> results) {
        List<ImportAnswer.Line> items = new ArrayList<>();
        int added = 0;
        int known = 0;
        for (int i = 0; i < results.size(); i++) {
            int number = i + 2; // the header is line 1
            switch (results.get(i)) {
                case Result.Done(MemoryEvent event) -> {
                    items.add(new ImportAnswer.Line(number, event.name(), null));
                    added += event == MemoryEvent.NONE ? 0 : 1;
                    known += event == MemoryEvent.NONE ? 1 : 0;
                }
                case Result.Refused(MnemeException failure) ->
                    items.add(new ImportAnswer.Line(number, null, ErrorMapping.problem(failure, false, null)));
            }
        }
        return new ImportAnswer(added, known, items);
    }
}
