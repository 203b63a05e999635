package dev.mneme.inference.embed;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.Loopback;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Posts JSON to a model's service, with limits on how many requests are under way and how often each is tried; callers
/// wait in the order of [Workers]. A request is sent again after a [Backoff] when the service answers 429 or 5xx, or
/// does not answer. If several requests may be under way, one of them is always a query's, so that a slow service that
/// adds wait for does not delay queries too.
///
/// **Failures**: `overloaded` for a tenant that has too many callers waiting, when the service does not answer in time
/// or says that it is overloaded, and once closed; `internal` when the service refuses the request. No message contains
/// the key, the text or the answer.
final class ModelClient implements AutoCloseable {
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /// Waits; that of a test does not.
    interface Pause {
        void wait(Duration time) throws InterruptedException;
    }

    private final URI address;
    private final RemoteConfig config;
    private final Pause pause;
    private final HttpClient client;
    private final Workers workers;
    private volatile boolean closed;

    ModelClient(URI address, RemoteConfig config, Pause pause) {
        this.address = address;
        this.config = config;
        this.pause = pause;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeout())
                .build();
        int forQueries = config.concurrency() > 1 ? 1 : 0;
        this.workers = new Workers(
                Thread.ofVirtual().name("embedding-model-", 0).factory(),
                config.concurrency() - forQueries,
                forQueries,
                QueueLimit.of(config.maxWaiting(), config.maxWaitingOfKey()));
    }

    /// Whether the service is on another machine, as far as its address says so.
    boolean remote() {
        return !Loopback.isHostOf(address);
    }

    /// A caller's place, for all the requests of its text.
    Workers.Place admit(Demand demand) {
        return workers.admit(demand);
    }

    Embedder.Queue queue(Demand.Purpose purpose) {
        return workers.queue(purpose);
    }

    /// The answer's body.
    byte[] post(Workers.Place place, byte[] json) {
        return place.run(json.length, () -> send(request(json)));
    }

    private HttpRequest request(byte[] json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(config.timeout())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(json));
        if (config.apiKey() != null) {
            request.header("Authorization", "Bearer " + config.apiKey());
        }
        return request.build();
    }

    private byte[] send(HttpRequest request) {
        for (int tries = 1; ; tries++) {
            if (closed) {
                throw overloaded("The embedder is closed: this server is stopping.", null);
            }
            long askedMillis = 0;
            try {
                HttpResponse<byte[]> answer =
                        client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_ANSWER_BYTES));
                if (answer.statusCode() == 200) {
                    return answer.body();
                }
                refuseUnlessPassing(answer.statusCode());
                if (tries == config.tries()) {
                    throw overloaded(
                            "The embedding model answered " + answer.statusCode() + ": try again later.", null);
                }
                askedMillis = retryAfterMillis(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw overloaded("The embedder is closed: this server is stopping.", e);
            } catch (IOException e) {
                if (tries == config.tries() || closed) {
                    throw overloaded("The embedding model does not answer: try again later.", e);
                }
            }
            pause(Backoff.after(tries, askedMillis, ThreadLocalRandom.current()));
        }
    }

    private void pause(Duration time) {
        try {
            pause.wait(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw overloaded("The embedder is closed: this server is stopping.", e);
        }
    }

    private static void refuseUnlessPassing(int status) {
        if (status == 429 || status >= 500) {
            return;
        }
        String why = switch (status) {
            case 401, 403 -> "The embedding model refused the key: check embedder.apiKey.";
            case 404 -> "The embedding model was not found: check embedder.url and embedder.model.";
            default -> "The embedding model refused the request with status " + status + ".";
        };
        throw new MnemeException(ErrorCode.INTERNAL, why);
    }

    /// `Retry-After` in seconds; a date is ignored.
    private static long retryAfterMillis(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> 1_000 * Long.parseLong(value))
                .orElse(0L);
    }

    private static MnemeException overloaded(String message, @Nullable Throwable cause) {
        return new MnemeException(ErrorCode.OVERLOADED, message, cause);
    }

    /// Interrupts the requests under way.
    @Override
    public void close() {
        closed = true;
        client.shutdownNow();
        workers.closeNow();
    }
}
