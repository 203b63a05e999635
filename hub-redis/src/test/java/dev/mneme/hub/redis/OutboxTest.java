package dev.mneme.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.hub.redis.Outbox.Message;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class OutboxTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Message NOTICE = new Message("notice", new byte[0], 0);

    private final AtomicLong nanos = new AtomicLong();

    private Outbox outbox(int messages, long bytes) {
        Outbox outbox = new Outbox(messages, bytes, 5 * SECOND, NOTICE, nanos::get);
        outbox.open(true);
        return outbox;
    }

    private static String next(Outbox outbox) throws InterruptedException {
        Message message = outbox.take();
        outbox.answered(message, true);
        return message.channel();
    }

    @Test
    void theOldestGoesWhenItIsFullAndANoticeComesFirst() throws Exception {
        Outbox outbox = outbox(2, 100);

        for (String channel : new String[] {"1", "2", "3"}) {
            outbox.offer(channel, new byte[1]);
        }

        assertThat(outbox.dropped()).isEqualTo(1);
        assertThat(next(outbox)).isEqualTo("notice");
        assertThat(next(outbox)).isEqualTo("2");
        assertThat(next(outbox)).isEqualTo("3");
        assertThat(outbox.sent()).isEqualTo(3);
    }

    @Test
    void noticesComeOnceASecond() throws Exception {
        Outbox outbox = outbox(1, 100);
        outbox.offer("1", new byte[1]);
        outbox.offer("2", new byte[1]);
        assertThat(next(outbox)).isEqualTo("notice");
        outbox.offer("3", new byte[1]);

        assertThat(next(outbox)).as("not again within a second").isEqualTo("3");
        nanos.addAndGet(SECOND);
        outbox.offer("4", new byte[1]);

        assertThat(next(outbox)).isEqualTo("notice");
        assertThat(next(outbox)).isEqualTo("4");
    }

    @Test
    void whatWaitedTooLongIsNotSent() throws Exception {
        Outbox outbox = outbox(10, 100);
        outbox.offer("old", new byte[1]);
        nanos.set(5 * SECOND);
        outbox.offer("new", new byte[1]);
        nanos.set(5 * SECOND + 1);

        assertThat(next(outbox)).isEqualTo("notice");
        assertThat(next(outbox)).isEqualTo("new");
        assertThat(outbox.dropped()).isEqualTo(1);
    }

    @Test
    void whatIsUnansweredCountsAmongTheBytes() throws Exception {
        Outbox outbox = outbox(10, 10);
        outbox.offer("1", new byte[6]);
        Message first = outbox.take();
        outbox.offer("2", new byte[6]);
        assertThat(outbox.dropped()).isEqualTo(1);
        assertThat(outbox.waiting()).isZero();

        outbox.answered(first, true);
        outbox.offer("3", new byte[6]);

        assertThat(next(outbox)).isEqualTo("notice");
        assertThat(next(outbox)).isEqualTo("3");
    }

    @Test
    void whatWasLostIsCountedAndTold() throws Exception {
        Outbox outbox = outbox(10, 100);
        outbox.offer("1", new byte[1]);
        outbox.answered(outbox.take(), false);

        assertThat(outbox.dropped()).isEqualTo(1);
        assertThat(outbox.sent()).isZero();
        assertThat(next(outbox)).isEqualTo("notice");
    }

    @Test
    void noMoreThanAWindowIsUnanswered() throws Exception {
        Outbox outbox = outbox(10_000, 100_000);
        for (int i = 0; i <= Outbox.WINDOW; i++) {
            outbox.offer("m", new byte[1]);
        }
        Message last = NOTICE;
        for (int i = 0; i < Outbox.WINDOW; i++) {
            last = outbox.take();
        }
        Message answered = last;
        Thread taker = Thread.ofVirtual().start(() -> {
            try {
                outbox.take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (taker.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(outbox.waiting()).isEqualTo(1);

        outbox.answered(answered, true);
        taker.join();

        assertThat(outbox.waiting()).isZero();
    }
}
