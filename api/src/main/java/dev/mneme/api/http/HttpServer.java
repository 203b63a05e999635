package dev.mneme.api.http;

import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Collected;
import dev.mneme.wire.Problem;
import dev.mneme.wire.mem0.ErrorBody;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.Http1ConnectionSelectorConfig;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// The one listener of a server: HTTP/1.1 on virtual threads, and the protocols that a connection can be upgraded to on
/// the same port.
///
/// **Stopping**: [#close] accepts nothing new, ends the event streams, lets running requests go on for `stopWithin`,
/// then closes the rest.
public final class HttpServer implements AutoCloseable {
    /// A refused body is read to its end if it has at most this many times the allowed size, so that its sender surely
    /// reads the refusal. The sender of a larger one is cut while it sends, and may see nothing but that.
    private static final long DRAINED = 4;

    private static final System.Logger ACCESS = System.getLogger("dev.mneme.access");
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());
    private static final int DOWNLOAD_BUFFER = 32 << 10;
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Set<Integer> OF_HTTP_ALONE = Set.of(414, 431, 505);
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
    private static final List<Header> SECURITY_HEADERS = List.of(
            HeaderValues.createCached("X-Content-Type-Options", "nosniff"),
            HeaderValues.createCached("X-Frame-Options", "DENY"),
            HeaderValues.createCached("Referrer-Policy", "no-referrer"),
            HeaderValues.createCached("Cache-Control", "no-store"),
            HeaderValues.createCached("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));

    private final HttpConfig config;
    private final Dispatcher dispatcher;
    private final HttpMetrics metrics;
    private final SlowPeerWatch watch;
    private final SlowPeerWatch arriving;
    private final SlowPeerWatch idling;
    private final ClientMemory memory;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final Listener server;
    private volatile boolean stopping;

    private HttpServer(
            HttpConfig config,
            KeyService keys,
            RateLimiter limiter,
            HttpMetrics metrics,
            List<Route> routes,
            List<Http1Upgrader> upgraders,
            ClientMemory memory) {
        this.config = config;
        this.metrics = metrics;
        this.dispatcher = new Dispatcher(routes, keys, limiter, new Origins(config.allowedOrigins()));
        this.watch = new SlowPeerWatch(config.writeTimeout());
        this.arriving = new SlowPeerWatch(config.requestTimeout());
        this.idling = new SlowPeerWatch(IDLE);
        this.memory = memory;
        this.server = listener(upgraders);
    }

    /// Starts to listen.
    ///
    /// @param upgraders what a connection can become instead, such as the WebSocket door
    /// @throws java.io.UncheckedIOException when the port cannot be had
    public static HttpServer start(
            HttpConfig config,
            KeyService keys,
            RateLimiter limiter,
            HttpMetrics metrics,
            List<Route> routes,
            List<Http1Upgrader> upgraders) {
        return start(config, keys, limiter, metrics, routes, upgraders, new ClientMemory(config.clientMemoryBytes()));
    }

    /// As above.
    ///
    /// @param memory limits what is held for clients, including the upgraders'
    public static HttpServer start(
            HttpConfig config,
            KeyService keys,
            RateLimiter limiter,
            HttpMetrics metrics,
            List<Route> routes,
            List<Http1Upgrader> upgraders,
            ClientMemory memory) {
        keys.onRevoked(limiter::forget);
        HttpServer http = new HttpServer(config, keys, limiter, metrics, routes, upgraders, memory);
        try {
            http.server.start();
        } catch (IOException e) {
            http.close();
            throw new UncheckedIOException(e);
        }
        return http;
    }

    private Listener listener(List<Http1Upgrader> upgraders) {
        Http1ConnectionSelectorConfig.Builder http1 = Http1ConnectionSelector.builder()
                .config(Http1Config.builder()
                        // RequestBytes refuses what is longer, and says so
                        .maxPrologueLength(2 * RequestBytes.MAX_REQUEST_LINE)
                        .maxHeadersSize(2 * RequestBytes.MAX_HEADERS)
                        .validatePrologue(false) // the query is ours to read (UriText)
                        .receiveLog(false)
                        .sendLog(false)
                        .build());
        upgraders.forEach(upgrader -> http1.putUpgrader(upgrader.supportedProtocol(), new Upgrade(upgrader)));
        ListenerConfig limits = ListenerConfig.builder()
                .maxPayloadSize(DRAINED * config.maxRequestBytes()) // ours is stricter, and gentler with the client
                .build();
        TlsFiles tls = config.tls();
        return new Listener(
                new InetSocketAddress(config.host(), config.port()),
                tls == null ? null : new TlsServer(Tls.create(TlsLoader.load(tls))),
                new Peer.Shared(
                        new ParserContext(limits, directHandlers()),
                        Router.builder()
                                .addRouting(HttpRouting.builder().any(this::handle))
                                .build(),
                        http1.build(),
                        new Connections<>(config.maxConnections()),
                        memory,
                        idling,
                        arriving,
                        new Refusals()));
    }

    /// The port of the listener.
    public int port() {
        return server.port();
    }

    public boolean hasTls() {
        return config.tls() != null;
    }

    private void handle(ServerRequest request, ServerResponse response) throws InterruptedException {
        try (Incoming incoming =
                new Incoming(request, config.maxRequestBytes(), ClientConnection.current(), arriving)) {
            answer(incoming, response);
            if (incoming.isLast() || !incoming.keepsConnection()) {
                throw new CloseConnectionException("this was the last request");
            }
        }
    }

    private void answer(Incoming incoming, ServerResponse response) throws InterruptedException {
        long begun = System.nanoTime();
        Dispatcher.Outcome outcome = dispatcher.dispatch(incoming);
        response.header(REQUEST_ID, incoming.requestId());
        int status = switch (outcome.answer()) {
            case Answer.Body body -> send(counted(body, outcome, incoming), incoming, response);
            case Answer.Events events
            when incoming.method().equals("HEAD") -> send(begin("text/event-stream", events), incoming, response);
            case Answer.Events events -> stream(events, incoming, response);
            case Answer.Download download
            when incoming.method().equals("HEAD") -> {
                download.source().close();
                yield send(begin(download.mediaType(), download), incoming, response);
            }
            case Answer.Download download -> download(download, incoming, response);
        };
        long nanos = System.nanoTime() - begun;
        metrics.request(incoming.method(), outcome.template(), status, nanos);
        if (ACCESS.isLoggable(System.Logger.Level.DEBUG)) {
            ACCESS.log(
                    System.Logger.Level.DEBUG,
                    "{0} {1} {2} {3} us, key {4}, request {5}",
                    incoming.method(),
                    outcome.template(),
                    status,
                    nanos / 1_000,
                    outcome.keyId(),
                    incoming.requestId());
        }
    }

    /// The answer, once its memory is counted. If there is no memory for it, a refusal takes its place, unless the
    /// answer tells of something that was done.
    private Answer.Body counted(Answer.Body body, Dispatcher.Outcome outcome, Incoming incoming) {
        int bytes = body.bytes().length;
        long more = bytes - incoming.expected();
        if (more <= 0) {
            incoming.held().release(-more);
            return body;
        }
        if (bytes <= ClientMemory.SMALL_ANSWER || incoming.held().tryAdd(more)) {
            return body;
        }
        if (!outcome.changes() && dispatcher.overloaded(incoming) instanceof Answer.Body refusal) {
            return refusal;
        }
        incoming.held().addAnyway(more);
        return body;
    }

    private int send(Answer.Body body, Incoming incoming, ServerResponse response) {
        response.status(Status.create(body.status()));
        headers(body.headers(), response);
        if (!body.mediaType().isEmpty()) {
            response.header(HeaderNames.CONTENT_TYPE, body.mediaType());
        }
        if (stopping || !incoming.keepsConnection()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            if (incoming.method().equals("HEAD") && body.bytes().length > 0) {
                response.contentLength(body.bytes().length);
                response.send();
            } else {
                response.send(body.bytes());
            }
        } catch (UncheckedIOException | ServerConnectionException e) {
            throw new CloseConnectionException("the client went away in the middle of its answer", e);
        }
        return body.status();
    }

    /// The headers of an answer that is written piece by piece, for `HEAD`.
    private static Answer.Body begin(String mediaType, Answer answer) {
        return new Answer.Body(200, mediaType, new byte[0], answer.headers());
    }

    private int download(Answer.Download download, Incoming incoming, ServerResponse response) {
        response.status(Status.OK_200);
        headers(download.headers(), response);
        response.header(HeaderNames.CONTENT_TYPE, download.mediaType());
        if (stopping || !incoming.keepsConnection()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        OutputStream out = response.outputStream();
        try (BodySource source = download.source()) {
            OutputStream buffered = new BufferedOutputStream(
                    new WatchedOutput(out, watch, () -> stopping, incoming::cut), DOWNLOAD_BUFFER);
            Collected.<Boolean, IOException>counting(incoming::collectedPatiently, () -> {
                source.writeTo(buffered);
                return true;
            });
            buffered.flush();
        } catch (IOException | UncheckedIOException e) {
            throw new CloseConnectionException("the client of a download has gone", e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A download broke off, request " + incoming.requestId(), e);
            throw new CloseConnectionException("a download broke off", e);
        }
        finish(out, response);
        return 200;
    }

    private int stream(Answer.Events events, Incoming incoming, ServerResponse response) throws InterruptedException {
        response.status(Status.OK_200);
        headers(events.headers(), response);
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        response.header(HeaderValues.CONNECTION_CLOSE);
        OutputStream out = response.outputStream();
        EventStream stream = new EventStream(out, watch, incoming.held());
        streams.add(stream);
        try {
            if (stopping) {
                stream.close();
            }
            stream.comment("open");
            events.source().run(stream);
        } catch (EventStream.ClosedException e) {
            // the client has gone, or the server is stopping: either way the stream is over
        } finally {
            streams.remove(stream);
            stream.close();
            finish(out, response);
        }
        return 200;
    }

    /// Ends the body with its last chunk. A connection that is closed afterwards leaves the web server no time for it.
    private void finish(OutputStream out, ServerResponse response) {
        try (SlowPeerWatch.Guard _ = watch.guard()) {
            out.close();
            if (response instanceof RoutingResponse routed) {
                routed.commit();
            }
        } catch (IOException | UncheckedIOException | ServerConnectionException e) {
            throw new CloseConnectionException("the client has gone before the end of its answer", e);
        }
    }

    private static void headers(Map<String, String> own, ServerResponse response) {
        SECURITY_HEADERS.forEach(response::header);
        own.forEach((name, value) -> response.header(name, value));
    }

    /// Answers requests that the web server refuses before this listener sees them.
    private DirectHandlers directHandlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            handlers.addHandler(type, this::refuse);
        }
        return handlers.build();
    }

    private DirectHandler.TransportResponse refuse(
            DirectHandler.TransportRequest request,
            EventType type,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        boolean brokeOff = type == EventType.INTERNAL_ERROR && request.path().isEmpty(); // before it was a request
        Problem known = ErrorMapping.problem(
                failure(brokeOff ? 400 : status.code()),
                false,
                UUID.randomUUID().toString());
        Problem problem = OF_HTTP_ALONE.contains(status.code()) ? known.withStatus(status.code()) : known;
        DirectHandler.TransportResponse.Builder answer = DirectHandler.TransportResponse.builder()
                .status(Status.create(problem.status()))
                .keepAlive(false)
                .header(HeaderValues.create(REQUEST_ID, String.valueOf(problem.requestId())));
        SECURITY_HEADERS.forEach(answer::header);
        Long wait = problem.retryAfterMillis();
        if (wait != null) {
            answer.header(HeaderValues.create(HeaderNames.RETRY_AFTER, String.valueOf(Math.ceilDiv(wait, 1_000L))));
        }
        if (Dialect.ofPath(request.path()) == Dialect.MEM0) {
            answer.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/json"));
            return answer.entity(JsonWriter.bytes(ErrorBody.of(problem))).build();
        }
        answer.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE));
        return answer.entity(JsonWriter.bytes(problem)).build();
    }

    private MnemeException failure(int status) {
        return switch (status) {
            case 403 -> new MnemeException(ErrorCode.NOT_ALLOWED, "This may not be called from there.");
            case 404 -> new MnemeException(ErrorCode.NOT_FOUND, "There is nothing at this path: see /docs.");
            case 413 -> Incoming.tooLarge(config.maxRequestBytes());
            case 414 ->
                MnemeException.at(
                        ErrorCode.TOO_LARGE,
                        "request",
                        "The request line is too long: method, path and query may have " + RequestBytes.MAX_REQUEST_LINE
                                + " bytes together. A long filter goes into the body of a search.");
            case 431 ->
                MnemeException.at(
                        ErrorCode.TOO_LARGE,
                        "request",
                        "The headers are too long: they may have " + RequestBytes.MAX_HEADERS + " bytes together.");
            case 503 -> ClientMemory.overloaded();
            case 505 -> MnemeException.invalid("request", "Only HTTP/1.1 is spoken here.");
            default ->
                status < 500
                        ? MnemeException.invalid(
                                "request", "The request line, a header or the body's encoding is no valid HTTP/1.1.")
                        : new MnemeException(ErrorCode.INTERNAL, "This is a fault of the server: its log says more.");
        };
    }

    /// Stops as the class says; returns when nothing is running any more.
    @Override
    public void close() {
        stopping = true;
        streams.forEach(EventStream::close);
        server.stop(config.stopWithin());
        watch.close();
        arriving.close();
        idling.close();
    }
}
