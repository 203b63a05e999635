package dev.mneme.hub.redis;

import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.hub.redis.HubMessages.Advanced;
import dev.mneme.hub.redis.HubMessages.Event;
import dev.mneme.hub.redis.HubMessages.Missed;
import dev.mneme.hub.redis.HubMessages.Own;
import dev.mneme.hub.redis.JsonText.Fault;
import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The hub's events on Redis: [HubMessages] says what is told, [RedisLink] keeps the connections.
///
/// ```text
/// publish, advanced --> Outbox --> thread "redis-publisher" --> Redis
/// Redis --> Lettuce's thread --> Inbox --> thread "redis-handlers" --> listeners
/// ```
///
/// Both queues are bounded. Listeners are told `reconnected` after each connecting (the first one too, since something
/// may have happened before it), where messages for them were dropped, and where another node says that it had to drop
/// some of its own.
public final class RedisHubEvents implements HubEvents {
    private static final System.Logger LOG = System.getLogger(RedisHubEvents.class.getName());
    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final int SHOWN_CHANNEL = 100;

    private final RedisHubSettings settings;
    private final HubMessages messages;
    private final Inbox inbox;
    private final Outbox outbox;
    private final RedisLink link;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final LongAdder heard = new LongAdder();
    private final LongAdder own = new LongAdder();
    private final LongAdder setAside = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final CountedLog strange = new CountedLog(LOG, Level.WARNING, 3);
    private final CountedLog failing = new CountedLog(LOG, Level.ERROR);
    private final CountedLog full = new CountedLog(LOG, Level.WARNING);
    private final CountedLog unsent = new CountedLog(LOG, Level.WARNING);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread publisher;
    private final Thread handlers;
    private volatile String lastStrange = "";

    private RedisHubEvents(RedisHubSettings settings, InstantSource clock) {
        this.settings = settings;
        this.messages = new HubMessages(settings);
        this.inbox = new Inbox(settings.queue(), settings.queueBytes());
        this.outbox = new Outbox(
                settings.queue(),
                settings.queueBytes(),
                settings.hold().toNanos(),
                new Outbox.Message(settings.headChannel(), messages.missed(), 0),
                System::nanoTime);
        this.link = new RedisLink(settings, clock, new Hearing(), this::up, () -> outbox.open(false));
        this.publisher = Thread.ofPlatform().name("redis-publisher").daemon().unstarted(this::send);
        this.handlers = Thread.ofPlatform().name("redis-handlers").daemon().unstarted(this::deliver);
    }

    /// Begins to connect, and does not wait for it: see [#awaitConnected].
    public static RedisHubEvents start(RedisHubSettings settings) {
        return start(settings, InstantSource.system());
    }

    /// @param clock for the times that [#health] tells
    public static RedisHubEvents start(RedisHubSettings settings, InstantSource clock) {
        RedisHubEvents events = new RedisHubEvents(settings, clock);
        events.publisher.start();
        events.handlers.start();
        events.link.start();
        return events;
    }

    /// What went through, since the start.
    ///
    /// @param sent messages that Redis took
    /// @param unsent messages that were dropped on this side: Redis was away or slow, or they were too large
    /// @param waiting messages that are yet to be sent
    /// @param heard messages of others that were handed to listeners
    /// @param own messages of this node that came back
    /// @param overrun messages of others that were dropped because listeners were slow
    /// @param setAside messages that are none
    /// @param failures calls of listeners that threw
    public record Counts(
            long sent, long unsent, int waiting, long heard, long own, long overrun, long setAside, long failures) {}

    public Counts counts() {
        return new Counts(
                outbox.sent(),
                outbox.dropped(),
                outbox.waiting(),
                heard.sum(),
                own.sum(),
                inbox.dropped(),
                setAside.sum(),
                failures.sum());
    }

    /// Waits until it is connected, it gave up, or time is up.
    ///
    /// @return whether it is connected
    public boolean awaitConnected(Duration limit) throws InterruptedException {
        return link.state().awaitConnected(limit.toNanos());
    }

    /// Connects at once if it is not connected, also after it gave up.
    public void retry() {
        link.retry();
    }

    @Override
    public void advanced(Owner owner, long revision) {
        offer(settings.headChannel(), messages.text(owner, revision));
    }

    @Override
    public void publish(HubEvent event) {
        offer(messages.channel(event), messages.text(event));
    }

    private void offer(String channel, byte[] body) {
        if (body.length > settings.maxMessageBytes()) {
            outbox.drop();
            unsent.log("a message of " + body.length + " bytes is too large to be told on Redis: at most "
                    + settings.maxMessageBytes());
            return;
        }
        outbox.offer(channel, body);
    }

