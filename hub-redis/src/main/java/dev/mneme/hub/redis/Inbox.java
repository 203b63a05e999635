package dev.mneme.hub.redis;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Messages between the connection's thread, which must not wait, and the handlers' thread, which may be slow. What
/// there is no room for is dropped and counted, and a gap is put in the queue for it. One gap at a time is enough:
/// whoever comes to it asks the database, which then knows all that was dropped before.
///
/// **Threads**: any number may offer; one takes.
final class Inbox {
    private final int maxMessages;
    private final long maxBytes;
    private final Deque<Item> queue = new ArrayDeque<>(); // guarded by this, as all below
    private long bytes;
    private boolean gapWaits;
    private long dropped;

    Inbox(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    sealed interface Item {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(String channel, byte[] body) implements Item {}

    /// Messages may have been missed here.
    record Gap() implements Item {}

    /// @return whether there was room
    synchronized boolean offer(Message message) {
        int waiting = queue.size() - (gapWaits ? 1 : 0);
        if (waiting >= maxMessages || bytes + message.body().length > maxBytes) {
            dropped++;
            gap();
            return false;
        }
        bytes += message.body().length;
        queue.add(message);
        notifyAll();
        return true;
    }

    synchronized void gap() {
        if (!gapWaits) {
            gapWaits = true;
            queue.add(new Gap());
            notifyAll();
        }
    }

    synchronized Item take() throws InterruptedException {
        while (true) {
            @Nullable Item item = queue.poll();
            switch (item) {
                case null -> wait();
                case Gap gap -> {
                    gapWaits = false;
                    return gap;
                }
                case Message message -> {
                    bytes -= message.body().length;
                    return message;
                }
            }
        }
    }

    synchronized long dropped() {
        return dropped;
    }
}
