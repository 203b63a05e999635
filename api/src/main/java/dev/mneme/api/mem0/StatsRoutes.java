package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.FactExtractor.Guidance.Category;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.wire.mem0.HistoryEntry;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Routes of mem0's dashboard: `/v1/stats/`, `/v1/entities/filters/`, `/v1/memories/events/`.
final class StatsRoutes {
    private static final int MAX_PAGE = 1_000;
    private static final int USUAL_PAGE = 100;
    private static final List<String> EVENTS = List.of("ADD", "UPDATE", "DELETE");

    private final MemoryService memories;
    private final ProjectService projects;

    StatsRoutes(MemoryService memories, ProjectService projects) {
        this.memories = memories;
        this.projects = projects;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/v1/stats/")
                        .in(Dialect.MEM0)
                        .named("mem0Stats", Mem0Api.TAG, "How many memories and entities there are")
                        .by(this::stats),
                Route.get("/v1/entities/filters/")
                        .in(Dialect.MEM0)
                        .named("mem0EntityFilters", Mem0Api.TAG, "What lists can be filtered by")
                        .by(this::filters),
                Route.get("/v1/memories/events/")
                        .in(Dialect.MEM0)
                        .named("mem0MemoryEvents", Mem0Api.TAG, "The latest versions of memories")
                        .by(this::events));
    }

    /// Requests are not counted by kind here, so those figures of mem0's are null.
    private Answer stats(Request request) {
        List<Entity> entities = memories.entities(request.caller());
        Map<String, @Nullable Object> stats = new LinkedHashMap<>();
        stats.put("total_memories", memories.count(request.caller()));
        for (String uncounted : List.of(
                "total_retrieval_events",
                "total_add_events",
                "total_api_retrieval_events",
                "total_retrieval_events_limit")) {
            stats.put(uncounted, null);
        }
        for (OwnerKind kind : OwnerKind.values()) {
            List<Entity> all =
                    entities.stream().filter(entity -> entity.kind() == kind).toList();
            long carried = all.stream().mapToLong(Entity::memories).sum();
            stats.put("total_" + kind.wireName() + "s_with_memories", all.size());
            stats.put("memories_per_" + kind.wireName(), all.isEmpty() ? 0 : carried / all.size());
        }
        return answer(request, stats);
    }

    private Answer filters(Request request) {
        List<String> users = memories.entities(request.caller()).stream()
                .filter(entity -> entity.kind() == OwnerKind.USER)
                .map(Entity::id)
                .toList();
        List<Category> own = ProjectService.categories(projects.find(request.caller())
                .map(Document::data)
                .map(settings -> settings.members().get("custom_categories"))
                .orElse(null));
        List<Category> categories = own.isEmpty() ? ProjectService.DEFAULT_CATEGORIES : own;
        return answer(
                request,
                Map.of(
                        "event_type",
                        EVENTS,
                        "categories",
                        categories.stream().map(Category::name).toList(),
                        "users",
                        users,
                        "parameters",
                        List.of()));
    }

    /// The events of the memories that changed last, as many as one answer may hold. Deleted memories are not searched
    /// for.
    private Answer events(Request request) {
        PageNumbers page = PageNumbers.of(request.query(), "limit", MAX_PAGE, USUAL_PAGE);
        int most = memories.limits().pageItems();
        request.expects(most);
        List<Memory> changed = memories.list(
                        request.caller(), Filter.And.ALL, Order.UPDATED_AT_DOWN, most, null, true, ReadOptions.DEFAULT)
                .items();
        List<HistoryEntry> entries = changed.stream()
                .flatMap(memory -> Mem0Mapping.history(history(request, memory)).stream())
                .sorted(Comparator.comparing(HistoryEntry::updatedAt).reversed())
                .toList();
        return answer(
                request,
                page.of(
                        request,
                        entries.size(),
                        entries.stream().skip(page.from()).limit(page.size()).toList()));
    }

    /// Each of these answers covers everybody whom the key may see.
    private Answer answer(Request request, Object body) {
        return LeftOut.said(Answer.json(200, body), memories.leftOut(request.caller(), Filter.And.ALL));
    }

    private List<MemoryVersion> history(Request request, Memory memory) {
        return KeptVersion.ifThere(() -> memories.history(request.caller(), memory.id(), ReadOptions.DEFAULT)
                        .value())
                .orElse(List.of());
    }
}
