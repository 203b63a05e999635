package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.EMBEDDER_MISMATCH;
import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.NOT_FOUND;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;
import static dev.mneme.core.model.ErrorCode.VERSION_CONFLICT;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.LeftOut;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.MemoryMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.api.request.Filters;
import dev.mneme.api.request.MemoryPatches;
import dev.mneme.api.request.NewMemories;
import dev.mneme.api.request.Searches;
import dev.mneme.core.command.Written;
import dev.mneme.core.memory.Added;
import dev.mneme.core.memory.Deletion;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.Search;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Times;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.wire.AddOutcome;
import dev.mneme.wire.AddOutcomes;
import dev.mneme.wire.AddRequest;
import dev.mneme.wire.Deleted;
import dev.mneme.wire.DeletedMany;
import dev.mneme.wire.History;
import dev.mneme.wire.MemoryList;
import dev.mneme.wire.MemoryResource;
import dev.mneme.wire.PatchRequest;
import dev.mneme.wire.SearchAnswer;
import dev.mneme.wire.SearchRequest;
import dev.mneme.wire.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `/api/v1/memories`: storing, reading, changing, deleting, listing, searching.
final class MemoryRoutes {
    private static final String MEMORIES = "/api/v1/memories";
    private static final String MEMORY = MEMORIES + "/{id}";
    private static final Tag TAG = new Tag("memories", "Storing, reading, changing, deleting, finding");
    private static final Parameter ID =
            Parameter.string("id", "the memory's id").example("0193a000-0000-8000-8000-000000000000");
    private static final Parameter SHOW_EXPIRED = Parameter.bool("showExpired", "also what has expired");
    private static final Parameter LATEST_ONLY =
            Parameter.bool("latestOnly", "without memories that another one superseded");
    private static final Parameter ERASE =
            Parameter.bool("erase", "remove all that is kept of exactly one owner (admin keys)");
    private static final Parameter ORDER = Parameter.string("order", "by which time; - is newest first")
            .oneOf("createdAt", "-createdAt", "updatedAt", "-updatedAt")
            .otherwise("-createdAt");
    private static final Parameter[] OF_WRITES = {Freshness.POSITION, Headers.REPLAYED};
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final MemoryService memories;

    MemoryRoutes(MemoryService memories) {
        this.memories = memories;
    }

