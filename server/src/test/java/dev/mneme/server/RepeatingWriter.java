package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.server.Api.Reply;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Writes one request at a time to a server that is killed meanwhile, each under its own idempotency key, which is sent
/// again in the server's next life if it was not answered in this.
abstract class RepeatingWriter {
    private @Nullable Pending unanswered;
    private final AtomicInteger acknowledged = new AtomicInteger();

    /// A request that is not answered yet.
    record Pending(String key, String method, String path, String body) {}

    /// The next request.
    abstract Pending next();

    /// A request was answered.
    abstract void remember(Reply reply);

    /// How many requests were answered in all lives of the server.
    final int acknowledged() {
        return acknowledged.get();
    }

    final void writeUntilDead(Api api) {
        try {
            while (true) {
                Pending left = unanswered;
                send(api, left == null ? next() : left);
            }
        } catch (UncheckedIOException dead) {
            assertThat(unanswered).as("what was under way").isNotNull();
        }
    }

    final void sendAgain(Api api) {
        Pending left = unanswered;
        if (left != null) {
            send(api, left);
        }
    }

    private void send(Api api, Pending request) {
        unanswered = request;
        Reply reply = api.call(
                request.method,
                request.path,
                request.body,
                "Idempotency-Key",
                request.key,
                "Content-Type",
                "application/json");
        assertThat(reply.status()).as(reply.raw().body()).isBetween(200, 201);
        unanswered = null;
        remember(reply);
        acknowledged.incrementAndGet();
    }
}
