package dev.mneme.core.webhook;

import dev.mneme.core.job.Duty;
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
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.NodeRuntime;
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
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Sends changes to one webhook, in steps on an execution of its own, which alone uses everything here that changes. A
/// step waits for the receiver alone: a pause is a timer.
///
/// ```text
/// [read the place] -> read a page -> change by change: deliver ... RETRYING -> rest -> deliver again
///        ^                 | nothing there: rest until there is more, or until what was told is to be written down
///        '---- rest <------' a read or write of its own failed
/// ```
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

    private static final Rest NONE = new Rest(Duration.ZERO, true);
    private static final Rest UNTIL_MORE = new Rest(NodeRuntime.FOREVER, true);

    private final String id;
    private final Store store;
    private final WebhookService webhooks;
    private final WebhookDocuments documents;
    private final WebhookSender sender;
    private final Function<Change, byte[]> payload;
    private final InstantSource clock;
    private final List<Duration> retries;
    private final Duty duty;
    private final Execution execution;
    private final AtomicBoolean turnDue = new AtomicBoolean();
    private volatile boolean more;
    private volatile boolean changed;
    private volatile boolean stopped;
    private volatile Store.@Nullable Subscription subscription;

    private WebhookProgress progress = new WebhookProgress(0, "", List.of());
    private boolean placed;
    private boolean ended;
    private final ArrayDeque<OperatorChange> page = new ArrayDeque<>();
    private @Nullable Delivery delivery;
    private Rest rest = NONE;
    private long restsUntil;
    private int passed;
    private boolean told;
    private long savedAt;

    /// What comes after a step.
    ///
    /// @param time how long nothing is done, unless the webhook is changed
    /// @param endsWithMore whether another change of the feed ends it too
    private record Rest(Duration time, boolean endsWithMore) {}

    /// A change on its way.
    private static final class Delivery {
        final Change change;
        final String id;
        final byte[] body;
        int attempt = 1;
        int retry; // a try that an edit of the webhook brought about uses up none
        boolean pausing;

        Delivery(Change change, String id, byte[] body) {
            this.change = change;
            this.id = id;
            this.body = body;
        }
    }

    private WebhookWorker(
            String id,
            Store store,
            WebhookService webhooks,
            WebhookSender sender,
            Function<Change, byte[]> payload,
            NodeRuntime runtime,
            List<Duration> retries,
            Duty duty) {
        this.id = id;
        this.store = store;
        this.webhooks = webhooks;
        this.documents = new WebhookDocuments(store);
        this.sender = sender;
        this.payload = payload;
        this.clock = runtime.clock();
        this.retries = retries;
        this.duty = duty;
        this.execution = runtime.light("webhook-" + id);
        this.savedAt = execution.nanos() - SAVED_AFTER.toNanos();
    }

    static WebhookWorker start(
            String id,
            Store store,
            WebhookService webhooks,
            WebhookSender sender,
            Function<Change, byte[]> payload,
            NodeRuntime runtime,
            List<Duration> retries,
            Duty duty) {
        WebhookWorker worker = new WebhookWorker(id, store, webhooks, sender, payload, runtime, retries, duty);
        worker.subscription = store.subscribe(null, worker::advanced);
        worker.turnSoon();
        return worker;
    }

    private void advanced() {
        more = true;
        turnSoon();
    }

    /// The webhook was changed: deliveries that wait to be tried again are tried at once.
    void changed() {
        changed = true;
        turnSoon();
    }

    private void turnSoon() {
        if (!turnDue.get() && turnDue.compareAndSet(false, true)) {
            execution.execute(this::turn);
        }
    }

    void stop() {
        stopped = true;
        turnSoon();
        execution.close();
        Store.Subscription open = subscription;
        if (open != null) {
            open.close();
        }
    }

    /// Waits for a delivery under way. One that takes long is interrupted, and made again after the next start. Work
    /// that cannot be interrupted, such as looking up a name, is left behind: it finds the store closed.
    void join() {
        try {
            if (!execution.ended(PATIENCE)) {
                execution.interrupt();
                if (!execution.ended(PATIENCE)) {
                    LOG.log(System.Logger.Level.WARNING, "Webhook " + id + " did not stop in time");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn() {
        turnDue.set(false);
        boolean edited = changed;
        changed = false;
        if (ended) {
            return;
        }
        if (stopped || !duty.lasts()) {
            end();
            return;
        }
        boolean resting = execution.nanos() - restsUntil < 0;
        if (resting && !edited && !(rest.endsWithMore() && more)) {
            return;
        }
        Delivery waiting = delivery;
        if (waiting != null && waiting.pausing) {
            waiting.pausing = false;
            waiting.retry += edited ? 0 : 1;
        }
        rest(stepSafely());
    }

    private void rest(Rest next) {
        rest = next;
        restsUntil = execution.nanos() + next.time().toNanos();
        if (next.equals(NONE)) {
            turnSoon();
        } else if (!next.equals(UNTIL_MORE)) {
            execution.after(next.time(), this::turnSoon);
        }
    }

    private void end() {
        ended = true;
        try {
            if (passed > 0) {
                save();
            }
        } catch (MnemeException e) {
            LOG.log(System.Logger.Level.DEBUG, "What webhook " + id + " was told is not written down", e);
        }
    }

    /// Takes one step. After a failure of the store it goes on from the place where the webhook was last known to be.
    private Rest stepSafely() {
        try {
            return step();
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.VERSION_CONFLICT) {
                return again(NONE); // removed meanwhile: the next look finds nothing
            }
            if (!stopped) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Webhook " + id + " is held up: " + e.code().wireName());
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "Webhook " + id + " is held up", e);
        }
        return again(new Rest(AFTER_FAILURE, false));
    }

    private Rest again(Rest before) {
        placed = false;
        return before;
    }

    private Rest step() {
        if (!placed) {
            return takePlace();
        }
        Delivery now = delivery;
        if (now != null) {
            return deliver(now);
        }
        OperatorChange next = page.peek();
        return next == null ? readPage() : begin(next);
    }

    private Rest takePlace() {
        page.clear();
        delivery = null;
        passed = 0;
        told = false;
        Optional<WebhookProgress> saved = documents.progress(id);
        if (saved.isEmpty()) {
            ended = true;
            return UNTIL_MORE;
        }
        progress = saved.get();
        placed = true;
        return NONE;
    }

    private Rest readPage() {
        more = false;
        OperatorBatch batch = store.changes(progress.cursor(), PAGE);
        if (batch.reset()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Webhook " + id + " was behind for too long: it is told what is still kept, and has missed"
                            + " what came before");
            progress = progress.at(batch.retained());
            return NONE;
        }
        page.addAll(batch.changes());
        return page.isEmpty() ? idle() : NONE;
    }

    /// There is nothing more: until there is, or until what was told is to be written down.
    private Rest idle() {
        if (!told) {
            return UNTIL_MORE;
        }
        long left = SAVED_AFTER.toNanos() - (execution.nanos() - savedAt);
        if (left > 0) {
            return new Rest(Duration.ofNanos(left), true);
        }
        save();
        return NONE;
    }

    /// Passes over what the webhook does not want.
    private Rest begin(OperatorChange first) {
        for (OperatorChange next = first; next != null; next = page.peek()) {
            Webhook webhook = webhooks.find(id).orElse(null);
            if (webhook != null && wants(webhook, next.change())) {
                Change change = next.change();
                Delivery begun = new Delivery(change, deliveryId(change), payload.apply(change));
                delivery = begun;
                return deliver(begun);
            }
            passed();
        }
        return NONE;
    }

    /// The first of the page is done with.
    private Rest passed() {
        delivery = null;
        progress = progress.at(page.remove().cursor());
        passed++;
        if (page.isEmpty() && (passed >= PASSED || (told && execution.nanos() - savedAt >= SAVED_AFTER.toNanos()))) {
            save();
        }
        return NONE;
    }

    /// Tries once.
    private Rest deliver(Delivery now) {
        Webhook webhook = webhooks.find(id).orElse(null);
        if (webhook == null || !wants(webhook, now.change)) {
            return passed();
        }
        WebhookDelivery made = attempt(webhook, now, now.retry < retries.size());
        progress = progress.with(made);
        if (made.state() != State.RETRYING) {
            told = true;
            return passed();
        }
        now.pausing = true;
        if (now.attempt++ == 1) {
            save();
        }
        return new Rest(retries.get(now.retry), false);
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

    /// Unless others have taken over while the receiver was waited for.
    private void save() {
        if (!duty.lasts()) {
            return;
        }
        documents.put(BY, id, progress);
        progress = progress.saved();
        passed = 0;
        told = false;
        savedAt = execution.nanos();
    }

    private WebhookDelivery attempt(Webhook webhook, Delivery delivery, boolean again) {
        Change change = delivery.change;
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        int status = 0;
        String error = null;
        try {
            status = sender.send(webhook, delivery.id, now, delivery.body);
        } catch (IOException e) {
            error = shortened(e.getMessage());
        } catch (RuntimeException e) { // one delivery that cannot be made must not hold up the next
            LOG.log(System.Logger.Level.ERROR, "Webhook " + id + ": delivery " + delivery.id + " failed", e);
            error = "the request could not be made: see the server's log";
        }
        boolean delivered = status >= 200 && status < 300;
        State failed = again ? State.RETRYING : State.FAILED;
        State state = delivered ? State.DELIVERED : failed;
        if (state == State.FAILED) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Webhook " + id + " could not be told: delivery " + delivery.id + " is given up after "
                            + delivery.attempt + " attempts");
        }
        return new WebhookDelivery(
                delivery.id, change.type(), change.key(), now, delivery.attempt, state, status, error);
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
