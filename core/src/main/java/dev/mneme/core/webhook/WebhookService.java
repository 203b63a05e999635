package dev.mneme.core.webhook;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.RandomId;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.model.WebhookDelivery;
import dev.mneme.core.spi.Store;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes, lists, changes and removes webhooks, for admin keys without restrictions, since a webhook is sent everybody's
/// memories. `WebhookDispatcher` delivers.
///
/// **Threads**: any number may call. The webhooks are kept in the heap as they are in the store; `writing` is held from
/// reading them to the end of the write.
public final class WebhookService {
    /// The changes that a webhook can ask for.
    public static final Set<ChangeType> EVENTS =
            EnumSet.of(ChangeType.MEMORY_ADDED, ChangeType.MEMORY_UPDATED, ChangeType.MEMORY_DELETED);

    private static final int MOST = 100;
    private static final int MAX_NAME = 128;
    private static final int MAX_URL = 2_048;
    private static final int SECRET_BYTES = 32;
    private static final int NO_PORT = -1;
    private static final int MAX_PORT = 65_535;

    private final Store store;
    private final WebhookDocuments documents;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Predicate<String> refusedHosts;
    private final Map<String, Webhook> webhooks = new ConcurrentHashMap<>();
    private final ReentrantLock writing = new ReentrantLock();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    /// @param refusedHosts recognises hosts that must not be called by their names alone; the addresses that a name
    ///     stands for are checked when it is called
    public WebhookService(Store store, InstantSource clock, RandomGenerator random, Predicate<String> refusedHosts) {
        this.store = store;
        this.documents = new WebhookDocuments(store);
        this.clock = clock;
        this.random = random;
        this.refusedHosts = refusedHosts;
        reload();
    }

    /// Reads them from the store: another node may have changed them.
    void reload() {
        writing.lock();
        try {
            List<Webhook> there = documents.webhooks();
            webhooks.keySet().retainAll(there.stream().map(Webhook::id).collect(Collectors.toSet()));
            there.forEach(webhook -> webhooks.put(webhook.id(), webhook));
        } finally {
            writing.unlock();
        }
    }

    /// A new webhook, or the changes of one; null leaves a part as it is.
    public record Wanted(
            @Nullable String name,
            @Nullable String url,
            @Nullable Set<ChangeType> events,
            @Nullable Boolean active) {}

    /// Makes a webhook. It is sent the changes from now on.
    public Webhook create(Caller caller, Wanted wanted) {
        Authorizer.requireOperator(caller);
        writing.lock();
        try {
            if (webhooks.size() >= MOST) {
                throw new MnemeException(ErrorCode.OVERLOADED, "There are " + MOST + " webhooks: delete some first.");
            }
            Instant now = now();
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            Webhook webhook = new Webhook(
                    RandomId.of(random).toString(),
                    name(wanted.name() == null ? "" : wanted.name()),
                    url(wanted.url() == null ? "" : wanted.url()),
                    events(wanted.events() == null ? Set.of() : wanted.events()),
                    wanted.active() == null || wanted.active(),
                    Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
                    now,
                    now);
            documents.begin(caller.by(), webhook.id(), store.operatorCursor());
            put(caller.by(), webhook);
            return webhook;
        } finally {
            writing.unlock();
        }
    }

    public void update(Caller caller, String id, Wanted wanted) {
        Authorizer.requireOperator(caller);
        writing.lock();
        try {
            Webhook now = get(id);
            put(
                    caller.by(),
                    new Webhook(
                            id,
                            wanted.name() == null ? now.name() : name(wanted.name()),
                            wanted.url() == null ? now.url() : url(wanted.url()),
                            wanted.events() == null ? now.events() : events(wanted.events()),
                            wanted.active() == null ? now.active() : wanted.active(),
                            now.secret(),
                            now.createdAt(),
                            now()));
        } finally {
            writing.unlock();
        }
    }

    private void put(Provenance by, Webhook webhook) {
        documents.put(by, webhook);
        webhooks.put(webhook.id(), webhook);
        listeners.forEach(listener -> listener.accept(webhook.id()));
    }

    public void delete(Caller caller, String id) {
        Authorizer.requireOperator(caller);
        writing.lock();
        try {
            get(id);
            documents.delete(caller.by(), id);
            webhooks.remove(id);
            listeners.forEach(listener -> listener.accept(id));
        } finally {
            writing.unlock();
        }
    }

    public List<Webhook> list(Caller caller) {
        Authorizer.requireOperator(caller);
        return all();
    }

    /// The latest deliveries, newest first.
    public List<WebhookDelivery> deliveries(Caller caller, String id) {
        Authorizer.requireOperator(caller);
        get(id);
        return documents.progress(id).map(WebhookProgress::deliveries).orElse(List.of());
    }

    private Webhook get(String id) {
        return find(id).orElseThrow(() -> new MnemeException(ErrorCode.NOT_FOUND, "There is no webhook with this id."));
    }

    Optional<Webhook> find(String id) {
        return Optional.ofNullable(webhooks.get(id));
    }

    List<Webhook> all() {
        return webhooks.values().stream()
                .sorted(Comparator.comparing(Webhook::createdAt).thenComparing(Webhook::id))
                .toList();
    }

    /// Calls `listener` with the id of each webhook that is made, changed or removed from now on.
    void onChanged(Consumer<String> listener) {
        listeners.add(listener);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static String name(String name) {
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw MnemeException.invalid("name", "name must have 1 to " + MAX_NAME + " characters.");
        }
        return name;
    }

    private static Set<ChangeType> events(Set<ChangeType> events) {
        if (events.isEmpty() || !EVENTS.containsAll(events)) {
            throw MnemeException.invalid("event_types", "event_types must name one or more changes of memories.");
        }
        return events;
    }

    private URI url(String text) {
        try {
            URI url = URI.create(new URI(text).toASCIIString());
            String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
            boolean http = scheme.equals("http") || scheme.equals("https");
            boolean port = url.getPort() == NO_PORT || (url.getPort() >= 1 && url.getPort() <= MAX_PORT);
            if (!http || !port || url.getHost() == null || url.getRawUserInfo() != null || text.length() > MAX_URL) {
                throw wrongUrl();
            }
            if (refusedHosts.test(url.getHost())) {
                throw MnemeException.invalid(
                        "url",
                        "url is an address of this server's own network, which webhooks do not call unless"
                                + " webhooks.allowPrivate is set.");
            }
            return url;
        } catch (URISyntaxException e) {
            throw wrongUrl();
        }
    }

    private static MnemeException wrongUrl() {
        return MnemeException.invalid("url", "url must be an absolute http or https address without a password in it.");
    }
}
