package dev.mneme.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A Mneme server, over HTTP.
///
/// **Promises**: a write carries an idempotency key. When the connection breaks before the answer, it is sent once more
/// with the same key, and is still done only once. Connecting takes at most 2 s, and waiting for an answer as long as
/// the request says.
///
/// **Not promised**: that an answer reports success; see [Answer#failed].
///
/// **Threads**: any number may call.
///
/// **Failures**: [NoAnswer] alone, and [IOException] where a stream is read.
///
/// Requests go through `HttpURLConnection`, which loads in a third of the time of `java.net.http`. Only PATCH, which it
/// refuses to send, takes the other.
public final class MnemeClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /// A live stream sends something every 15 s. After three times that, the connection counts as dead.
    private static final Duration SILENCE = Duration.ofSeconds(45);

    static {
        // A write is repeated by us, once and with its idempotency key, never silently by the JDK. Read at the first
        // request of the process.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final URI url;
    private final @Nullable String key;

    /// @param key the API key; null to send none
    public MnemeClient(URI url, @Nullable String key) {
        this.url = url;
        this.key = key;
    }

    public URI url() {
        return url;
    }

    /// Nobody answers: nothing was sent.
    private static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreachable(IOException cause) {
            super(cause);
        }
    }

    /// Sends a request and waits for its answer, which may be a problem.
    public Answer send(Request request) {
        try {
            try {
                return exchange(request);
            } catch (Unreachable | SocketTimeoutException | HttpTimeoutException | SSLException hopeless) {
                throw hopeless;
            } catch (IOException broken) {
                return exchange(request);
            }
        } catch (IOException failure) {
            if (request.part() && failure instanceof SocketTimeoutException) {
                return new Answer(Answer.GATEWAY_TIMEOUT, "");
            }
            throw described(failure, request);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new NoAnswer(NoAnswer.Kind.INTERRUPTED, "Interrupted before the answer came.", interrupted);
        }
    }

    private NoAnswer described(IOException failure, Request request) {
        if (failure instanceof Unreachable) {
            return unreachable(failure);
        }
        if (failure instanceof SSLException) {
            return new NoAnswer(
                    NoAnswer.Kind.INSECURE, "No TLS connection to " + url + ": " + failure.getMessage() + ".", failure);
        }
        boolean late = failure instanceof SocketTimeoutException || failure instanceof HttpTimeoutException;
        String what = "The server at " + url
                + (late
                        ? " did not answer within " + request.timeout().toSeconds() + " s"
                        : " closed the connection before it answered");
        if (!request.isWrite()) {
            return new NoAnswer(NoAnswer.Kind.LOST, what + ".", failure);
        }
        if (request.part()) {
            return new NoAnswer(NoAnswer.Kind.UNFINISHED, what + ".", failure);
        }
        return new NoAnswer(
                NoAnswer.Kind.UNKNOWN,
                what + ": it is not known whether the write was done.",
                request.method().equals("POST") ? request.headers().get("Idempotency-Key") : null,
                failure);
    }

    /// The failure when nobody answers.
    public NoAnswer unreachable(Throwable cause) {
        return new NoAnswer(NoAnswer.Kind.UNREACHABLE, "No Mneme server answers at " + url + ".", cause);
    }

    /// Takes an answer as it comes.
    @FunctionalInterface
    public interface Download {
        void take(InputStream body) throws IOException;
    }

    /// Gives a file to `download` while it comes, however long it is.
    ///
    /// @throws Refusal when the server answers with a problem
    public void download(String path, Download download) throws Refusal {
        Request request = new Request("GET", path, null, Map.of("Accept", "*/*"));
        try {
            HttpURLConnection connection = open(request.path(), request.headers());
            connection.setReadTimeout((int) request.timeout().toMillis());
            connect(connection);
            int status = connection.getResponseCode();
            try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                if (status != 200) {
                    throw new Refusal(new Answer(status, text(in)));
                }
                download.take(in);
            }
        } catch (IOException failure) {
            throw described(failure, request);
        }
    }

    private Answer exchange(Request request) throws IOException, InterruptedException {
        return request.method().equals("PATCH") ? exchangePatch(request) : exchangeLight(request);
    }

    private Answer exchangeLight(Request request) throws IOException {
        HttpURLConnection connection = open(request.path(), request.headers());
        connection.setRequestMethod(request.method());
        connection.setReadTimeout((int) request.timeout().toMillis());
        String body = request.body();
        if (body != null) {
            if (!request.headers().containsKey("Content-Type")) {
                connection.setRequestProperty("Content-Type", "application/json");
            }
            connection.setDoOutput(true);
        }
        connect(connection);
        if (body != null) {
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body.getBytes(StandardCharsets.UTF_8));
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            boolean replayed = "true".equals(connection.getHeaderField("Idempotency-Replayed"));
            return new Answer(status, text(in), replayed);
        }
    }

    private static String text(@Nullable InputStream in) throws IOException {
        return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private HttpURLConnection open(String path, Map<String, String> headers) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url + path).toURL().openConnection();
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setInstanceFollowRedirects(false); // the key goes to the named server and to no other
        connection.setUseCaches(false);
        allHeaders(headers).forEach(connection::setRequestProperty);
        return connection;
    }

    private Map<String, String> allHeaders(Map<String, String> own) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "application/json");
        if (key != null) {
            headers.put("Authorization", "Bearer " + key);
        }
        headers.putAll(own);
        return headers;
    }

    private static void connect(HttpURLConnection connection) throws IOException {
        try {
            connection.connect();
        } catch (SSLException failure) {
            throw failure;
        } catch (IOException failure) {
            throw new Unreachable(failure);
        }
    }

    private Answer exchangePatch(Request request) throws IOException, InterruptedException {
        HttpRequest.Builder patch = HttpRequest.newBuilder(URI.create(url + request.path()))
                .timeout(request.timeout())
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(String.valueOf(request.body())));
        allHeaders(request.headers()).forEach(patch::header);
        try (HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build()) {
            HttpResponse<String> response =
                    client.send(patch.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return new Answer(response.statusCode(), response.body());
        } catch (ConnectException | HttpConnectTimeoutException failure) {
            throw new Unreachable(failure);
        }
    }

    /// A live stream that is open.
    ///
    /// @param position where the stream begins, if the server says so
    public record Live(
            HttpURLConnection connection,
            InputStream events,
            @Nullable String position) implements AutoCloseable {
        @Override
        public void close() {
            connection.disconnect();
        }
    }

    /// Opens a stream of server-sent events.
    ///
    /// @param lastEventId the last position seen; null to begin where `path` says
    /// @throws IOException if the connection could not be made or broke: try again later
    /// @throws Refusal if the server answered with a problem
    public Live stream(String path, @Nullable String lastEventId) throws IOException, Refusal {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "text/event-stream");
        headers.put("Cache-Control", "no-store");
        if (lastEventId != null) {
            headers.put("Last-Event-ID", lastEventId);
        }
        HttpURLConnection connection = open(path, headers);
        connection.setReadTimeout((int) SILENCE.toMillis());
        connect(connection);
        int status = connection.getResponseCode();
        if (status == 200) {
            return new Live(connection, connection.getInputStream(), connection.getHeaderField("Mneme-Position"));
        }
        try (InputStream in = connection.getErrorStream()) {
            throw new Refusal(new Answer(status, text(in)));
        }
    }

    /// A long answer that is being read.
    public record LongAnswer(HttpURLConnection connection, InputStream body) implements AutoCloseable {
        /// A header that is a number; 0 when it is missing.
        public long number(String header) {
            return connection.getHeaderFieldLong(header, 0);
        }

        @Override
        public void close() {
            connection.disconnect();
        }
    }

    /// Asks for an answer that may be too long for memory. If it breaks off, reading the body throws an `IOException`.
    ///
    /// @throws Refusal if the server answered with a problem
    public LongAnswer post(String path, String mediaType) throws IOException, Refusal {
        HttpURLConnection connection = open(path, Map.of("Accept", mediaType));
        connection.setRequestMethod("POST");
        connection.setReadTimeout((int) SILENCE.toMillis());
        try {
            connect(connection);
        } catch (Unreachable failure) {
            throw unreachable(failure);
        }
        int status = connection.getResponseCode();
        if (status == 200) {
            return new LongAnswer(connection, connection.getInputStream());
        }
        try (InputStream in = connection.getErrorStream()) {
            throw new Refusal(new Answer(status, text(in)));
        }
    }
}
