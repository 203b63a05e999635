package dev.mneme.core.webhook;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.model.WebhookDelivery;
import dev.mneme.core.model.WebhookDelivery.State;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import dev.mneme.core.spi.WebhookSender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Sends changes to one webhook, on a virtual thread of its own. Only that thread uses `progress`.
final class WebhookWorker {
    private static final System.Logger LOG = System.getLogger(WebhookWorker.class.getName());
    private static final Provenance BY = Provenance.ofKey("webhooks");
    private static final int PAGE = 50;
    private static final int MAX_ERROR = 200;

    /// How many changes that a webhook does not want may pass before its place is stored.
    private static final int PASSED = 5_000;

    /// How long progress may wait to be stored, so that a busy feed does not make one write for each change.
    private static final Duration SAVED_AFTER = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// The pause after a read or write of its own that failed.
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final String id;
    private final Store store;
    private final WebhookService webhooks;
    private final WebhookDocuments documents;
    private final WebhookSender sender;
    private final Function<Change, byte[]> payload;
    private final InstantSource clock;
    private final List<Duration> retries;
    private final Semaphore more = new Semaphore(0);
    private final Semaphore changed = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopped;
    private WebhookProgress progress = new WebhookProgress(0, "", List.of());
    private int passed;
    private boolean told;
    private long savedAt = System.nanoTime() - SAVED_AFTER.toNanos();

    private WebhookWorker(
            String id,
            Store store,
            WebhookService webhooks,
            WebhookSender sender,
            Function<Change, byte[]> payload,
            InstantSource clock,
            List<Duration> retries) {
        this.id = id;
        this.store = store;
        this.webhooks = webhooks;
        this.documents = new WebhookDocuments(store);
        this.sender = sender;
        this.payload = payload;
        this.clock = clock;
        this.retries = retries;
        this.thread = Thread.ofVirtual().name("webhook-" + id).unstarted(this::run);
    }

    static WebhookWorker start(
            String id,
            Store store,
            WebhookService webhooks,
            WebhookSender sender,
            Function<Change, byte[]> payload,
            InstantSource clock,
            List<Duration> retries) {
        WebhookWorker worker = new WebhookWorker(id, store, webhooks, sender, payload, clock, retries);
        worker.thread.start();
        return worker;
    }

    /// The webhook was changed: deliveries that wait to be tried again are tried at once.
    void changed() {
        raise(changed);
        raise(more);
    }

    /// Raises a signal of at most one permit. While the webhook waits to try again, more permits would only pile up
    /// until they overflow. Whoever takes the permit looks at everything afterwards.
    private static void raise(Semaphore signal) {
        if (signal.availablePermits() == 0) {
            signal.release();
        }
    }

    void stop() {
        stopped = true;
        changed();
    }

