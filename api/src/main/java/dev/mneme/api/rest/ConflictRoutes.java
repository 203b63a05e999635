package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.NOT_FOUND;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;
import static dev.mneme.core.model.ErrorCode.VERSION_CONFLICT;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ConflictMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.command.Written;
import dev.mneme.core.conflict.ConflictService;
import dev.mneme.core.conflict.ConflictService.Decision;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.ConflictDecision;
import dev.mneme.wire.ConflictList;
import dev.mneme.wire.ConflictResource;
import dev.mneme.wire.ConflictWritten;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/api/v1/conflicts`: writes that lost, until somebody decides.
final class ConflictRoutes {
    private static final String CONFLICTS = "/api/v1/conflicts";
    private static final Tag TAG = new Tag("conflicts", "Writes that lost, until somebody decides");
    private static final Parameter ID =
            Parameter.string("id", "the conflict's id").example("0193a000-0000-8000-8000-000000000000");
    private static final Parameter STATUS =
            Parameter.string("status", "only these; left out: all").oneOf("open", "resolved");
    private static final Parameter KIND =
            Parameter.string("kind", "about such records; left out: any").oneOf("memory", "context", "mode");
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final ConflictService conflicts;

    ConflictRoutes(ConflictService conflicts) {
        this.conflicts = conflicts;
    }

    List<Route> routes() {
        return List.of(
                Route.get(CONFLICTS)
                        .named("listConflicts", TAG, "List conflicts, the oldest first, page by page")
                        .query(Users.USER, STATUS, KIND, Paging.LIMIT, Paging.CURSOR)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ConflictList.class, "a page").with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::list),
                Route.get(CONFLICTS + "/{id}")
                        .named("getConflict", TAG, "Read one conflict, with its values")
                        .path(ID)
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ConflictResource.class, "its version is the ETag")
                                .with(Freshness.POSITION, ExpectedVersion.ETAG))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::get),
                Route.post(CONFLICTS + "/{id}/resolve")
                        .named("resolveConflict", TAG, "Decide which value the record is to have")
                        .path(ID)
                        .query(Users.USER)
                        .takes(ConflictDecision.class)
                        .gives(Reply.json(200, ConflictWritten.class, "it is resolved")
                                .with(Freshness.POSITION, Headers.REPLAYED, ExpectedVersion.ETAG))
                        .errors(NOT_FOUND, VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::resolve));
    }

    private Answer list(Request request) {
        request.expects(request.query().integer(Paging.LIMIT));
        ConflictService.Page page = conflicts.list(
                request.caller(),
                Users.of(request.query()),
                new ConflictService.Listing(
                        Optional.ofNullable(request.query().text(STATUS))
                                .flatMap(Conflict.Status::of)
                                .orElse(null),
                        Optional.ofNullable(request.query().text(KIND))
                                .flatMap(Conflict.Kind::of)
                                .orElse(null),
                        after(request.query().text(Paging.CURSOR)),
                        request.query().integer(Paging.LIMIT)),
                Freshness.of(request));
        String position = page.position().toString();
        return Answer.json(
                        200,
                        new ConflictList(
                                page.items().stream()
                                        .map(ConflictMapping::resource)
                                        .toList(),
                                page.nextAfter() == null
                                        ? null
                                        : page.nextAfter().toString(),
                                position))
                .with(Freshness.POSITION.name(), position);
    }

    private static @Nullable MemoryId after(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            return MemoryId.parse(cursor);
        } catch (MnemeException noId) {
            MnemeException wrong =
                    MnemeException.invalid("cursor", "cursor must be the nextCursor of an earlier answer.");
            wrong.addSuppressed(noId);
            throw wrong;
        }
    }

    private Answer get(Request request) {
        At<Conflict> found =
                conflicts.get(request.caller(), Users.of(request.query()), id(request), Freshness.of(request));
        return Answer.json(200, ConflictMapping.resource(found.value()))
                .with(
                        ExpectedVersion.ETAG.name(),
                        ExpectedVersion.etag(found.value().version()))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private Answer resolve(Request request) {
        ConflictDecision asked = request.json(ConflictDecision.class);
        Written<Conflict> written = conflicts.resolve(
                request.caller(),
                Users.of(request.query()),
                id(request),
                new Decision(
                        Conflict.Take.of(asked.take()).orElseThrow(),
                        asked.value() == null ? null : PlainJson.toJson(asked.value()),
                        ExpectedVersion.of(null, asked.expectedVersion())),
                request.idempotency());
        String position = written.position().toString();
        return Answer.json(
                        200,
                        new ConflictWritten(
                                written.event().name(), ConflictMapping.resource(written.subject()), position))
                .with(Freshness.POSITION.name(), position)
                .with(
                        ExpectedVersion.ETAG.name(),
                        ExpectedVersion.etag(written.subject().version()))
                .with(Headers.REPLAYED.name(), written.replayed() ? "true" : null);
    }

    private static MemoryId id(Request request) {
        try {
            return MemoryId.parse(request.path(ID.name()));
        } catch (MnemeException noId) {
            throw new MnemeException(ErrorCode.NOT_FOUND, "There is no conflict with this id.", noId);
        }
    }
}
