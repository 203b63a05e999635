package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.VERSION_CONFLICT;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.PlainJson;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.api.request.NewResponses;
import dev.mneme.core.access.Caller;
import dev.mneme.core.audit.NewResponse;
import dev.mneme.core.audit.ResponseService;
import dev.mneme.core.command.Written;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.hub.HubStatus;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.core.sync.DistributedService;
import dev.mneme.wire.ContextPublication;
import dev.mneme.wire.DistributedConfig;
import dev.mneme.wire.DistributedStatus;
import dev.mneme.wire.ModePublication;
import dev.mneme.wire.Published;
import dev.mneme.wire.ResponsePublication;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/api/v1/distributed`: the six calls of the first generation's desktop app, under their names.
///
/// A single server keeps its data and tells its clients without MongoDB or Redis, so those are never enabled. Its live
/// sync runs as long as the server does: `initialize` and `shutdown` start and stop nothing, but check and answer.
final class DistributedRoutes {
    private static final String CALLS = "/api/v1/distributed";
    private static final Tag TAG = new Tag("distributed", "The calls of the first generation's desktop app");

    private final DistributedService distributed;
    private final ResponseService responses;
    private final ServerFacts facts;

    DistributedRoutes(DistributedService distributed, ResponseService responses, ServerFacts facts) {
        this.distributed = distributed;
        this.responses = responses;
        this.facts = facts;
    }

    List<Route> routes() {
        return List.of(
                Route.post(CALLS + "/initialize")
                        .access(Access.READ)
                        .named("initializeDistributed", TAG, "Check that what a desktop wants runs here; repeatable")
                        .takes(DistributedConfig.class)
                        .gives(Reply.json(200, DistributedStatus.class, "it does"))
                        .by(this::initialize),
                Route.post(CALLS + "/get-status")
                        .access(Access.READ)
                        .named("getDistributedStatus", TAG, "How the systems are")
                        .gives(Reply.json(200, DistributedStatus.class, "the status"))
                        .by(this::status),
                Route.post(CALLS + "/shutdown")
                        .access(Access.READ)
                        .named("shutdownDistributed", TAG, "A desktop is done; the server and its live sync go on")
                        .gives(Reply.json(200, DistributedStatus.class, "the status"))
                        .by(this::status),
                Route.post(CALLS + "/publish-mode-change")
                        .named("publishModeChange", TAG, "Switch the calling instance's mode")
                        .takes(ModePublication.class)
                        .gives(published())
                        .errors(IDEMPOTENCY_KEY_REUSED)
                        .by(this::publishMode),
                Route.post(CALLS + "/publish-context-update")
                        .named("publishContextUpdate", TAG, "Store a context's next version, whatever is there")
                        .takes(ContextPublication.class)
                        .gives(published())
                        .errors(IDEMPOTENCY_KEY_REUSED)
                        .by(this::publishContext),
                Route.post(CALLS + "/store-response-source")
                        .named("storeResponseSource", TAG, "Record where an answer came from, once")
                        .takes(ResponsePublication.class)
                        .gives(published())
                        .errors(VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::storeResponse));
    }

    private static final DistributedStatus.External NONE = new DistributedStatus.External(false, false, false);

    private static Reply published() {
        return Reply.json(200, Published.class, "it is stored").with(Freshness.POSITION, Headers.REPLAYED);
    }

    private Answer initialize(Request request) {
        DistributedConfig wanted = request.json(DistributedConfig.class);
        Optional<HubStatus> hub = facts.hub().get();
        require("mongodb", wanted.mongodb(), hub.isPresent(), "MONGODB_URL");
        require("redis", wanted.redis(), hub.isPresent() && hub.get().eventsConfigured(), "REDIS_URL");
        return status(request);
    }

    private static void require(
            String system, @Nullable Map<String, @Nullable Object> wanted, boolean there, String variable) {
        if (!there && wanted != null && Boolean.TRUE.equals(wanted.get("enabled"))) {
            throw MnemeException.invalid(
                    system + ".enabled",
                    "This server was started without " + system + ": leave it out, or start the server with " + variable
                            + ".");
        }
    }

    private Answer status(Request request) {
        Caller caller = request.caller();
        Optional<HubStatus> hub = facts.hub().get();
        DistributedStatus.External mongodb =
                hub.map(each -> external(true, each.database())).orElse(NONE);
        DistributedStatus.External redis = hub.filter(HubStatus::eventsConfigured)
                .map(each -> external(true, each.events()))
                .orElse(NONE);
        return Answer.json(
                200,
                new DistributedStatus(
                        mongodb,
                        redis,
                        new DistributedStatus.Sockets(true, true, facts.connections(caller.key())),
                        caller.by().instance(),
                        works(mongodb) && works(redis)));
    }

    private static DistributedStatus.External external(boolean enabled, HubHealth health) {
        return new DistributedStatus.External(
                enabled,
                health.connected(),
                health.connected() && health.degraded().isEmpty());
    }

    private static boolean works(DistributedStatus.External system) {
        return !system.enabled() || system.healthy();
    }

    private Answer publishMode(Request request) {
        ModePublication asked = request.json(ModePublication.class);
        Written<Subject> written = distributed.publishMode(
                request.caller(),
                Owner.user(asked.userId()),
                asked.fromMode() == null ? null : Mode.of(asked.fromMode()).orElseThrow(),
                Mode.of(asked.toMode()).orElseThrow(),
                asked.configuration() == null ? null : PlainJson.toJson(asked.configuration()),
                request.idempotency());
        return published(written);
    }

    private Answer publishContext(Request request) {
        ContextPublication asked = request.json(ContextPublication.class);
        Written<Context> put = distributed.publishContext(
                request.caller(),
                Owner.user(asked.userId()),
                asked.contextKey(),
                ContextType.of(asked.contextType()).orElseThrow(),
                PlainJson.toJson(asked.data()),
                request.idempotency());
        return published(put);
    }

    private Answer storeResponse(Request request) {
        ResponsePublication asked = request.json(ResponsePublication.class);
        ResponsePublication.Source source = asked.source();
        NewResponse response = new NewResponse(
                Owner.user(asked.userId()),
                null,
                asked.chatId().toString(),
                asked.messageId().toString(),
                NewResponses.mode(asked.mode()),
                NewResponses.sourceType(source.sourceType()),
                source.provider(),
                source.model(),
                source.confidence(),
                asked.responseHash(),
                source.metadata() == null ? JsonObject.EMPTY : PlainJson.toJson(source.metadata()),
                null,
                ResponseMapping.numbered(asked.chatId(), asked.messageId()));
        Written<ResponseSource> recorded = responses.record(request.caller(), response, request.idempotency());
        return published(recorded);
    }

    private static Answer published(Written<?> written) {
        String position = written.position().toString();
        return Answer.json(
                        200,
                        new Published(
                                true, written.event().name(), written.subject().version(), position))
                .with(Freshness.POSITION.name(), position)
                .with(Headers.REPLAYED.name(), written.replayed() ? "true" : null);
    }
}