    /// Waits for a delivery under way. One that takes long is interrupted, and made again after the next start. Work
    /// that cannot be interrupted, such as looking up a name, is left behind: it finds the store closed.
    void join() {
        try {
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
                if (!thread.join(PATIENCE)) {
                    LOG.log(System.Logger.Level.WARNING, "Webhook " + id + " did not stop in time");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (Store.Subscription _ = store.subscribe(null, () -> raise(more))) {
            while (!stopped) {
                tellSafely();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Sends changes. After a failure of the store it goes on from the place where the webhook was last known to be.
    private void tellSafely() throws InterruptedException {
        try {
            Optional<WebhookProgress> saved = documents.progress(id);
            if (saved.isEmpty()) {
                stopped = true;
                return;
            }
            progress = saved.get();
            passed = 0;
            told = false;
            tell();
        } catch (MnemeException e) {
            if (stopped || e.code() == ErrorCode.VERSION_CONFLICT) {
                return; // removed meanwhile: the next look finds nothing
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Webhook " + id + " is held up: " + e.code().wireName());
            pause(AFTER_FAILURE);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Webhook " + id + " is held up", e);
            pause(AFTER_FAILURE);
        }
    }

    private void tell() throws InterruptedException {
        while (!stopped) {
            more.drainPermits();
            OperatorBatch batch = store.changes(progress.cursor(), PAGE);
            if (batch.reset()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Webhook " + id + " was behind for too long: it is told what is still kept, and has missed"
                                + " what came before");
                progress = progress.at(batch.retained());
            } else if (batch.changes().isEmpty()) {
                awaitMore();
            } else {
                tell(batch);
            }
        }
        if (passed > 0) {
            save();
        }
    }

    private void awaitMore() throws InterruptedException {
        if (!told) {
            more.acquire();
        } else if (!more.tryAcquire(SAVED_AFTER.toMillis(), TimeUnit.MILLISECONDS)) {
            save();
        }
    }

    private void tell(OperatorBatch batch) throws InterruptedException {
        for (OperatorChange each : batch.changes()) {
            Webhook webhook = webhooks.find(id).orElse(null);
            if (webhook != null && wants(webhook, each.change())) {
                if (!deliver(each.change())) {
                    break;
                }
                told = true;
            }
            progress = progress.at(each.cursor());
            passed++;
        }
        boolean due = told && System.nanoTime() - savedAt >= SAVED_AFTER.toNanos();
        if (due || passed >= PASSED || stopped) {
            save();
        }
    }

    private boolean wants(Webhook webhook, Change change) {
        return webhook.wants(change) && !(change.type() == ChangeType.MEMORY_DELETED && byInspired(change));
    }

    /// Whether the instance that made the change was `inspired` then. A deletion is local only if its memory was, so
    /// the change itself does not say so.
    private boolean byInspired(Change change) {
        if (change.owner().kind() != OwnerKind.USER) {
            return false;
        }
        Modes.Query lastSwitch = new Modes.Query(
                change.owner(),
                change.by().instance(),
                null,
                true,
                null,
                null,
                change.position().sequence(),
                1);
        return store.modes().transitions(lastSwitch).value().stream()
                .anyMatch(transition -> transition.to() == Mode.INSPIRED);
    }

    private void save() {
        documents.put(BY, id, progress);
        progress = progress.saved();
        passed = 0;
        told = false;
        savedAt = System.nanoTime();
    }

    /// Tries until it is delivered or given up.
    ///
    /// @return false when the worker was stopped before
    private boolean deliver(Change change) throws InterruptedException {
        String delivery = deliveryId(change);
        byte[] body = payload.apply(change);
        int retry = 0; // a try that an edit of the webhook brought about uses up none
        for (int attempt = 1; !stopped; attempt++) {
            Webhook webhook = webhooks.find(id).orElse(null);
            if (webhook == null) {
                return false;
            }
            if (!wants(webhook, change)) {
                return true;
            }
            WebhookDelivery made = attempt(webhook, delivery, change, body, attempt, retry < retries.size());
            progress = progress.with(made);
            if (made.state() != State.RETRYING) {
                return true;
            }
            if (attempt == 1) {
                save();
            }
            retry += pause(retries.get(retry)) ? 0 : 1;
        }
        return false;
    }

    /// @return whether the pause was cut short
    private boolean pause(Duration atMost) throws InterruptedException {
        if (!stopped && changed.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            changed.drainPermits();
            return true;
        }
        return false;
    }

    private WebhookDelivery attempt(
            Webhook webhook, String delivery, Change change, byte[] body, int attempt, boolean again) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        int status = 0;
        String error = null;
        try {
            status = sender.send(webhook, delivery, now, body);
        } catch (IOException e) {
            error = shortened(e.getMessage());
        } catch (RuntimeException e) { // one delivery that cannot be made must not hold up the next
            LOG.log(System.Logger.Level.ERROR, "Webhook " + id + ": delivery " + delivery + " failed", e);
            error = "the request could not be made: see the server's log";
        }
        boolean delivered = status >= 200 && status < 300;
        State failed = again ? State.RETRYING : State.FAILED;
        State state = delivered ? State.DELIVERED : failed;
        if (state == State.FAILED) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Webhook " + id + " could not be told: delivery " + delivery + " is given up after " + attempt
                            + " attempts");
        }
        return new WebhookDelivery(delivery, change.type(), change.key(), now, attempt, state, status, error);
    }

    private static @Nullable String shortened(@Nullable String message) {
        return message == null || message.length() <= MAX_ERROR ? message : message.substring(0, MAX_ERROR);
    }

    /// The same for the same change and webhook.
    private String deliveryId(Change change) {
        String name = id
                + ' '
                + change.position()
                + ' '
                + HexFormat.of().formatHex(change.owner().hash());
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
