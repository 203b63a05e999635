package dev.mneme.api.websocket;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.mneme.api.http.ClientConnection;
import dev.mneme.api.http.ClientMemory;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.api.live.Followed;
import dev.mneme.api.live.Goodbye;
import dev.mneme.api.live.Goodbye.Reason;
import dev.mneme.api.live.LiveConnection;
import dev.mneme.core.access.Caller;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.local.SynchronizationStrategy;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One client's connection, from the upgrade to the end.
///
/// The thread of [#handle] reads, decides, and opens readers of the feed; a second one ([ConnectionWriter]) writes.
/// Both are virtual. Interrupting a virtual thread that is blocked on a socket closes the socket, whatever the other
/// side does: this is how a connection is cut.
///
/// The library's own session is not used: it does not tell a listener that the client is gone, it decodes the fragments
/// of a message one by one, and it lets two threads write into one buffer.
final class Connection implements ServerConnection, LiveConnection {
    private static final Logger LOG = System.getLogger(Connection.class.getName());
    private static final int PAGE_CHANGES = 32;
    private static final Duration ONE_ERROR_EACH = Duration.ofSeconds(5);

    private final WebSocketContext context;
    private final ClientConnection client;
    private final ClientMemory.Lease lease;
    private final DataReader in;
    private final String clientId = UUID.randomUUID().toString();
    private final Outbox outbox = new Outbox();
    private final ConnectionWriter writer;
    private final Session session = new Session();
    private final Bucket messages;
    private final Bucket errors;
    private final Thread writing;
    private volatile @Nullable Thread reading;
    private volatile long heardNanos = System.nanoTime();
    private @Nullable ApiKey key;
    private @Nullable Followed subject;
    private @Nullable Reader reader;
    private @Nullable Caller caller;
    private Presence.@Nullable Stay stay;

    Connection(WebSocketContext context, ConnectionContext socket, ClientConnection client) {
        this.context = context;
        this.client = client;
        this.lease = client.openLease();
        this.in = socket.dataReader();
        this.writer = new ConnectionWriter(context, socket.serverSocket(), clientId, outbox, lease);
        this.messages =
                bucket(context.config().messageBurst(), context.config().messagesPerSecond(), Duration.ofSeconds(1));
        this.errors = bucket(context.config().errorBurst(), 1, ONE_ERROR_EACH);
        this.writing = Thread.ofVirtual().name("websocket-writer").unstarted(this::write);
        outbox.writtenBy(writing);
    }

    /// A bucket for the reading thread alone, so that it needs no lock and allocates nothing.
    private static Bucket bucket(int burst, int tokens, Duration each) {
        return Bucket.builder()
                .withSynchronizationStrategy(SynchronizationStrategy.NONE)
                .addLimit(limit -> limit.capacity(burst).refillGreedy(tokens, each))
                .build();
    }

    /// Adds the connection with the key of the handshake, before it runs.
    ///
    /// @throws MnemeException `unauthenticated`, or `rate_limited` when the key has too many connections
    void enter(String secret) {
        ApiKey shown = context.keys().authenticate(secret);
        context.connections().enter(this, shown);
        shown(shown);
    }

    /// Shows a key after the connection was added without one.
    private void authenticate(String secret) {
        ApiKey shown = context.keys().authenticate(secret);
        context.connections().admit(this, shown);
        shown(shown);
    }

