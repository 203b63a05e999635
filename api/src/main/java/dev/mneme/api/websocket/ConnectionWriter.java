package dev.mneme.api.websocket;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.mneme.api.http.ClientMemory;
import dev.mneme.api.json.ErrorMapping;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.PlainJson;
import dev.mneme.api.live.Followed;
import dev.mneme.api.live.Goodbye;
import dev.mneme.api.live.Goodbye.Reason;
import dev.mneme.core.access.Caller;
import dev.mneme.core.feed.ChangeFeed.Item;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.feed.ChangeFeed.Reader;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.RandomId;
import dev.mneme.wire.LiveMessage;
import dev.mneme.wire.live.LiveDisconnect;
import dev.mneme.wire.live.LiveError;
import dev.mneme.wire.live.LiveErrorDetails;
import dev.mneme.wire.live.LiveHeartbeat;
import dev.mneme.wire.live.LivePing;
import dev.mneme.wire.live.LivePresence;
import dev.mneme.wire.live.LivePresent;
import dev.mneme.wire.live.LiveWelcome;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes to one client, and follows the feed for it. Everything here belongs to the connection's writing thread,
/// except where it says otherwise.
///
/// Every message with a position also has the position that the client held before, as `previous`; the feed's reader
/// keeps count of it. The next message with a position passes over changes that the client is not told, that is,
/// filtered ones and kinds that it did not ask for.
final class ConnectionWriter {
    private static final int PAGE_CHANGES = 32;
    private static final int FLUSH_BYTES = 64 << 10;
    private static final int MAX_PRESENT = 1_000;
    private static final int STATE_TRIES = 5;
    private static final long PRESENCE_GAP_NANOS = 250_000_000L;
    private static final int PRESENT_BYTES = 4 * 256 + 64;

    private final WebSocketContext context;
    private final HelidonSocket socket;
    private final String clientId;
    private final Outbox outbox;
    private final ClientMemory.Lease lease;
    private final FrameBuffer frames = new FrameBuffer();
    private volatile long writingNanos; // read by any thread

    private @Nullable Following following;
    private @Nullable String told; // the position of the latest message, whether it is written yet or not
    private @Nullable String written; // the position of the latest message that was written
    private long presenceToldNanos;
    private long presenceDueNanos; // 0: not

    /// @param lease counts what is being written
    ConnectionWriter(
            WebSocketContext context, HelidonSocket socket, String clientId, Outbox outbox, ClientMemory.Lease lease) {
        this.lease = lease;
        this.context = context;
        this.presenceToldNanos = context.runtime().nanos() - PRESENCE_GAP_NANOS;
        this.socket = socket;
        this.clientId = clientId;
        this.outbox = outbox;
    }

    /// What the connection follows, once that is known.
    ///
    /// @param answered whether the client sent a `connect`, and so understands `reset` and positions
    /// @param presence whether it is told who else is connected
    /// @param from the position at which it began
    /// @param first the changes after that position that were read at once
    record Following(
            Followed subject,
            Caller caller,
            Reader reader,
            String from,
            Page first,
            Set<Capability> capabilities,
            boolean answered,
            boolean presence) {}

    /// Since when a write has been waiting for the client, as the runtime's nanoseconds; 0 when none is. Any thread may
    /// ask.
    long stalledNanos() {
        return writingNanos;
    }

    /// Writes until the end.
    ///
    /// @throws InterruptedException when the connection is cut
    /// @throws java.io.UncheckedIOException when the client is gone
    void run(@Nullable Followed first) throws InterruptedException {
        try {
            message(MessageType.CONNECT, first == null ? "" : first.userId(), welcome(null));
            flush();
            while (step(outbox.take(presenceDueNanos))) {
                flush();
            }
        } finally {
            Following now = following;
            if (now != null) {
                now.reader().close();
            }
        }
    }

