package dev.mneme.api.http;

import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Collected;
import dev.mneme.wire.Problem;
import dev.mneme.wire.mem0.ErrorBody;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Takes a request to its route, and the answer back: origin, route, key, rate, role, handler, problem. It has no state
/// of its own but the keys' token buckets.
final class Dispatcher {
    private static final String POSITION = "Mneme-Position";
    private static final System.Logger LOG = System.getLogger(Dispatcher.class.getName());
    private static final int FAULTS_A_MINUTE = 50;
    private static final String PREFLIGHT_HEADERS = "Authorization, X-API-Key, Content-Type, If-Match,"
            + " Idempotency-Key, Last-Event-ID, Mneme-Position, Mneme-Consistency, Mneme-Instance, Mneme-Priority,"
            + " X-Request-Id, Mem0-User-ID, X-Mem0-Client, X-Mem0-Source, X-Application";
    private static final String EXPOSED_HEADERS =
            "ETag, Mneme-Position, Mneme-Owners-Left-Out, Idempotency-Replayed, X-Request-Id, Retry-After";

    private final RouteTable routes;
    private final KeyService keys;
    private final RateLimiter limiter;
    private final Map<ErrorCode, CountedLog> failures = new ConcurrentHashMap<>();
    private final Origins origins;

    Dispatcher(List<Route> routes, KeyService keys, RateLimiter limiter, Origins origins) {
        this.routes = new RouteTable(routes);
        this.keys = keys;
        this.limiter = limiter;
        this.origins = origins;
    }

    /// @param template the route's, or `unmatched`
    /// @param keyId the key that asked, for the log
    /// @param changes whether the request may have changed something: then its answer must go out
    record Outcome(Answer answer, String template, @Nullable String keyId, boolean changes) {}

    Outcome dispatch(Incoming incoming) throws InterruptedException {
        Progress progress = new Progress(Dialect.ofPath(incoming.rawPath()));
        Answer answer;
        try {
            answer = answer(incoming, progress);
        } catch (MnemeException e) {
            log(e, incoming, progress);
            // what is said of a fault of ours may name files: it is for the log
            answer = problem(e.code() == ErrorCode.INTERNAL ? internal() : e, incoming, progress.dialect);
        } catch (RateLimited e) {
            answer = rateLimited(e, incoming, progress.dialect);
        } catch (RuntimeException e) {
            rethrowIfConnectionIsOver(e);
            LOG.log(
                    System.Logger.Level.ERROR,
                    "request " + incoming.requestId() + " to " + progress.template + " failed",
                    e);
            answer = problem(internal(), incoming, progress.dialect);
        }
        return new Outcome(shared(accepted(answer), incoming), progress.template, progress.keyId, progress.changes);
    }

    /// The answer when there is no memory for the real one.
    Answer overloaded(Incoming incoming) {
        return shared(problem(ClientMemory.overloaded(), incoming, Dialect.ofPath(incoming.rawPath())), incoming);
    }

    /// Logs a failure of the server, so that it can be found by the request's id. Kinds that come again and again, such
    /// as a full disk, are counted.
    private void log(MnemeException failure, Incoming incoming, Progress progress) {
        if (ErrorMapping.status(failure.code(), false) < 500) {
            return;
        }
        boolean passing = ErrorMapping.retryAfterMillis(failure.code()) != null
                || failure.code() == ErrorCode.STORAGE_FULL
                || failure.code() == ErrorCode.LOG_FAILED;
        failures.computeIfAbsent(
                        failure.code(),
                        code -> new CountedLog(
                                LOG,
                                passing ? System.Logger.Level.WARNING : System.Logger.Level.ERROR,
                                passing ? 1 : FAULTS_A_MINUTE))
                .log(
                        "request " + incoming.requestId() + " to " + progress.template + " failed: "
                                + failure.code().wireName(),
                        passing ? null : failure);
    }

    /// How far a request came, for the problem and the log.
    private static final class Progress {
        String template = "unmatched";
        Dialect dialect;
        boolean changes;

        @Nullable
        String keyId;

        Progress(Dialect dialect) {
            this.dialect = dialect;
        }
    }

    private static void rethrowIfConnectionIsOver(RuntimeException e) {
        if (e instanceof io.helidon.webserver.CloseConnectionException
                || e instanceof io.helidon.webserver.ServerConnectionException) {
            throw e;
        }
    }

    private static MnemeException internal() {
        return new MnemeException(
                ErrorCode.INTERNAL, "This is a fault of the server: its log says more under the request id.");
    }

