package dev.mneme.core.webhook;

import dev.mneme.core.job.Duty;
import dev.mneme.core.job.Job;
import dev.mneme.core.model.Change;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.WebhookSender;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Sends changes to webhooks: at least once, in the order of the operator's feed, and across restarts. Each webhook has
/// its own place in the feed and its own execution, so that a receiver that does not answer delays no other. A
/// webhook's
/// progress is stored within a second; after a crash, deliveries since then are repeated under the same delivery ids.
///
/// A delivery that is not answered with a 2xx is tried again after each of `retries`, then given up. Changes that the
/// feed no longer keeps when the webhook comes to them are lost to it; the log says so.
///
/// **Threads**: any number may call. `workers` holds one worker for each webhook.
public final class WebhookDispatcher implements Job, AutoCloseable {
    /// How long to wait before each further attempt: an hour and a half in all.
    public static final List<Duration> RETRIES = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofMinutes(45));

    private final Store store;
    private final WebhookService webhooks;
    private final WebhookSender sender;
    private final Function<Change, byte[]> payload;
    private final NodeRuntime runtime;
    private final List<Duration> retries;
    private final Map<String, WebhookWorker> workers = new ConcurrentHashMap<>();
    private volatile boolean stopped = true;
    private volatile Duty duty = Duty.ALONE;

    /// @param payload makes the body that a webhook is sent for a change of a memory
    public WebhookDispatcher(
            Store store,
            WebhookService webhooks,
            WebhookSender sender,
            Function<Change, byte[]> payload,
            NodeRuntime runtime,
            List<Duration> retries) {
        this.store = store;
        this.webhooks = webhooks;
        this.sender = sender;
        this.payload = payload;
        this.runtime = runtime;
        this.retries = List.copyOf(retries);
        webhooks.onChanged(this::changed);
    }

    @Override
    public String name() {
        return "webhooks";
    }

    /// The system shard says where each is in the feed.
    @Override
    public Place place() {
        return Place.SYSTEM;
    }

    /// Begins to send, to each webhook from where it was.
    @Override
    public void start(Duty since) {
        duty = since;
        stopped = false;
        webhooks.reload();
        webhooks.all().forEach(webhook -> changed(webhook.id()));
    }

    private void changed(String id) {
        workers.compute(id, (same, worker) -> {
            boolean there = webhooks.find(id).isPresent() && !stopped;
            if (worker == null) {
                return there ? WebhookWorker.start(id, store, webhooks, sender, payload, runtime, retries, duty) : null;
            }
            if (there) {
                worker.changed();
                return worker;
            }
            worker.stop();
            return null;
        });
    }

    @Override
    public void close() {
        stop();
    }

    /// Stops. A delivery under way is finished; the rest is sent after the next start.
    @Override
    public void stop() {
        stopped = true;
        List<WebhookWorker> stopping = List.copyOf(workers.values());
        stopping.forEach(WebhookWorker::stop);
        stopping.forEach(WebhookWorker::join);
        workers.clear();
    }
}