    private boolean step(int raised) {
        if ((raised & Outbox.END) != 0) {
            farewell();
            return false;
        }
        for (Consumer<ConnectionWriter> answer = outbox.poll(); answer != null; answer = outbox.poll()) {
            answer.accept(this);
            flushIfLarge();
        }
        if ((raised & Outbox.PING) != 0) {
            ping();
        }
        if ((raised & Outbox.FEED) != 0) {
            feed();
        }
        if ((raised & Outbox.PRESENCE) != 0 || presenceDueNanos != 0) {
            presence();
        }
        return true;
    }

    // ---- answers, put into the outbox by the reading thread

    /// Begins to follow, or goes on under another name.
    void follow(Following next) {
        Following before = following;
        if (before != null) {
            before.reader().close();
        }
        following = next;
        boolean reset = next.first().reset();
        String position = reset ? next.first().position() : next.from();
        if (next.answered()) {
            message(MessageType.CONNECT, userId(), welcome(reset ? true : null), position, null);
        }
        told = position;
        tell(next.first());
        outbox.raise(Outbox.FEED); // what was raised before this thread knew what it follows is lost
    }

    void pong(RawValue payload) {
        positioned(MessageType.PONG, payload);
    }

    void protocolPong(byte[] payload) {
        frames.pong(payload);
    }

    void error(MnemeException failure, @Nullable String inReplyTo) {
        LiveError whole = failure(failure, inReplyTo, true);
        boolean fits = JsonWriter.bytes(whole).length <= room();
        message(MessageType.ERROR, userId(), fits ? whole : failure(failure, inReplyTo, false));
    }

    /// @param withData whether to send the record that is there, where the writer saw another one
    private static LiveError failure(MnemeException failure, @Nullable String inReplyTo, boolean withData) {
        boolean conflict = failure.code() == ErrorCode.VERSION_CONFLICT;
        Context current = failure.current() instanceof Context context ? context : null;
        LiveErrorDetails details = new LiveErrorDetails(
                inReplyTo,
                failure.field(),
                ErrorMapping.retryAfterMillis(failure.code()),
                current == null ? null : current.key(),
                !conflict ? null : current == null ? Long.valueOf(0) : Long.valueOf(current.version()),
                current == null || !withData ? null : Payloads.contextSync(current, false),
                current == null || !withData ? null : PlainJson.of(current.data()),
                failure.paths().isEmpty() ? null : failure.paths());
        String message = String.valueOf(failure.getMessage());
        return new LiveError(
                failure.code().wireName(),
                withData ? message : message + " What is there is larger than a message: read it over REST.",
                details.bare() ? null : details);
    }

    /// How many bytes a message can have besides its envelope.
    private int room() {
        return context.config().messageBytes() - WebSocketConfig.ENVELOPE_BYTES;
    }

    /// Sends the state. It is true at the position that its last part carries; all changes up to there are sent before
    /// it.
    ///
    /// @param since send only what changed after it, if that is still known; null: everything
    void state(Set<StatePart> include, @Nullable String since, @Nullable String inReplyTo) {
        try {
            for (int i = 0; i < STATE_TRIES && outbox.goodbye() == null; i++) {
                if (stateOnce(include, since)) {
                    return;
                }
            }
            if (outbox.goodbye() == null) {
                throw new MnemeException(
                        ErrorCode.OVERLOADED, "The state was replaced again and again while it was read: ask again.");
            }
        } catch (MnemeException e) {
            error(e, inReplyTo);
        }
    }

    /// @return whether it was sent; false when the feed was reset to a later position meanwhile
    private boolean stateOnce(Set<StatePart> include, @Nullable String since) {
        Following now = following;
        if (now == null || !(now.subject() instanceof Followed.One(Owner owner))) {
            throw MnemeException.invalid("userId", "Say whose state: connect first, or send a userId.");
        }
        StateParts parts = new StateParts(context.config().messageBytes());
        boolean shown = now.presence() && owner.kind() == OwnerKind.USER; // to who may see the user as a whole
        String told = null;
        if (shown) {
            StateReading reading = StateReading.of(context, now.caller(), owner, include, since, parts);
            if (!feedTo(now, reading.position())) {
                return false;
            }
            told = reading.since();
        } else {
            while (outbox.goodbye() == null && feedPage()) {
                flushIfLarge();
            }
        }
        parts.finish(include.contains(StatePart.PRESENCE) ? presenceParts() : List.of());
        parts.leftOut().forEach(each -> error(each, null));
        List<Payloads.State> payloads =
                parts.payloads(told, context.runtime().clock().millis());
        for (Payloads.State part : payloads.subList(0, payloads.size() - 1)) {
            message(MessageType.STATE_RESPONSE, userId(), part);
            flushIfLarge();
        }
        positioned(MessageType.STATE_RESPONSE, payloads.getLast());
        return true;
    }