    List<Route> routes() {
        return List.of(
                Route.post(MEMORIES)
                        .named("addMemories", TAG, "Store one memory, or many as items")
                        .takes(AddRequest.class)
                        .gives(Reply.json(201, Stored.class, "it was added")
                                .with(OF_WRITES)
                                .with(ExpectedVersion.ETAG))
                        .gives(Reply.json(200, Stored.class, "it was there already: NONE, or UPDATE when it gained")
                                .with(OF_WRITES)
                                .with(ExpectedVersion.ETAG))
                        .gives(Reply.json(200, AddOutcomes.class, "of items: what became of each, in order")
                                .with(OF_WRITES))
                        .errors(IDEMPOTENCY_KEY_REUSED, EMBEDDER_MISMATCH)
                        .by(this::add),
                Route.get(MEMORIES)
                        .named("listMemories", TAG, "List memories, page by page")
                        .query(Scopes.PARAMETERS)
                        .query(Scopes.FILTER, Paging.LIMIT, Paging.CURSOR, ORDER, SHOW_EXPIRED, LATEST_ONLY)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, MemoryList.class, "a page").with(Freshness.POSITION, LeftOut.HEADER))
                        .errors(OF_READS)
                        .by(this::list),
                Route.delete(MEMORIES)
                        .named("deleteMemories", TAG, "Delete by scope, or erase one owner for good")
                        .query(Scopes.PARAMETERS)
                        .query(Scopes.FILTER, ERASE)
                        .gives(Reply.json(200, DeletedMany.class, "how many went")
                                .with(OF_WRITES)
                                .with(LeftOut.HEADER))
                        .errors(IDEMPOTENCY_KEY_REUSED)
                        .by(this::deleteMany),
                Route.post(MEMORIES + "/search")
                        .access(Access.READ)
                        .named("searchMemories", TAG, "Find memories by words, by a vector, or both")
                        .takes(SearchRequest.class)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, SearchAnswer.class, "the best, best first")
                                .with(Freshness.POSITION, LeftOut.HEADER))
                        .errors(OF_READS)
                        .errors(EMBEDDER_MISMATCH)
                        .by(this::search),
                Route.get(MEMORY)
                        .named("getMemory", TAG, "Read one memory")
                        .path(ID)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, MemoryResource.class, "the memory; its version is the ETag")
                                .with(Freshness.POSITION, ExpectedVersion.ETAG))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::get),
                Route.patch(MEMORY)
                        .named("updateMemory", TAG, "Change parts of a memory")
                        .path(ID)
                        .takes(PatchRequest.class)
                        .headers(ExpectedVersion.IF_MATCH)
                        .gives(Reply.json(200, Stored.class, "it was changed")
                                .with(OF_WRITES)
                                .with(ExpectedVersion.ETAG))
                        .errors(NOT_FOUND, VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED, EMBEDDER_MISMATCH)
                        .by(this::update),
                Route.delete(MEMORY)
                        .named("deleteMemory", TAG, "Delete one memory")
                        .path(ID)
                        .headers(ExpectedVersion.IF_MATCH)
                        .gives(Reply.json(200, Deleted.class, "it is deleted").with(OF_WRITES))
                        .errors(NOT_FOUND, VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::delete),
                Route.get(MEMORY + "/history")
                        .named("memoryHistory", TAG, "Read every version of a memory, also of a deleted one")
                        .path(ID)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, History.class, "oldest first").with(Freshness.POSITION))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::history));
    }

    private Answer add(Request request) {
        Map<Integer, MnemeException> refused = new HashMap<>();
        NewMemories brought = NewMemories.of(request.json(AddRequest.class, refused), refused, request.parsedHeap());
        List<Added> added = memories.addAll(request.caller(), brought.items(), request.idempotency());
        return brought.many() ? many(added, request) : one(added.getFirst());
    }

    private static Answer one(Added added) {
        return switch (added) {
            case Added.Refused refused -> throw refused.failure();
            case Added.Stored(Written<Memory> written) ->
                stored(written.event() == MemoryEvent.ADD ? 201 : 200, written);
        };
    }

    private static Answer stored(int status, Written<Memory> written) {
        Memory memory = written.subject();
        Stored body = new Stored(
                written.event().name(),
                MemoryMapping.resource(memory),
                written.position().toString());
        return written(Answer.json(status, body), written.position(), written.replayed())
                .with(ExpectedVersion.ETAG.name(), ExpectedVersion.etag(memory.version()));
    }

    private static Answer written(Answer answer, @Nullable Position position, boolean replayed) {
        return answer.with(Freshness.POSITION.name(), Freshness.text(position))
                .with(Headers.REPLAYED.name(), replayed ? "true" : null);
    }

    private static Answer many(List<Added> added, Request request) {
        List<AddOutcome> outcomes = new ArrayList<>(added.size());
        for (int i = 0; i < added.size(); i++) {
            outcomes.add(outcome(added.get(i), i, request));
        }
        Set<Position> positions = added.stream()
                .flatMap(each -> each instanceof Added.Stored(Written<Memory> written)
                        ? Stream.of(written.position())
                        : Stream.empty())
                .collect(Collectors.toSet());
        return written(
                Answer.json(200, new AddOutcomes(outcomes)),
                positions.size() == 1 ? positions.iterator().next() : null,
                added.stream().anyMatch(MemoryRoutes::replayed));
    }

    private static boolean replayed(Added added) {
        return switch (added) {
            case Added.Stored(Written<Memory> written) -> written.replayed();
            case Added.Refused refused -> refused.failure().isReplayed();
        };
    }

    private static AddOutcome outcome(Added added, int index, Request request) {
        return switch (added) {
            case Added.Stored(Written<Memory> written) ->
                new AddOutcome(
                        written.event().name(),
                        MemoryMapping.resource(written.subject()),
                        written.position().toString(),
                        null);
            case Added.Refused refused ->
                new AddOutcome(
                        null,
                        null,
                        null,
                        ErrorMapping.problem(NewMemories.placed(refused.failure(), index), false, request.id()));
        };
    }

    private Answer get(Request request) {
        At<Memory> found = memories.get(request.caller(), id(request), Freshness.of(request));
        return Answer.json(200, MemoryMapping.resource(found.value()))
                .with(
                        ExpectedVersion.ETAG.name(),
                        ExpectedVersion.etag(found.value().version()))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private static MemoryId id(Request request) {
        return MemoryId.parse(request.path(ID.name()));
    }

    private Answer update(Request request) {
        PatchRequest body = request.json(PatchRequest.class);
        long expected = ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), body.expectedVersion());
        return stored(
                200,
                memories.update(
                        request.caller(), id(request), MemoryPatches.of(body, expected), request.idempotency()));
    }

    private Answer delete(Request request) {
        long expected = ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), null);
        MemoryId id = id(request);
        Deletion deleted = memories.delete(request.caller(), id, expected, request.idempotency());
        String position = String.valueOf(deleted.position());
        Deleted body = new Deleted(MemoryEvent.DELETE.name(), id.toString(), position);
        return written(Answer.json(200, body), deleted.position(), deleted.replayed());
    }

    private Answer deleteMany(Request request) {
        Filter filter = Scopes.of(request);
        Deletion deleted = request.query().flag(ERASE)
                ? memories.erase(request.caller(), filter, request.idempotency())
                : memories.deleteMatching(request.caller(), filter, request.idempotency());
        return leftOut(
                written(Answer.json(200, new DeletedMany(deleted.count())), deleted.position(), deleted.replayed()),
                request,
                filter);
    }

    private Answer list(Request request) {
        request.expects(request.query().integer(Paging.LIMIT));
        MemoryPage page = memories.list(
                request.caller(),
                Filters.latest(Scopes.of(request), request.query().flag(LATEST_ONLY)),
                order(request.query().text(ORDER)),
                request.query().integer(Paging.LIMIT),
                request.query().text(Paging.CURSOR),
                request.query().flag(SHOW_EXPIRED),
                Freshness.of(request));
        String position = Freshness.text(page.position());
        List<MemoryResource> items =
                page.items().stream().map(MemoryMapping::resource).toList();
        Answer answer = Answer.json(200, new MemoryList(items, page.nextCursor(), position))
                .with(Freshness.POSITION.name(), position);
        return leftOut(answer, request, Scopes.of(request));
    }

    private static Order order(@Nullable String text) {
        return switch (text) {
            case "createdAt" -> Order.CREATED_AT;
            case "updatedAt" -> Order.UPDATED_AT;
            case "-updatedAt" -> Order.UPDATED_AT_DOWN;
            case null, default -> Order.CREATED_AT_DOWN;
        };
    }

    private Answer search(Request request) {
        long begun = System.nanoTime();
        SearchRequest body = request.json(SearchRequest.class);
        request.expects(Searches.topK(body));
        Search search = Searches.of(body, memories.now());
        SearchResult found = memories.search(request.caller(), search, Freshness.of(request));
        boolean explain = Boolean.TRUE.equals(body.explain());
        String position = Freshness.text(found.position());
        SearchAnswer answer = new SearchAnswer(
                found.hits().stream().map(hit -> result(hit, explain)).toList(),
                position,
                (System.nanoTime() - begun) / 1_000_000,
                found.timedOut() ? true : null);
        return leftOut(Answer.json(200, answer).with(Freshness.POSITION.name(), position), request, search.filter());
    }

    private Answer leftOut(Answer answer, Request request, Filter filter) {
        return LeftOut.said(answer, memories.leftOut(request.caller(), filter));
    }

    private static SearchAnswer.Result result(SearchResult.Hit hit, boolean explain) {
        Map<String, Double> parts = explain ? hit.parts() : null;
        return new SearchAnswer.Result(MemoryMapping.resource(hit.memory()), hit.score(), parts);
    }

    private Answer history(Request request) {
        At<List<MemoryVersion>> found = memories.history(request.caller(), id(request), Freshness.of(request));
        List<History.Version> versions =
                found.value().stream().map(MemoryRoutes::version).toList();
        return Answer.json(200, new History(versions))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private static History.Version version(MemoryVersion version) {
        Memory memory = version.memory();
        return new History.Version(
                version.version(),
                version.event().name(),
                memory.text(),
                PlainJson.of(memory.metadata()),
                memory.categories(),
                Times.format(version.at()),
                version.keyId(),
                version.instance());
    }
}
