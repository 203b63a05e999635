package dev.mneme.hub.redis;

import dev.mneme.core.log.CountedLog;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Keeps two connections to Redis, one to publish and one to hear. When one of them is lost, or a `PING` on it is not
/// answered in time, both are closed and made again. Lettuce's own reconnecting is off: it has no end and keeps
/// commands meanwhile.
///
/// ```text
/// connecting --> up --lost--> wait --> connecting
///     \--failed--> wait --> connecting … --too often--> given up --retry--> connecting
/// ```
///
/// **Threads**: one thread of its own makes, looks at and closes connections; any number may publish.
final class RedisLink implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RedisLink.class.getName());
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final RedisHubSettings settings;
    private final RedisPubSubListener<String, byte[]> heard;
    private final Runnable onUp;
    private final Runnable onDown;
    private final Backoff backoff;
    private final LinkState state;
    private final ClientResources resources;
    private final RedisClient client;
    private final CountedLog lost = new CountedLog(LOG, Level.WARNING, 3);
    private final CountedLog closing = new CountedLog(LOG, Level.DEBUG);
    private final Semaphore wake = new Semaphore(0); // a connection was lost, or somebody wants another try
    private final Thread thread;
    private volatile @Nullable Connections up;
    private volatile boolean closed;

    /// @param onUp after each connecting, when everything is subscribed
    RedisLink(
            RedisHubSettings settings,
            InstantSource clock,
            RedisPubSubListener<String, byte[]> heard,
            Runnable onUp,
            Runnable onDown) {
        this.settings = settings;
        this.heard = heard;
        this.onUp = onUp;
        this.onDown = onDown;
        this.backoff = new Backoff(settings.maxReconnectAttempts());
        this.state = new LinkState(clock, "Redis at " + settings.server() + " is not connected yet.");
        this.resources = DefaultClientResources.builder()
                .ioThreadPoolSize(2)
                .computationThreadPoolSize(2)
                .build();
        this.client = RedisClient.create(resources);
        client.setOptions(options(settings));
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(io.lettuce.core.RedisChannelHandler<?, ?> connection) {
                wake.release();
            }
        });
        this.thread = Thread.ofPlatform().name("redis-link").daemon().unstarted(this::run);
    }

    private static ClientOptions options(RedisHubSettings settings) {
        ClientOptions.Builder options = ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(2 * Outbox.WINDOW)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(settings.timeout())
                        .keepAlive(true)
                        .build());
        if (settings.certificates() != null) {
            options.sslOptions(SslOptions.builder()
                    .trustManager(settings.certificates().toFile())
                    .build());
        }
        return options.build();
    }

    private record Connections(
            StatefulRedisConnection<String, byte[]> publisher,
            StatefulRedisPubSubConnection<String, byte[]> subscriber) {
        boolean open() {
            return publisher.isOpen() && subscriber.isOpen();
        }
    }

    void start() {
        thread.start();
    }

    LinkState state() {
        return state;
    }

    /// Tries again at once, also after it has given up.
    void retry() {
        state.tryAgain();
        wake.release();
    }

    /// @throws RedisException when there is no connection
    RedisFuture<Long> publish(String channel, byte[] body) {
        Connections now = up;
        if (now == null) {
            throw new RedisException("not connected");
        }
        return now.publisher().async().publish(channel, body);
    }

    private void run() {
        int retries = 0;
        try {
            while (!closed) {
                wake.drainPermits();
                String why;
                Connections made = null;
                try {
                    made = connect();
                    retries = 0;
                    why = serve(made);
                } catch (RuntimeException | ExecutionException | TimeoutException e) {
                    why = reason(e);
                } finally {
                    if (made != null) {
                        down(made);
                    }
                }
                if (!closed) {
                    retries = pause(retries, why);
                }
            }
        } catch (InterruptedException e) {
            if (!closed) {
                LOG.log(Level.ERROR, "the thread that keeps the connections to Redis was stopped", e);
            }
        }
    }

    private Connections connect() throws InterruptedException, ExecutionException, TimeoutException {
        RedisURI uri = settings.uri();
        MessageCodec codec = new MessageCodec(settings.maxMessageBytes());
        StatefulRedisConnection<String, byte[]> publisher = client.connect(codec, uri);
        StatefulRedisPubSubConnection<String, byte[]> subscriber = null;
        try {
            subscriber = client.connectPubSub(codec, uri);
            subscriber.addListener(heard);
            await(subscriber.async().psubscribe(settings.eventPrefix() + "*"));
            await(subscriber.async().subscribe(settings.headChannel()));
            return new Connections(publisher, subscriber);
        } catch (RuntimeException | ExecutionException | TimeoutException | InterruptedException e) {
            shut(publisher);
            if (subscriber != null) {
                shut(subscriber);
            }
            throw e;
        }
    }

    private void await(RedisFuture<?> answer) throws InterruptedException, ExecutionException, TimeoutException {
        answer.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Looks after the connections until one of them is lost.
    ///
    /// @return why it is
    private String serve(Connections made) throws InterruptedException, ExecutionException, TimeoutException {
        up = made;
        state.become(LinkState.Kind.UP, "");
        LOG.log(Level.INFO, "connected to Redis at {0}", settings.server());
        onUp.run();
        while (!closed && made.open()) {
            long asked = System.nanoTime();
            RedisFuture<String> first = made.publisher().async().ping();
            await(made.subscriber().async().ping());
            await(first);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked);
            if (millis >= SLOW.toMillis()) {
                state.become(
                        LinkState.Kind.SLOW,
                        "Redis at " + settings.server() + " is slow: it answered PING after " + millis + " ms.");
            } else {
                state.become(LinkState.Kind.UP, "");
            }
            if (wake.tryAcquire(settings.pingInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                wake.drainPermits();
            }
        }
        return "the connection was closed";
    }

    private void down(Connections made) {
        up = null;
        onDown.run();
        shut(made.publisher());
        shut(made.subscriber());
    }

    private void shut(StatefulConnection<?, ?> connection) {
        var _ = connection.closeAsync().whenComplete(this::closed);
    }

    private void closed(Void done, @Nullable Throwable failure) {
        if (failure != null) {
            closing.log("closing a connection to Redis failed", failure);
        }
    }

    /// Waits until it is time for another attempt.
    ///
    /// @param retries attempts since the connection was lost, or since the first one failed
    /// @return the same, with the one that follows
    private int pause(int retries, String why) throws InterruptedException {
        String away = "Redis at " + settings.server() + " is away: " + why + ".";
        wake.drainPermits(); // of the connection that was lost
        if (backoff.givesUp(retries)) {
            String over = away + " It is not tried any more after " + retries
                    + " attempts (REDIS_MAX_RECONNECT_ATTEMPTS): initialize again.";
            LOG.log(Level.ERROR, over);
            state.become(LinkState.Kind.GIVEN_UP, over);
            wake.acquire();
            return 0;
        }
        lost.log(away + " It is tried again.");
        state.become(LinkState.Kind.AWAY, away);
        boolean asked = wake.tryAcquire(backoff.delayMillis(retries + 1), TimeUnit.MILLISECONDS);
        LOG.log(Level.DEBUG, asked ? "connecting to Redis, since it was asked for" : "connecting to Redis");
        return retries + 1;
    }

    /// What went wrong at the bottom of it, without the password.
    private String reason(Exception failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException) {
            return "no answer within " + settings.timeout().toMillis() + " ms";
        }
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String password = settings.password();
        return password.isEmpty() ? message : message.replace(password, "***");
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        thread.interrupt();
        try {
            thread.join(settings.timeout().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdown(Duration.ZERO, settings.timeout());
        resources
                .shutdown(0, settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly();
    }
}