    @Override
    public Store.Subscription subscribe(Listener listener) {
        Guarded guarded = new Guarded(listener);
        listeners.add(guarded);
        return () -> {
            guarded.ended = true;
            listeners.remove(guarded);
        };
    }

    /// A listener that may end while it is called.
    private static final class Guarded implements Listener {
        private final Listener listener;
        private volatile boolean ended;

        Guarded(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void advanced(Owner owner, long revision) {
            if (!ended) {
                listener.advanced(owner, revision);
            }
        }

        @Override
        public void heard(HubEvent event) {
            if (!ended) {
                listener.heard(event);
            }
        }

        @Override
        public void reconnected() {
            if (!ended) {
                listener.reconnected();
            }
        }
    }

    private void up() {
        inbox.gap();
        outbox.open(true);
    }

    private void send() {
        try {
            while (!closed.get()) {
                Outbox.Message message = outbox.take();
                try {
                    link.publish(message.channel(), message.body())
                            .whenComplete((receivers, failure) -> answered(message, failure == null));
                } catch (RedisException e) {
                    answered(message, false);
                }
            }
        } catch (InterruptedException e) {
            stopped(e);
        }
    }

    private void answered(Outbox.Message message, boolean arrived) {
        outbox.answered(message, arrived);
        if (!arrived) {
            unsent.log("a message to Redis was lost with its connection, or refused");
        }
    }

    /// On Lettuce's thread: nothing here may wait, parse or throw.
    private final class Hearing extends RedisPubSubAdapter<String, byte[]> {
        @Override
        public void message(String channel, byte[] body) {
            if (MessageCodec.tooLarge(body)) {
                setAside(channel, "is longer than " + settings.maxMessageBytes() + " bytes");
            } else if (!inbox.offer(new Inbox.Message(channel, body))) {
                full.log("messages from Redis come faster than they are handled: some were dropped, "
                        + "and the database is asked instead");
            }
        }

        @Override
        public void message(String pattern, String channel, byte[] body) {
            message(channel, body);
        }
    }

    private void setAside(String channel, String fault) {
        setAside.increment();
        String shown = channel.codePoints()
                .limit(SHOWN_CHANNEL)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        lastStrange = "a message on channel " + shown + " " + fault;
        strange.log("set aside: " + lastStrange);
    }

    private void deliver() {
        try {
            while (!closed.get()) {
                switch (inbox.take()) {
                    case Inbox.Gap gap -> tell(Listener::reconnected);
                    case Inbox.Message(String channel, byte[] body) -> handle(channel, body);
                }
            }
        } catch (InterruptedException e) {
            stopped(e);
        }
    }

    private void handle(String channel, byte[] body) {
        HubMessages.Heard message;
        try {
            message = messages.read(channel, body);
        } catch (Fault e) {
            setAside(channel, e.what());
            return;
        }
        switch (message) {
            case Own mine -> own.increment();
            case Missed missed -> tell(Listener::reconnected);
            case Advanced(Owner owner, long revision) -> {
                heard.increment();
                tell(listener -> listener.advanced(owner, revision));
            }
            case Event(HubEvent event) -> {
                heard.increment();
                tell(listener -> listener.heard(event));
            }
        }
    }

    private void tell(Consumer<Listener> call) {
        for (Listener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException | Error e) {
                failures.increment();
                failing.log("a listener to the hub's events failed", e);
            }
        }
    }

    private void stopped(InterruptedException e) {
        if (!closed.get()) {
            LOG.log(Level.ERROR, "a thread of the hub's events was stopped", e);
        }
    }

    @Override
    public HubHealth health() {
        LinkState.Seen seen = link.state().seen();
        Counts counts = counts();
        List<String> problems = new ArrayList<>();
        if (counts.setAside() > 0) {
            problems.add(counts.setAside() + " messages from Redis were set aside; the last: " + lastStrange + ".");
        }
        if (counts.overrun() > 0) {
            problems.add(
                    counts.overrun() + " messages from Redis were dropped: they came faster than they are handled.");
        }
        if (counts.unsent() > 0) {
            problems.add(counts.unsent() + " messages could not be told on Redis.");
        }
        if (counts.failures() > 0) {
            problems.add(counts.failures() + " messages from Redis failed where they are handled: see the log.");
        }
        return new HubHealth(seen.connected(), seen.degraded(), seen.since(), problems);
    }

    /// What waits is sent first, for a second at most.
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            outbox.drain(DRAIN.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.interrupt();
        handlers.interrupt();
        link.close();
    }
}
