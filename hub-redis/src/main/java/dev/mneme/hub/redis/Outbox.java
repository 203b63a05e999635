package dev.mneme.hub.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/// Messages that wait to be sent, and how much of what was sent is not answered yet. Both together are bounded: the
/// oldest that waits goes first, and nothing that waited too long is sent, since an old event does harm (an instance of
/// the first generation puts it over something newer). While messages were dropped, [#take] gives the notice of it,
/// once in a period.
///
/// **Threads**: any number may offer; one takes.
final class Outbox {
    /// How many messages may be sent and unanswered.
    static final int WINDOW = 256;

    private static final long NOTICE_NANOS = 1_000_000_000L;

    private final int maxMessages;
    private final long maxBytes;
    private final long holdNanos;
    private final Message notice;
    private final LongSupplier nanos;
    private final Deque<Message> queue = new ArrayDeque<>(); // guarded by this, as all below
    private long bytes; // of those that wait, and of those that are sent and unanswered
    private int unanswered;
    private boolean open;
    private boolean closed;
    private boolean noticeDue;
    private long noticeFrom;
    private long dropped;
    private long sent;

    /// @param notice what is sent after messages were dropped
    Outbox(int maxMessages, long maxBytes, long holdNanos, Message notice, LongSupplier nanos) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.holdNanos = holdNanos;
        this.notice = notice;
        this.nanos = nanos;
        this.noticeFrom = nanos.getAsLong();
    }

    /// @param at when it was offered, by the clock of the queue
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(String channel, byte[] body, long at) {}

    synchronized void offer(String channel, byte[] body) {
        if (closed || body.length > maxBytes) {
            drop();
            return;
        }
        while (!queue.isEmpty() && (queue.size() >= maxMessages || bytes + body.length > maxBytes)) {
            bytes -= queue.remove().body().length;
            drop();
        }
        if (bytes + body.length > maxBytes) { // all of it sent and unanswered
            drop();
            return;
        }
        bytes += body.length;
        queue.add(new Message(channel, body, nanos.getAsLong()));
        notifyAll();
    }

    /// Counts a message that is not sent.
    synchronized void drop() {
        dropped++;
        noticeDue = true;
        notifyAll();
    }

    /// Whether what waits can be sent.
    synchronized void open(boolean value) {
        open = value;
        notifyAll();
    }

    /// The next message, once it may be sent. [#answered] follows.
    synchronized Message take() throws InterruptedException {
        while (true) {
            while (!open || unanswered >= WINDOW) {
                wait();
            }
            long now = nanos.getAsLong();
            while (!queue.isEmpty() && now - queue.element().at() > holdNanos) {
                bytes -= queue.remove().body().length;
                drop();
            }
            long untilNotice = noticeFrom - now;
            if (noticeDue && untilNotice <= 0) {
                noticeDue = false;
                noticeFrom = now + NOTICE_NANOS;
                unanswered++;
                bytes += notice.body().length;
                return notice;
            }
            if (!queue.isEmpty()) {
                unanswered++;
                return queue.remove();
            }
            if (noticeDue) {
                wait(untilNotice / 1_000_000 + 1);
            } else {
                wait();
            }
        }
    }

    /// @param arrived whether Redis has it; if not, it may have it all the same
    synchronized void answered(Message message, boolean arrived) {
        unanswered--;
        bytes -= message.body().length;
        if (arrived) {
            sent++;
        } else {
            drop();
        }
        notifyAll();
    }

    /// Takes no more, and waits until all is sent, or cannot be.
    synchronized void drain(long limitNanos) throws InterruptedException {
        closed = true;
        long end = nanos.getAsLong() + limitNanos;
        for (long left = limitNanos;
                open && left > 0 && (!queue.isEmpty() || unanswered > 0);
                left = end - nanos.getAsLong()) {
            wait(left / 1_000_000 + 1);
        }
    }

    synchronized long dropped() {
        return dropped;
    }

    synchronized long sent() {
        return sent;
    }

    synchronized int waiting() {
        return queue.size();
    }
}
