package dev.mneme.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The server, as a client sees it.
///
/// **Promises**: a write carries an idempotency key and is sent once more, with the same key, when the
/// connection breaks before the answer: it is done once all the same. Connecting takes at most 2 s,
/// waiting for an answer at most 30 s.
///
/// **Failures**: [Failure] alone, with the exit status of the server's problem.
///
/// Requests go through `HttpURLConnection`, which is loaded in a third of the time of `java.net.http`;
/// only PATCH, which it refuses to send, takes the other.
final class Server {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration WORK_TIMEOUT = Duration.ofMinutes(2);
    /// A live stream says something every 15 s; after three such silences the connection is taken for dead.
    private static final Duration SILENCE = Duration.ofSeconds(45);

    static {
        // A write is repeated by us, once and with its idempotency key, never silently by the JDK. Read at
        // the first
        // request of the process.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final URI url;
    private final Credentials credentials;
    private final Duration workTimeout;

    Server(URI url, Credentials credentials) {
        this(url, credentials, WORK_TIMEOUT);
    }

    /// @param workTimeout how long the answer of [#postWork] may take
    Server(URI url, Credentials credentials, Duration workTimeout) {
        this.url = url;
        this.credentials = credentials;
        this.workTimeout = workTimeout;
    }

    URI url() {
        return url;
    }

    /// Nobody is there to answer: nothing was sent.
    static final class Unreachable extends IOException {
        private static final long serialVersionUID = 1L;

        Unreachable(IOException cause) {
            super(cause);
        }
    }

    /// @param part of a longer work, whose command is run again as a whole
    private record Request(
            String method,
            String path,
            @Nullable String body,
            Map<String, String> headers,
            Duration timeout,
            boolean part) {
        Request(String method, String path, @Nullable String body, Map<String, String> headers) {
            this(method, path, body, headers, READ_TIMEOUT, false);
        }

        boolean write() {
            return !method.equals("GET") && headers.containsKey("Idempotency-Key");
        }
    }

    Answer get(Query path) {
        return send(new Request("GET", path.toString(), null, Map.of()));
    }

    /// The user whom a key that was given is for; null when it is for more, or the server does not say so. The key of
    /// the data folder is for all.
    @Nullable
    String onlyUser() {
        if (!credentials.given()) {
            return null;
        }
        Answer answer = sendOrFail(new Request("GET", Session.API + "/status", null, Map.of()));
        String user = answer.failed() ? "" : answer.json().at("onlyUser").text();
        return user.isEmpty() ? null : user;
    }

    /// A question whose parameters do not fit a query string.
    Answer ask(String path, String body) {
        return send(new Request("POST", path, body, Map.of()));
    }

    Answer post(String path, String body, @Nullable String idempotencyKey) {
        return send(write("POST", path, body, idempotencyKey));
    }

    /// Sends JSON lines that may be sent again; gives the answer also where it is a problem.
    Answer postLines(String path, String body) {
        return sendOrFail(new Request("POST", path, body, Map.of("Content-Type", "application/jsonl")));
    }

    /// Sends much work that may be sent again with the same key, and waits for it up to two minutes; gives the
    /// answer also where it is a problem. An answer that does not come in time is a 504.
    Answer postWork(String path, String body, String idempotencyKey) {
        Map<String, String> headers = Map.of("Idempotency-Key", idempotencyKey, "Mneme-Priority", "bulk");
        return sendOrFail(new Request("POST", path, body, headers, workTimeout, true));
    }

    Answer put(Query path, String body) {
        return send(write("PUT", path.toString(), body, null));
    }

    /// A `POST` in the name of an instance; null: the key's.
    Answer postAs(@Nullable String instance, String path, String body) {
        Request request = write("POST", path, body, null);
        if (instance == null) {
            return send(request);
        }
        Map<String, String> headers = new LinkedHashMap<>(request.headers());
        headers.put("Mneme-Instance", instance);
        return send(new Request("POST", path, body, headers));
    }

    /// Takes an answer as it comes.
    @FunctionalInterface
    interface Download {
        void take(InputStream body) throws IOException;
    }

    /// Hands a file out while it comes, however long it is.
    void download(Query path, Download download) {
        Request request = new Request("GET", path.toString(), null, Map.of("Accept", "*/*"));
        try {
            HttpURLConnection connection = open(request.path(), request.headers());
            connection.setReadTimeout((int) READ_TIMEOUT.toMillis());
            connect(connection);
            int status = connection.getResponseCode();
            try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
                if (status != 200) {
                    throw explained(new Answer(status, text(in)));
                }
                download.take(in);
            }
        } catch (IOException failure) {
            throw described(failure, request);
        }
    }

    Answer patch(Query path, String body) {
        return send(write("PATCH", path.toString(), body, null));
    }

    Answer delete(Query path) {
        return send(write("DELETE", path.toString(), null, null));
    }