    private Answer answer(Incoming incoming, Progress progress) throws InterruptedException {
        String origin = incoming.header("Origin");
        origins.require(origin, incoming.header("Host"));
        List<String> segments = UriText.segments(incoming.rawPath());
        Optional<RouteTable.Match> place = routes.find(segments);
        if (!place.map(RouteTable.Match::takesSlashes).orElse(false)) {
            UriText.requireNoSlashes(segments);
        }
        RouteTable.Match match = place.orElseThrow(Dispatcher::noSuchRoute);
        progress.template = match.routes().values().iterator().next().template();
        progress.dialect = match.dialect();
        if (incoming.method().equals("OPTIONS")) {
            return options(match, origin != null && incoming.header("Access-Control-Request-Method") != null);
        }
        Optional<Route> found = method(incoming.method()).map(match.routes()::get);
        if (found.isEmpty()) {
            return methodNotAllowed(match, incoming);
        }
        Route route = found.get();
        Caller caller = caller(route, incoming, progress);
        progress.changes = route.access().role() != null && route.access().role() != Role.READ;
        Query query = new Query(UriText.query(incoming.rawQuery()));
        boolean strict = route.dialect() == Dialect.OWN;
        if (strict && !route.isPage()) {
            query.requireKnown(route.query());
        }
        Request request = new Request(incoming, route, match.parameters(), query, caller);
        if (strict && route.request() == null && !saysNothing(request.body())) {
            throw MnemeException.invalid("body", "This request takes no body: leave it out, or send {}.");
        }
        if (route.method() != HttpMethod.GET) {
            request.idempotencyKey(); // refused if it is none, even where nothing is kept under it
        }
        return Collected.counting(incoming::collected, () -> route.handler().handle(request));
    }