    /// Sends the changes up to a position, and nothing beyond it.
    ///
    /// @return whether the reader is there now
    private boolean feedTo(Following now, Position end) {
        while (outbox.goodbye() == null && !now.reader().position().equals(end.toString())) {
            String held = now.reader().held();
            Page page = now.reader().pageTo(end, PAGE_CHANGES);
            if (page.reset()) {
                reset(page.position(), held);
                return false;
            }
            tell(page);
        }
        return true;
    }

    // ---- the rest

    private void ping() {
        long now = context.runtime().clock().millis();
        frames.ping();
        message(MessageType.PING, userId(), new LivePing(now));
        if (following != null) {
            positioned(MessageType.HEARTBEAT, new LiveHeartbeat(context.instanceId(), now));
        }
    }

    private void feed() {
        if (feedPage()) {
            outbox.raise(Outbox.FEED); // there may be more, and other work comes in between
        }
    }

    /// @return whether there was something to send
    private boolean feedPage() {
        Following now = following;
        if (now == null) {
            return false;
        }
        String held = now.reader().held();
        Page page = now.reader().page(PAGE_CHANGES);
        if (page.reset()) {
            reset(page.position(), held);
        }
        tell(page);
        return page.reset() || !page.items().isEmpty();
    }

    private void tell(Page page) {
        page.items().forEach(this::tell);
    }

    private void tell(Item item) {
        Change change = item.change();
        if (change.subject() == null) { // an erasure, or a change whose record is no longer kept
            reset(item.position(), item.previous());
            return;
        }
        byte[] head = ChangeMessages.head(RandomId.of(context.runtime().random()));
        byte[] tail = ChangeMessages.tail(item.position(), item.previous());
        byte[] middle = context.updates().of(change);
        if (head.length + middle.length + tail.length > context.config().messageBytes()) {
            tooLarge(item);
        } else {
            frames.text(head, middle, tail);
            told = item.position();
        }
        flushIfLarge();
    }

    /// Names the record whose change does not fit into a message.
    private void tooLarge(Item item) {
        Change change = item.change();
        String what = change.type().wireName() + " of '" + change.key() + "'";
        LiveErrorDetails details = new LiveErrorDetails(
                null,
                null,
                null,
                change.key(),
                change.subject() == null ? null : change.subject().version(),
                null,
                null,
                null);
        message(
                MessageType.ERROR,
                userId(),
                new LiveError(
                        ErrorCode.TOO_LARGE.wireName(),
                        "A change is larger than a message (" + what + "): read it over REST.",
                        details),
                item.position(),
                item.previous());
    }

    /// Tells the client to read the state anew at this position. A client that knows no positions need not know.
    private void reset(String position, String previous) {
        Following now = following;
        if (now != null && now.answered()) {
            message(MessageType.CONNECT, userId(), welcome(true), position, previous);
        }
        told = position;
    }

    private void presence() {
        Following now = following;
        if (now == null || !now.presence() || !now.capabilities().contains(Capability.PRESENCE)) {
            presenceDueNanos = 0;
            return;
        }
        long nanos = context.runtime().nanos();
        long due = presenceToldNanos + PRESENCE_GAP_NANOS;
        if (nanos - due < 0) {
            presenceDueNanos = due == 0 ? 1 : due;
            return;
        }
        presenceDueNanos = 0;
        presenceToldNanos = nanos;
        for (LivePresence list : presenceParts()) {
            message(MessageType.PRESENCE, userId(), list);
            flushIfLarge();
        }
    }

