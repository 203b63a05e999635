package dev.mneme.api.websocket;

import dev.mneme.api.http.ClientConnection;
import dev.mneme.api.http.Credentials;
import dev.mneme.api.http.Origins;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.live.EncodedChanges;
import dev.mneme.api.live.LiveConnections;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.wire.Problem;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Opens WebSockets on `/` and `/sync`: everything that happens before the connection exists.
///
/// It is given to the HTTP/1 selector as the upgrader of `websocket`. A refused request (a wrong key, a foreign origin,
/// too many connections) is answered as HTTP, with a problem.
///
/// **Threads**: any number may call.
public final class WebSocketDoor implements Http1Upgrader {
    private static final Set<String> PATHS = Set.of("/", "/sync");
    private static final HeaderName SOCKET_KEY = HeaderNames.create("Sec-WebSocket-Key");
    private static final HeaderName SOCKET_VERSION = HeaderNames.create("Sec-WebSocket-Version");
    private static final HeaderName API_KEY = HeaderNames.create("X-API-Key");
    private static final String VERSION = "13";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455 §1.3

    private final WebSocketContext context;
    private final Origins origins;

    /// @param origins which web pages may connect
    /// @param connections shared with the other live doors; whoever made it closes it before the listener stops
    /// @param instanceId the server's own name
    public WebSocketDoor(
            WebSocketConfig config,
            LiveConnections connections,
            KeyService keys,
            ChangeFeed feed,
            ModeService modes,
            ContextService contexts,
            NodeRuntime runtime,
            Origins origins,
            String instanceId,
            String serverVersion) {
        this.origins = origins;
        this.context = new WebSocketContext(
                config,
                connections,
                keys,
                feed,
                new Presence(),
                new EncodedChanges(ChangeMessages::encode),
                modes,
                new ClientWrites(modes, contexts),
                runtime,
                instanceId,
                serverVersion);
    }

    @Override
    public String supportedProtocol() {
        return "websocket";
    }

    /// @return null for any other path, which is then handled as HTTP
    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext socket, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!PATHS.contains(prologue.uriPath().path())) {
            return null;
        }
        ClientConnection client = ClientConnection.current();
        Connection connection = new Connection(context, socket, client);
        try {
            String accept = accept(header(headers, SOCKET_KEY), header(headers, SOCKET_VERSION));
            checkOrigin(headers);
            String secret = secret(prologue, headers);
            if (secret == null) {
                context.connections().enter(connection, client.address());
            } else {
                connection.enter(secret);
            }
            switchProtocol(socket, accept);
            return connection;
        } catch (MnemeException e) {
            context.connections().leave(connection);
            refuse(socket, e);
            throw new CloseConnectionException("upgrade refused: " + e.code().wireName(), e);
        } catch (RuntimeException e) {
            context.connections().leave(connection);
            throw e;
        }
    }

    private static String accept(@Nullable String socketKey, @Nullable String version) {
        if (!VERSION.equals(version)) {
            throw MnemeException.invalid("Sec-WebSocket-Version", "Sec-WebSocket-Version must be " + VERSION + ".");
        }
        if (socketKey == null || !isSocketKey(socketKey)) {
            throw MnemeException.invalid("Sec-WebSocket-Key", "Sec-WebSocket-Key must be 16 bytes in base64.");
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((socketKey + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    private static boolean isSocketKey(String socketKey) {
        try {
            return Base64.getDecoder().decode(socketKey).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void checkOrigin(WritableHeaders<?> headers) {
        origins.require(header(headers, HeaderNames.ORIGIN), header(headers, HeaderNames.HOST));
    }

    private static @Nullable String secret(HttpPrologue prologue, WritableHeaders<?> headers) {
        String secret = Credentials.secret(header(headers, HeaderNames.AUTHORIZATION), header(headers, API_KEY));
        if (secret != null) {
            return secret;
        }
        try {
            return prologue.query().first("token").orElse(null);
        } catch (IllegalArgumentException e) { // without the cause, which would show the token
            throw MnemeException.invalid("token", "The URL must be percent-encoded UTF-8.");
        }
    }

    private static @Nullable String header(WritableHeaders<?> headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).get() : null;
    }

    private static void switchProtocol(ConnectionContext socket, String accept) {
        write(
                socket,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n",
                new byte[0]);
    }

    private static void refuse(ConnectionContext socket, MnemeException failure) {
        Status status = Status.create(ErrorMapping.status(failure.code(), false));
        byte[] problem = JsonWriter.bytes(ErrorMapping.problem(failure, false, null));
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(status.code())
                .append(' ')
                .append(status.reasonPhrase())
                .append("\r\nContent-Type: ")
                .append(Problem.MEDIA_TYPE)
                .append("\r\nContent-Length: ")
                .append(problem.length)
                .append("\r\nConnection: close\r\n");
        if (failure.code() == ErrorCode.UNAUTHENTICATED) {
            head.append("WWW-Authenticate: Bearer\r\n");
        }
        write(socket, head.append("\r\n").toString(), problem);
    }

    private static void write(ConnectionContext socket, String head, byte[] body) {
        byte[] ascii = head.getBytes(StandardCharsets.US_ASCII);
        socket.serverSocket().write(BufferData.create(BufferData.create(ascii), BufferData.create(body)));
    }
}
