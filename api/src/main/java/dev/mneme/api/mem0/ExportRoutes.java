package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.transfer.MemoryExportService;
import dev.mneme.wire.mem0.ExportCreated;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `/v1/exports/`: all memories that match a filter, each owner's newest first. They are exported as they are: giving
/// them the shape that the client asks for would take a language model.
final class ExportRoutes {
    private static final int MAX_ASKED_BYTES = 16 * 1024;
    private static final List<String> ASKED = List.of("filters", "user_id", "agent_id", "app_id", "run_id");

    private final MemoryService memories;
    private final MemoryExportService exports;

    ExportRoutes(MemoryService memories, MemoryExportService exports) {
        this.memories = memories;
        this.exports = exports;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/exports/")
                        .in(Dialect.MEM0)
                        .named("mem0CreateExport", Mem0Api.TAG, "Ask for an export")
                        .by(this::create),
                Route.post("/v1/exports/get/")
                        .in(Dialect.MEM0)
                        .access(Access.READ)
                        .named("mem0GetExport", Mem0Api.TAG, "Fetch an export")
                        .by(this::get));
    }

    private Answer create(Request request) {
        Body body = Body.of(request);
        Mem0Scopes.ofBody(body, false); // refused now rather than when it is fetched
        Map<String, Json> asked = new LinkedHashMap<>();
        for (String name : ASKED) {
            Json value = body.get(name);
            if (value != null) {
                asked.put(name, value);
            }
        }
        JsonObject kept = new JsonObject(asked);
        if (JsonWriter.bytes(kept).length > MAX_ASKED_BYTES) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    "filters",
                    "What an export asks for may take " + MAX_ASKED_BYTES + " bytes at most: use a shorter filter.");
        }
        String id = exports.create(request.caller(), kept);
        return Answer.json(201, new ExportCreated("Memory export request received", id));
    }

    /// An export by its id, or a new one by filters. The first page is read before the answer begins, so that mistakes
    /// are reported as everywhere. The rest is read while it is sent, so that no export is held in memory.
    private Answer get(Request request) {
        Body body = Body.of(request);
        String id = body.text("memory_export_id");
        Body asked = id == null ? body : new Body(exports.get(request.caller(), id));
        Filter filter = Mem0Scopes.ofBody(asked, false);
        request.expects(memories.limits().pageItems());
        Iterator<List<Memory>> pages = memories.pages(request.caller(), filter, false);
        List<Memory> first = pages.hasNext() ? pages.next() : List.of();
        Answer answer = Answer.download("application/json", out -> {
            out.write("{\"memories\":[".getBytes(StandardCharsets.UTF_8));
            boolean comma = write(first, false, out);
            while (pages.hasNext()) {
                comma = write(pages.next(), comma, out);
            }
            out.write("]}".getBytes(StandardCharsets.UTF_8));
        });
        return LeftOut.said(answer, memories.leftOut(request.caller(), filter));
    }

    /// Returns whether a comma comes before the next memory.
    private boolean write(List<Memory> page, boolean comma, OutputStream out) throws IOException {
        Instant now = memories.now();
        boolean between = comma;
        for (Memory memory : page) {
            if (between) {
                out.write(',');
            }
            out.write(JsonWriter.bytes(Mem0Mapping.item(memory, now)));
            between = true;
        }
        return between;
    }
}