    /// Who is connected, in lists that each fit into a message; empty when the caller may not know.
    private List<LivePresence> presenceParts() {
        Following now = following;
        if (now == null || !now.presence() || !(now.subject() instanceof Followed.One(Owner owner))) {
            return List.of();
        }
        List<LivePresent> all = context.presence().of(owner, MAX_PRESENT);
        int total = Math.max(all.size(), context.presence().count(owner));
        int perPart = Math.max(1, (context.config().messageBytes() - WebSocketConfig.ENVELOPE_BYTES) / PRESENT_BYTES);
        int parts = Math.max(1, (all.size() + perPart - 1) / perPart);
        return java.util.stream.IntStream.range(0, parts)
                .mapToObj(i -> new LivePresence(
                        all.subList(i * perPart, Math.min(all.size(), (i + 1) * perPart)),
                        total,
                        parts == 1 ? null : i + 1,
                        parts == 1 ? null : parts))
                .toList();
    }

    private void farewell() {
        Goodbye why = outbox.goodbye();
        if (why == null) {
            return;
        }
        frames.clear(); // what was not written by now goes no more to this client
        ErrorCode code = why.code();
        if (code != null) {
            error(new MnemeException(code, why.message()), null);
        }
        if (why.reason() != Reason.NORMAL) {
            message(
                    MessageType.DISCONNECT,
                    userId(),
                    new LiveDisconnect(why.message(), code == null ? null : code.wireName(), written));
        }
        frames.close(why.reason().closeCode(), why.message());
        write();
    }

    private LiveWelcome welcome(@Nullable Boolean reset) {
        return new LiveWelcome(
                clientId,
                context.instanceId(),
                WebSocketContext.PROTOCOL,
                context.serverVersion(),
                context.connections().config().pingInterval().toMillis(),
                reset,
                ownersLeftOut());
    }

    private @Nullable Integer ownersLeftOut() {
        Following now = following;
        int leftOut = now != null && now.subject() instanceof Followed.Everyone
                ? context.feed().leftOut(now.caller())
                : 0;
        return leftOut == 0 ? null : leftOut;
    }

    private String userId() {
        Following now = following;
        return now == null ? "" : now.subject().userId();
    }

    /// Sends a message with the present position of the subscription.
    private void positioned(MessageType type, Object payload) {
        Following now = following;
        if (now == null) {
            message(type, "", payload);
            return;
        }
        String held = now.reader().held();
        message(type, userId(), payload, now.reader().announce(), held);
    }

    private void message(MessageType type, String userId, Object payload) {
        message(type, userId, payload, null, null);
    }

    private void message(
            MessageType type, String userId, Object payload, @Nullable String position, @Nullable String previous) {
        frames.text(JsonWriter.bytes(new LiveMessage(
                RandomId.of(context.runtime().random()).toString(),
                type.wireName(),
                userId,
                context.instanceId(),
                context.runtime().clock().millis(),
                payload,
                position,
                previous)));
        if (position != null) {
            told = position;
        }
    }

    private void flushIfLarge() {
        if (frames.size() >= FLUSH_BYTES) {
            flush();
        }
    }

    /// Writes the frames, unless the connection is to end.
    private void flush() {
        if (outbox.goodbye() == null) {
            write();
        } else {
            frames.clear();
        }
    }

    private void write() {
        if (frames.size() == 0) {
            written = told;
            return;
        }
        int counted = frames.size() > ClientMemory.SMALL_ANSWER ? frames.size() : 0;
        if (!lease.tryAdd(counted)) {
            frames.clear();
            outbox.end(new Goodbye(
                    Reason.OVERLOADED,
                    ErrorCode.OVERLOADED,
                    "There is no memory for what waits for this client: connect again with resumeFrom."));
            return;
        }
        writingNanos = context.runtime().nanos() | 1;
        try {
            socket.write(BufferData.create(frames.array(), 0, frames.size()));
        } finally {
            writingNanos = 0;
            lease.release(counted);
        }
        frames.clear();
        written = told;
    }
}