    /// Whether the body is empty, or an empty object, which many clients send with every POST.
    private static boolean saysNothing(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8).strip();
        boolean object = text.length() >= 2 && text.startsWith("{") && text.endsWith("}");
        return text.isEmpty() || (object && text.substring(1, text.length() - 1).isBlank());
    }

    private static Optional<HttpMethod> method(String name) {
        return switch (name) {
            case "GET", "HEAD" -> Optional.of(HttpMethod.GET);
            case "POST" -> Optional.of(HttpMethod.POST);
            case "PUT" -> Optional.of(HttpMethod.PUT);
            case "PATCH" -> Optional.of(HttpMethod.PATCH);
            case "DELETE" -> Optional.of(HttpMethod.DELETE);
            default -> Optional.empty();
        };
    }

    private @Nullable Caller caller(Route route, Incoming incoming, Progress progress) {
        Role needed = route.access().role();
        if (needed == null) {
            return null;
        }
        ApiKey key = keys.authenticate(secret(route, incoming));
        progress.keyId = key.id();
        incoming.shown(key.id());
        Duration wait = limiter.take(key);
        if (!wait.isZero()) {
            throw new RateLimited(wait, limiter.rate(key).burst());
        }
        if (!key.role().includes(needed)) {
            throw new MnemeException(
                    ErrorCode.NOT_ALLOWED,
                    "This key has the role " + key.role().wireName() + "; this needs " + needed.wireName() + ".");
        }
        String instance = incoming.header(Headers.INSTANCE.name());
        Caller caller = Caller.of(key, instance == null ? null : Headers.INSTANCE.checked(instance));
        String priority = incoming.header(Headers.PRIORITY.name());
        boolean bulk = priority != null && Headers.PRIORITY.checked(priority).equals("bulk");
        return bulk ? caller.asBulk() : caller;
    }

    /// The key that a request shows. A browser's `EventSource` cannot send headers; for it alone the key may stand in
    /// the URL.
    private static @Nullable String secret(Route route, Incoming incoming) {
        String secret = Credentials.secret(incoming.header("Authorization"), incoming.header("X-API-Key"));
        if (secret != null
                || !route.query().contains(Parameter.TOKEN)
                || !Credentials.takesEvents(incoming.list("Accept"))) {
            return secret;
        }
        List<String> tokens = UriText.query(incoming.rawQuery()).getOrDefault(Parameter.TOKEN.name(), List.of());
        if (tokens.size() > 1) {
            throw MnemeException.invalid(Parameter.TOKEN.name(), "The key is in the URL twice: send it once.");
        }
        return tokens.isEmpty() ? null : tokens.getFirst();
    }

    private static final class RateLimited extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Duration wait;
        private final int burst;

        RateLimited(Duration wait, int burst) {
            super(null, null, false, false);
            this.wait = wait;
            this.burst = burst;
        }
    }

    private static Answer rateLimited(RateLimited limited, Incoming incoming, Dialect dialect) {
        long millis = Math.max(1, limited.wait.plusNanos(999_999).toMillis());
        MnemeException failure = new MnemeException(
                ErrorCode.RATE_LIMITED, "This key makes too many requests: wait " + millis + " ms and try again.");
        Problem problem = ErrorMapping.problem(failure, false, incoming.requestId(), millis);
        return dialect == Dialect.OWN
                ? problem(problem, dialect)
                : problem(problem, dialect)
                        .with("X-RateLimit-Limit", String.valueOf(limited.burst))
                        .with("X-RateLimit-Remaining", "0")
                        .with("X-RateLimit-Reset", String.valueOf(Math.ceilDiv(millis, 1_000L)));
    }

    private static MnemeException noSuchRoute() {
        return new MnemeException(ErrorCode.NOT_FOUND, "There is nothing at this path: /docs lists what there is.");
    }

    private static Answer options(RouteTable.Match match, boolean preflight) {
        Answer answer = Answer.empty(204).with("Allow", allow(match));
        return preflight
                ? answer.with("Access-Control-Allow-Methods", allow(match))
                        .with("Access-Control-Allow-Headers", PREFLIGHT_HEADERS)
                        .with("Access-Control-Max-Age", "600")
                : answer;
    }

    private static Answer methodNotAllowed(RouteTable.Match match, Incoming incoming) {
        MnemeException failure =
                MnemeException.invalid("method", "This path does not have that method: use " + allow(match) + ".");
        Problem problem = ErrorMapping.problem(failure, false, incoming.requestId());
        return problem(problem, 405, match.dialect()).with("Allow", allow(match));
    }

    private static String allow(RouteTable.Match match) {
        Set<String> methods = new TreeSet<>();
        EnumSet.copyOf(match.routes().keySet()).forEach(method -> methods.add(method.name()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    private static Answer problem(MnemeException failure, Incoming incoming, Dialect dialect) {
        boolean byIfMatch = failure.code() == ErrorCode.VERSION_CONFLICT && incoming.header("If-Match") != null;
        Answer answer = problem(ErrorMapping.problem(failure, byIfMatch, incoming.requestId()), dialect);
        if (failure.isReplayed()) {
            return answer.with("Idempotency-Replayed", "true");
        }
        return failure.code() == ErrorCode.UNAUTHENTICATED
                ? answer.with("WWW-Authenticate", "Bearer realm=\"mneme\"")
                : answer;
    }

    private static Answer problem(Problem problem, Dialect dialect) {
        return problem(problem, problem.status(), dialect);
    }

    private static Answer problem(Problem problem, int status, Dialect dialect) {
        Problem said = problem.status() == status ? problem : problem.withStatus(status);
        Long wait = said.retryAfterMillis();
        Answer answer = dialect == Dialect.MEM0
                ? Answer.json(status, ErrorBody.of(said))
                : new Answer.Body(status, Problem.MEDIA_TYPE, JsonWriter.bytes(said), Map.of());
        return answer.with("Retry-After", wait == null ? null : String.valueOf(Math.ceilDiv(wait, 1_000L)));
    }

    /// What waits to be committed was accepted, and not yet done: its position tells.
    private static Answer accepted(Answer answer) {
        String position = answer.headers().get(POSITION);
        boolean waits = answer instanceof Answer.Body body
                && body.status() < 300
                && position != null
                && Position.parse(position).filter(Position::isPending).isPresent();
        return waits
                        && answer
                                instanceof
                                Answer.Body(int status, String type, byte[] bytes, Map<String, String> headers)
                ? new Answer.Body(202, type, bytes, headers)
                : answer;
    }

    /// The answer with the headers that let a page of an allowed origin read it.
    private Answer shared(Answer answer, Incoming incoming) {
        String origin;
        try {
            origin = incoming.header("Origin");
        } catch (MnemeException e) {
            return answer; // said twice: refused already
        }
        if (!origins.sharesWith(origin)) {
            return answer;
        }
        return answer.with("Access-Control-Allow-Origin", origin)
                .with("Access-Control-Expose-Headers", EXPOSED_HEADERS)
                .with("Vary", "Origin");
    }
}
