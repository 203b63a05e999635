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
import dev.mneme.api.json.ContextMapping;
import dev.mneme.api.request.ContextDrafts;
import dev.mneme.core.command.Written;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.wire.ContextDeleted;
import dev.mneme.wire.ContextList;
import dev.mneme.wire.ContextRequest;
import dev.mneme.wire.ContextResource;
import dev.mneme.wire.ContextStored;
import dev.mneme.wire.ContextVersions;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/api/v1/contexts`: putting, reading, listing and deleting the documents that a user's instances share.
final class ContextRoutes {
    private static final String CONTEXTS = "/api/v1/contexts";
    private static final String CONTEXT = CONTEXTS + "/{key}";
    private static final Tag TAG = new Tag("contexts", "JSON documents that a user's instances share");
    private static final Parameter KEY = Parameter.string("key", "the context's name; a / in it as %2F")
            .between(1, 200)
            .withSlashes()
            .example("project%2Fmneme");
    private static final Parameter OF_PUT = Parameter.string("userId", "whose; here, or in the body")
            .between(1, 256)
            .example("alice");
    private static final Parameter TYPE =
            Parameter.string("type", "of this type").oneOf("chat", "project", "mode", "custom");
    private static final Parameter WITH_TAG =
            Parameter.string("tag", "with this tag").between(1, 128);
    private static final Parameter MODE =
            Parameter.string("mode", "of this mode").oneOf("inspired", "didactic", "parallel");
    private static final Parameter[] OF_WRITES = {Freshness.POSITION, Headers.REPLAYED};
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final ContextService contexts;

    ContextRoutes(ContextService contexts) {
        this.contexts = contexts;
    }

    List<Route> routes() {
        return List.of(
                Route.put(CONTEXT)
                        .named("putContext", TAG, "Create a context, or replace or merge it")
                        .path(KEY)
                        .query(OF_PUT)
                        .headers(ExpectedVersion.IF_MATCH)
                        .takes(ContextRequest.class)
                        .gives(Reply.json(201, ContextStored.class, "it was created")
                                .with(OF_WRITES)
                                .with(ExpectedVersion.ETAG))
                        .gives(Reply.json(200, ContextStored.class, "it has a next version, or NONE: none was needed")
                                .with(OF_WRITES)
                                .with(ExpectedVersion.ETAG))
                        .errors(VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::put),
                Route.get(CONTEXT)
                        .named("getContext", TAG, "Read one context")
                        .path(KEY)
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ContextResource.class, "its version is the ETag")
                                .with(Freshness.POSITION, ExpectedVersion.ETAG))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::get),
                Route.delete(CONTEXT)
                        .named("deleteContext", TAG, "Delete one context; its versions stay for a while")
                        .path(KEY)
                        .query(Users.USER)
                        .headers(ExpectedVersion.IF_MATCH)
                        .gives(Reply.json(200, ContextDeleted.class, "it is deleted")
                                .with(OF_WRITES))
                        .errors(NOT_FOUND, VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::delete),
                Route.get(CONTEXTS)
                        .named("listContexts", TAG, "List contexts by type, tag and mode, page by page")
                        .query(Users.USER, TYPE, WITH_TAG, MODE, Paging.LIMIT, Paging.CURSOR)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ContextList.class, "a page, by key")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::list),
                Route.get(CONTEXT + "/versions")
                        .named("contextVersions", TAG, "Read the kept versions of a context, also of a deleted one")
                        .path(KEY)
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ContextVersions.class, "oldest first")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::versions));
    }

    private Answer put(Request request) {
        ContextRequest body = request.json(ContextRequest.class);
        Owner user = user(request.query().text(OF_PUT), body.userId());
        long expected = ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), body.expectedVersion());
        Written<Context> put = contexts.put(
                request.caller(),
                user,
                ContextDrafts.of(request.path(KEY.name()), body, expected),
                request.idempotency());
        ContextStored stored = new ContextStored(
                put.event().name(),
                ContextMapping.resource(put.subject()),
                put.position().toString());
        return written(Answer.json(put.event() == MemoryEvent.ADD ? 201 : 200, stored), put.position(), put.replayed())
                .with(
                        ExpectedVersion.ETAG.name(),
                        ExpectedVersion.etag(put.subject().version()));
    }

    private static Owner user(@Nullable String inQuery, @Nullable String inBody) {
        if (inQuery != null && inBody != null && !inQuery.equals(inBody)) {
            throw MnemeException.invalid("userId", "The query and the body name different users: send one of them.");
        }
        String id = inQuery == null ? inBody : inQuery;
        if (id == null) {
            throw MnemeException.invalid("userId", "userId is needed: say whose.");
        }
        return Owner.user(id);
    }

    private static Answer written(Answer answer, Position position, boolean replayed) {
        return answer.with(Freshness.POSITION.name(), position.toString())
                .with(Headers.REPLAYED.name(), replayed ? "true" : null);
    }

    private Answer get(Request request) {
        At<Optional<Context>> found = contexts.find(
                request.caller(), Users.of(request.query()), request.path(KEY.name()), Freshness.of(request));
        Context context = found.value().orElseThrow(ContextRoutes::noSuchContext);
        return Answer.json(200, ContextMapping.resource(context))
                .with(ExpectedVersion.ETAG.name(), ExpectedVersion.etag(context.version()))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private static MnemeException noSuchContext() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is no context with this key.");
    }

    private Answer delete(Request request) {
        String key = request.path(KEY.name());
        long expected = ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), null);
        ContextService.Deleted deleted =
                contexts.delete(request.caller(), Users.of(request.query()), key, expected, request.idempotency());
        ContextDeleted body = new ContextDeleted(
                MemoryEvent.DELETE.name(),
                key,
                deleted.version(),
                deleted.position().toString());
        return written(Answer.json(200, body), deleted.position(), deleted.replayed());
    }

    private Answer list(Request request) {
        request.expects(request.query().integer(Paging.LIMIT));
        ContextService.Listing listing = new ContextService.Listing(
                ContextDrafts.type(request.query().text(TYPE)).orElse(null),
                request.query().text(WITH_TAG),
                ContextDrafts.mode(request.query().text(MODE)),
                afterKey(request.query().text(Paging.CURSOR)),
                request.query().integer(Paging.LIMIT));
        ContextService.Page page =
                contexts.list(request.caller(), Users.of(request.query()), listing, Freshness.of(request));
        String position = page.position().toString();
        ContextList body = new ContextList(
                page.items().stream().map(ContextMapping::resource).toList(), cursor(page.nextAfter()), position);
        return Answer.json(200, body).with(Freshness.POSITION.name(), position);
    }

    /// The key to go on after, in base64url.
    private static @Nullable String cursor(@Nullable String afterKey) {
        return afterKey == null
                ? null
                : Base64.getUrlEncoder().withoutPadding().encodeToString(afterKey.getBytes(StandardCharsets.UTF_8));
    }

    private static @Nullable String afterKey(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor)))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw MnemeException.invalid("cursor", "cursor must be the nextCursor of an earlier answer.");
        }
    }

    private Answer versions(Request request) {
        At<List<ContextVersion>> found = contexts.versions(
                request.caller(), Users.of(request.query()), request.path(KEY.name()), Freshness.of(request));
        if (found.value().isEmpty()) {
            throw noSuchContext();
        }
        List<ContextVersions.Version> versions = found.value().stream()
                .map(version ->
                        new ContextVersions.Version(version.deleted(), ContextMapping.resource(version.context())))
                .toList();
        return Answer.json(200, new ContextVersions(versions))
                .with(Freshness.POSITION.name(), found.position().toString());
    }
}