    private void shown(ApiKey shown) {
        key = shown;
        client.shown(shown.id());
        lease.moveTo(shown.id());
        session.authenticated();
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        reading = Thread.currentThread();
        writing.start();
        try {
            followOnlyUser();
            read();
        } catch (DataReader.InsufficientDataAvailableException | ServerConnectionException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "the client of {0} is gone: {1}", clientId, e.getMessage());
        } finally {
            close();
        }
    }

    private void close() throws InterruptedException {
        try {
            outbox.end(new Goodbye(Reason.NORMAL, null, "Goodbye."));
            writing.join(context.connections().config().closeWithin());
        } finally {
            writing.interrupt();
            lease.close();
            context.connections().leave(this);
            if (stay != null) {
                stay.close();
            }
            if (reader != null) {
                reader.close();
            }
        }
        writing.join();
    }

    private void write() {
        try {
            writer.run(subjectAtFirst());
        } catch (InterruptedException | UncheckedIOException e) {
            LOG.log(Level.DEBUG, "the client of {0} was cut or is gone", clientId);
        } catch (RuntimeException e) {
            if (!(e instanceof MnemeException)) {
                LOG.log(Level.ERROR, "writing to a connection failed", e);
            }
            cut();
        } finally {
            outbox.close();
        }
    }

    private @Nullable Followed subjectAtFirst() {
        ApiKey shown = key;
        return shown == null ? null : Followed.onlyUserOf(shown);
    }

    // ---- reading

    private void read() throws InterruptedException {
        MessageReader messageReader = new MessageReader(in, this::messageBytes, lease);
        try {
            while (true) {
                Message message = messageReader.next();
                heardNanos = System.nanoTime();
                if (message instanceof Message.Close) {
                    return;
                }
                if (outbox.goodbye() == null) {
                    accept(message);
                }
                messageReader.done();
            }
        } catch (MnemeException full) {
            end(Reason.OVERLOADED, full.code(), String.valueOf(full.getMessage()));
            messageReader.drop();
            discard();
        } catch (ProtocolFault fault) {
            ErrorCode code = fault.reason() == Reason.TOO_LARGE ? ErrorCode.TOO_LARGE : ErrorCode.INVALID_REQUEST;
            end(fault.reason(), code, String.valueOf(fault.getMessage()));
            discard();
        }
    }

    /// Reads and drops what still comes, so that the client sees why it was closed rather than a broken connection. It
    /// ends when the client ends, or when the connection is cut.
    private void discard() {
        while (true) {
            in.ensureAvailable();
            in.skip(in.available());
        }
    }

    private int messageBytes() {
        return session.isKnown()
                ? context.config().messageBytes()
                : context.config().strangerMessageBytes();
    }

    private void accept(Message message) throws InterruptedException {
        if (!messages.tryConsume(1)) {
            refuse(
                    new MnemeException(ErrorCode.RATE_LIMITED, "Too many messages at once: send fewer, or wait."),
                    null,
                    Reason.FLOOD);
            return;
        }
        switch (message) {
            case Message.Text(String text) -> accept(text);
            case Message.Ping(byte[] payload) -> outbox.put(0, to -> to.protocolPong(payload));
            case Message.Pong pong -> {}
            case Message.Close close -> {}
        }
    }

    private void accept(String text) throws InterruptedException {
        try (Parsed parsed = new Parsed(lease)) {
            accept(text, parsed.counting());
        }
    }

    private void accept(String text, ParsedHeap heap) throws InterruptedException {
        Envelope envelope;
        try {
            envelope = Envelope.read(text, heap);
        } catch (MnemeException e) {
            refuse(e, null, Reason.TOO_MANY_ERRORS);
            return;
        }
        try {
            for (Action action : session.decide(envelope)) {
                act(action, envelope, text.length());
            }
        } catch (MnemeException e) {
            refuse(e, envelope.id(), Reason.TOO_MANY_ERRORS);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a message of type " + MessageType.of(envelope.type()) + " failed", e);
            end(Reason.FAILED, ErrorCode.INTERNAL, "The server failed: this is a bug, please report it.");
        }
    }

    /// The memory that one message takes beyond its bytes.
    private static final class Parsed implements AutoCloseable {
        private final ClientMemory.Lease held;
        private long taken;

        Parsed(ClientMemory.Lease held) {
            this.held = held;
        }

        ParsedHeap counting() {
            return new ParsedHeap(this::take, ClientMemory.SMALL_ANSWER);
        }

        private void take(long bytes) {
            held.add(bytes);
            taken += bytes;
        }

        @Override
        public void close() {
            held.release(taken);
        }
    }

    private void act(Action action, Envelope envelope, int size) throws InterruptedException {
        switch (action) {
            case Action.Authenticate(String token) -> authenticateOrEnd(token);
            case Action.Follow follow -> follow(follow);
            case Action.Answer(var payload) -> {
                RawValue text = new RawValue(new String(JsonWriter.bytes(payload), StandardCharsets.UTF_8));
                outbox.put(size, to -> to.pong(text)); // as text, since it waits and is not counted any more
            }
            case Action.State(var include, var since) -> outbox.put(0, to -> to.state(include, since, envelope.id()));
            case Action.SwitchMode(var wanted) -> context.writes().switchMode(caller(), user(), wanted);
            case Action.SyncContext(var sync) -> context.writes().sync(caller(), user(), sync);
            case Action.Refuse(MnemeException failure) -> refuse(failure, envelope.id(), Reason.TOO_MANY_ERRORS);
            case Action.End(Goodbye why) -> context.connections().end(this, why);
        }
    }

    private void authenticateOrEnd(String token) {
        try {
            authenticate(token);
        } catch (MnemeException e) {
            Reason reason = e.code() == ErrorCode.RATE_LIMITED ? Reason.TOO_MANY_CONNECTIONS : Reason.UNAUTHENTICATED;
            end(reason, e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void refuse(MnemeException failure, @Nullable String inReplyTo, Reason whenRepeated)
            throws InterruptedException {
        if (failure.code() == ErrorCode.INTERNAL) {
            LOG.log(Level.ERROR, "a message failed", failure);
        }
        if (errors.tryConsume(1)) {
            outbox.put(0, to -> to.error(failure, inReplyTo));
        } else {
            end(whenRepeated, failure.code(), String.valueOf(failure.getMessage()));
        }
    }

    // ---- following

    /// Follows the user from the start if the key is restricted to a single one.
    private void followOnlyUser() throws InterruptedException {
        Followed only = subjectAtFirst();
        if (only != null) {
            follow(new Action.Follow(only, null, null, java.util.Set.of(), false));
        }
    }

    private void follow(Action.Follow wanted) throws InterruptedException {
        ApiKey shown = key;
        if (shown == null || outbox.goodbye() != null) {
            return; // the token was refused
        }
        Followed whom = wanted.subject() == null ? Followed.onlyUserOf(shown) : wanted.subject();
        if (whom == null) {
            throw MnemeException.invalid(
                    "userId", "Say whose changes: send one of userId, agentId, appId, runId with the connect.");
        }
        Caller caller = Caller.of(shown, wanted.instance());
        String from = wanted.resumeFrom() == null ? here(whom) : wanted.resumeFrom();
        Reader next = whom.follow(
                context.feed(),
                caller,
                from,
                "resumeFrom",
                change -> ChangeMessages.told(change.type(), wanted.capabilities()));
        begin(whom, caller, next, wanted);
    }

    /// The position of the connection, if it already follows the same, so that no change falls in between.
    private @Nullable String here(Followed whom) {
        Reader now = reader;
        return now != null && whom.equals(subject) ? now.position() : null;
    }

    private void begin(Followed whom, Caller caller, Reader next, Action.Follow wanted) throws InterruptedException {
        boolean presence =
                whom instanceof Followed.One(Owner owner) && context.feed().seesWhole(caller, owner);
        String from = next.position();
        next.listen(() -> outbox.raise(Outbox.FEED)); // before the first page is read: nothing falls between
        Page first;
        try {
            first = next.page(PAGE_CHANGES);
        } catch (MnemeException e) {
            next.close();
            throw e;
        }
        reader = next;
        subject = whom;
        this.caller = caller;
        session.follows(whom, wanted.instance() != null, wanted.answered());
        ConnectionWriter.Following following = new ConnectionWriter.Following(
                whom, caller, next, from, first, wanted.capabilities(), wanted.answered(), presence);
        outbox.put(0, to -> to.follow(following));
        stayAs(presence ? whom : null, caller, wanted.capabilities().contains(Capability.PRESENCE));
    }

    /// The caller for writes: the one as whom the connection follows.
    private Caller caller() {
        Caller known = caller;
        if (known == null) {
            throw MnemeException.invalid("userId", "Say who you are: connect first, or send a userId.");
        }
        return known;
    }

    private Owner user() {
        if (subject instanceof Followed.One(Owner owner)) {
            return owner;
        }
        throw MnemeException.invalid("userId", "Say whose it is: connect first, or send a userId.");
    }

    /// Shows this connection to the others.
    ///
    /// @param whom null for a key that may not see all of the owner. A client that cannot be told who is there is
    ///     not shown either, since it could put any name before a user of whom it sees nothing
    private void stayAs(@Nullable Followed whom, Caller caller, boolean told) {
        Presence.Stay before = stay;
        if (whom instanceof Followed.One(Owner owner)) {
            Runnable onChange = told ? () -> outbox.raise(Outbox.PRESENCE) : null;
            stay = context.presence().join(owner, caller.by().instance(), onChange, before);
        } else if (before != null) {
            stay = null;
            before.close();
        }
    }

    // ---- as its keeper sees it

    private void end(Reason reason, ErrorCode code, String message) {
        context.connections().end(this, new Goodbye(reason, code, message));
    }

    @Override
    public void end(Goodbye why) {
        outbox.end(why);
    }

    @Override
    public void cut() {
        writing.interrupt();
        Thread thread = reading;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @Override
    public long heardNanos() {
        return heardNanos;
    }

    @Override
    public long stalledNanos() {
        return writer.stalledNanos();
    }

    @Override
    public void ping() {
        outbox.raise(Outbox.PING);
    }

    // ---- as the server sees it

    /// A connection is never idle here: its own pings tell whether the client lives.
    @Override
    public Duration idleTime() {
        return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {
        if (interrupt) {
            cut();
        } else {
            context.connections().end(this, Goodbye.SERVER_STOPS);
        }
    }
}
