package dev.mneme.cli.connection;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.Answer;
import dev.mneme.client.MnemeClient;
import dev.mneme.client.MnemeClient.Download;
import dev.mneme.client.MnemeClient.Live;
import dev.mneme.client.MnemeClient.LongAnswer;
import dev.mneme.client.NoAnswer;
import dev.mneme.client.Query;
import dev.mneme.client.Refusal;
import dev.mneme.client.Request;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server as the commands see it. An answer of [MnemeClient] becomes one that can be shown, or a [Failure] that
/// tells a person what to do.
///
/// **Failures**: [Failure] alone, with the exit status of the server's problem.
public final class Server {
    private static final Duration WORK_TIMEOUT = Duration.ofMinutes(2);

    private final MnemeClient client;
    private final Credentials credentials;
    private final Duration workTimeout;

    public Server(URI url, Credentials credentials) {
        this(url, credentials, WORK_TIMEOUT);
    }

    /// @param workTimeout how long the answer of [#postWork] may take
    public Server(URI url, Credentials credentials, Duration workTimeout) {
        this.client = new MnemeClient(url, credentials.key());
        this.credentials = credentials;
        this.workTimeout = workTimeout;
    }

    public URI url() {
        return client.url();
    }

    public Answer get(Query path) {
        return send(Request.get(path.toString()));
    }

    /// The only user that a given key is for; null when it is for more, or the server does not say. The key of the data
    /// folder is for all.
    @Nullable
    public String onlyUser() {
        if (!credentials.given()) {
            return null;
        }
        Answer answer = sendOrFail(Request.get(Session.API + "/status"));
        String user = answer.failed() ? "" : answer.json().at("onlyUser").text();
        return user.isEmpty() ? null : user;
    }

    /// A question whose parameters do not fit a query string.
    public Answer ask(String path, String body) {
        return send(new Request("POST", path, body, Map.of()));
    }

    public Answer post(String path, String body, @Nullable String idempotencyKey) {
        return send(Request.write("POST", path, body, idempotencyKey));
    }

    /// Sends JSON lines that may be sent again. A problem is returned as an answer too.
    public Answer postLines(String path, String body) {
        return sendOrFail(new Request("POST", path, body, Map.of("Content-Type", "application/jsonl")));
    }

    /// Sends much work that may be sent again with the same key, and waits up to two minutes for it. A problem is
    /// returned as an answer too. If no answer comes in time, the result is a 504.
    public Answer postWork(String path, String body, String idempotencyKey) {
        Map<String, String> headers = Map.of("Idempotency-Key", idempotencyKey, "Mneme-Priority", "bulk");
        return sendOrFail(new Request("POST", path, body, headers, workTimeout, true));
    }

    public Answer put(Query path, String body) {
        return send(Request.write("PUT", path.toString(), body, null));
    }

    /// A `POST` in the name of an instance; null: that of the key.
    public Answer postAs(@Nullable String instance, String path, String body) {
        Request request = Request.write("POST", path, body, null);
        return send(instance == null ? request : request.with("Mneme-Instance", instance));
    }

    /// Gives a file to `download` while it comes, however long it is.
    public void download(Query path, Download download) {
        try {
            client.download(path.toString(), download);
        } catch (Refusal refused) {
            throw explained(refused.answer());
        } catch (NoAnswer none) {
            throw advised(none);
        }
    }

    public Answer patch(Query path, String body) {
        return send(Request.write("PATCH", path.toString(), body, null));
    }

    public Answer delete(Query path) {
        return send(Request.write("DELETE", path.toString(), null, null));
    }

    private Answer send(Request request) {
        Answer answer = sendOrFail(request);
        if (answer.failed()) {
            throw explained(answer);
        }
        return answer;
    }

    private Answer sendOrFail(Request request) {
        try {
            return client.send(request);
        } catch (NoAnswer none) {
            throw advised(none);
        }
    }

    /// A problem in words for a person.
    public Failure explained(Answer answer) {
        return answer.status() == 401 && credentials.key() == null
                ? new Failure(ExitStatus.DENIED, credentials.advice())
                : Problems.explained(answer);
    }

    private Failure advised(NoAnswer none) {
        return switch (none.kind()) {
            case UNREACHABLE -> new Failure(ExitStatus.UNAVAILABLE, none.detail() + whereToLook(), none);
            case INSECURE -> new Failure(ExitStatus.UNAVAILABLE, none.detail(), none);
            case LOST -> new Failure(ExitStatus.UNAVAILABLE, none.detail() + " Try again.", none);
            case UNFINISHED ->
                new Failure(
                        ExitStatus.FAILED,
                        none.detail() + " Run the same command again: it goes on, and brings nothing in twice.",
                        none);
            case UNKNOWN ->
                new Failure(
                        ExitStatus.FAILED,
                        none.detail() + " Look before you repeat it" + repeat(none.idempotencyKey()) + ".",
                        none);
            case INTERRUPTED, NOT_JSON -> new Failure(ExitStatus.FAILED, none.detail(), none);
        };
    }

    private static String repeat(@Nullable String idempotencyKey) {
        return idempotencyKey == null ? "" : ", or repeat it with --idempotency-key " + idempotencyKey;
    }

    private String whereToLook() {
        URI url = url();
        return url.getHost() != null && url.getHost().matches("127\\..*|localhost|\\[::1]")
                ? " Start one with: ./mneme serve"
                : " Check --url, and that the server runs.";
    }

    /// The failure when nobody answers.
    public Failure unreachable(Throwable cause) {
        return advised(client.unreachable(cause));
    }

    /// Opens a stream of server-sent events.
    ///
    /// @param lastEventId the last position seen; null to begin where `path` says
    /// @throws IOException if the connection could not be made or broke: try again later
    /// @throws Refused if the server answered with a problem
    public Live stream(Query path, @Nullable String lastEventId) throws IOException {
        try {
            return client.stream(path.toString(), lastEventId);
        } catch (Refusal refused) {
            throw new Refused(explained(refused.answer()), refused.answer());
        }
    }

    /// Asks for an answer that may be too long for memory. If it breaks off, reading the body throws an `IOException`.
    public LongAnswer post(String path, String mediaType) throws IOException {
        try {
            return client.post(path, mediaType);
        } catch (Refusal refused) {
            throw explained(refused.answer());
        } catch (NoAnswer none) {
            throw advised(none);
        }
    }

    /// The server refused the stream.
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Failure failure;
        private final int status;

        Refused(Failure failure, Answer answer) {
            super(failure);
            this.failure = failure;
            this.status = answer.status();
        }

        public Failure failure() {
            return failure;
        }

        /// Whether it may grant it later: it is overloaded, in trouble, or asks to wait.
        public boolean passing() {
            return status == 429 || status >= 500;
        }

        /// Whether the requested position is gone.
        public boolean expired() {
            return status == 410;
        }
    }
}
