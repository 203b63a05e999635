package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.service.MemoryExportService;
import dev.mneme.core.service.MemoryService;
import dev.mneme.wire.mem0.ExportAnswer;
import dev.mneme.wire.mem0.ExportCreated;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `/v1/exports/`: memories by a filter, all at once.
final class ExportRoutes {
    private static final int MOST = 10_000;
    private static final List<String> ASKED = List.of("filters", "user_id", "agent_id", "app_id", "run_id");

    private final MemoryService memories;
    private final MemoryExportService exports;
    private final MemoryWalk walk;

    ExportRoutes(MemoryService memories, MemoryExportService exports) {
        this.memories = memories;
        this.exports = exports;
        this.walk = new MemoryWalk(memories);
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
        String id = exports.create(request.caller(), new JsonObject(asked));
        return Answer.json(201, new ExportCreated("Memory export request received", id));
    }

    /// By its id, or anew by filters.
    private Answer get(Request request) {
        Body body = Body.of(request);
        String id = body.text("memory_export_id");
        Body asked = id == null ? body : new Body(exports.get(request.caller(), id));
        Filter filter = Mem0Scopes.ofBody(asked, false);
        MemoryWalk.Part part = walk.read(request.caller(), filter, false, 0, MOST);
        if (part.count() > MOST) {
            throw new MnemeException(
                    ErrorCode.TOO_LARGE,
                    "The export has " + part.count() + " memories, and may have " + MOST
                            + ": narrow its filters, or read page by page.");
        }
        Instant now = memories.now();
        return Answer.json(
                200,
                new ExportAnswer(part.items().stream()
                        .map(memory -> Mem0Mapping.item(memory, now))
                        .toList()));
    }
}