    private static Request write(String method, String path, @Nullable String body, @Nullable String idempotencyKey) {
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        return new Request(method, path, body, Map.of("Idempotency-Key", key));
    }

    private Answer send(Request request) {
        Answer answer = sendOrFail(request);
        if (answer.failed()) {
            throw explained(answer);
        }
        return answer;
    }

    /// What a problem is for a person.
    Failure explained(Answer answer) {
        return answer.status() == 401 && credentials.key() == null
                ? new Failure(ExitStatus.DENIED, credentials.advice())
                : answer.problem();
    }

    private Answer sendOrFail(Request request) {
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
            throw new Failure(ExitStatus.FAILED, "Interrupted before the answer came.", interrupted);
        }
    }

    private Failure described(IOException failure, Request request) {
        if (failure instanceof Unreachable) {
            return unreachable(failure);
        }
        if (failure instanceof SSLException) {
            return new Failure(
                    ExitStatus.UNAVAILABLE, "No TLS connection to " + url + ": " + failure.getMessage() + ".", failure);
        }
        boolean late = failure instanceof SocketTimeoutException || failure instanceof HttpTimeoutException;
        String what = late
                ? "did not answer within " + request.timeout().toSeconds() + " s"
                : "closed the connection before it answered";
        if (!request.write()) {
            return new Failure(ExitStatus.UNAVAILABLE, "The server at " + url + " " + what + ". Try again.", failure);
        }
        if (request.part()) {
            return new Failure(
                    ExitStatus.FAILED,
                    "The server at " + url + " " + what
                            + ". Run the same command again: it goes on, and brings nothing in" + " twice.",
                    failure);
        }
        return new Failure(
                ExitStatus.FAILED,
                "The server at " + url + " " + what + ": it is not known whether the write was done."
                        + " Look before you repeat it" + repeat(request) + ".",
                failure);
    }

    private static String repeat(Request request) {
        return request.method().equals("POST")
                ? ", or repeat it with --idempotency-key " + request.headers().get("Idempotency-Key")
                : "";
    }

    Failure unreachable(Throwable cause) {
        String start = url.getHost() != null && url.getHost().matches("127\\..*|localhost|\\[::1]")
                ? " Start one with: ./mneme serve"
                : " Check --url, and that the server runs.";
        return new Failure(ExitStatus.UNAVAILABLE, "No Mneme server answers at " + url + "." + start, cause);
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
        if (credentials.key() != null) {
            headers.put("Authorization", "Bearer " + credentials.key());
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
                .timeout(READ_TIMEOUT)
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
        } catch (java.net.ConnectException | java.net.http.HttpConnectTimeoutException failure) {
            throw new Unreachable(failure);
        }
    }

    /// A live stream that is open.
    ///
    /// @param position where the stream begins, if the server says so
    record Live(
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
    /// @throws Refused if the server answered with a problem
    Live stream(Query path, @Nullable String lastEventId) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "text/event-stream");
        headers.put("Cache-Control", "no-store");
        if (lastEventId != null) {
            headers.put("Last-Event-ID", lastEventId);
        }
        HttpURLConnection connection = open(path.toString(), headers);
        connection.setReadTimeout((int) SILENCE.toMillis());
        connect(connection);
        int status = connection.getResponseCode();
        if (status == 200) {
            return new Live(connection, connection.getInputStream(), connection.getHeaderField("Mneme-Position"));
        }
        try (InputStream in = connection.getErrorStream()) {
            Answer answer = new Answer(status, text(in));
            throw new Refused(explained(answer), answer);
        }
    }

    /// A long answer that is being read.
    record LongAnswer(HttpURLConnection connection, InputStream body) implements AutoCloseable {
        /// A header that is a number; 0 when it is missing.
        long number(String header) {
            return connection.getHeaderFieldLong(header, 0);
        }

        @Override
        public void close() {
            connection.disconnect();
        }
    }

    /// Asks for what may be too long to be held. What breaks off is an `IOException` of the body.
    LongAnswer post(String path, String mediaType) throws IOException {
        HttpURLConnection connection = open(path, Map.of("Accept", mediaType));
        connection.setRequestMethod("POST");
        connection.setReadTimeout((int) SILENCE.toMillis());
        try {
            connect(connection);
            int status = connection.getResponseCode();
            if (status == 200) {
                return new LongAnswer(connection, connection.getInputStream());
            }
            try (InputStream in = connection.getErrorStream()) {
                throw explained(new Answer(status, text(in)));
            }
        } catch (Unreachable failure) {
            throw unreachable(failure);
        }
    }

    /// The server does not give the stream.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;
        private final int status;

        Refused(Failure failure, Answer answer) {
            super(failure);
            this.failure = failure;
            this.status = answer.status();
        }

        Failure failure() {
            return failure;
        }

        /// Whether it may give it later: it is overloaded, in trouble or asks for patience.
        boolean passing() {
            return status == 429 || status >= 500;
        }

        /// The position asked for is gone.
        boolean expired() {
            return status == 410;
        }
    }
}
