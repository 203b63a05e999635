package dev.mneme.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.hub.redis.Inbox.Gap;
import dev.mneme.hub.redis.Inbox.Message;
import org.junit.jupiter.api.Test;

final class InboxTest {
    private static final Message M1 = new Message("1", new byte[4]);
    private static final Message M2 = new Message("2", new byte[4]);
    private static final Message M3 = new Message("3", new byte[4]);

    @Test
    void whatDoesNotFitIsDroppedAndLeavesOneGap() throws Exception {
        Inbox inbox = new Inbox(2, 100);

        assertThat(inbox.offer(M1)).isTrue();
        assertThat(inbox.offer(M2)).isTrue();
        assertThat(inbox.offer(M3)).isFalse();
        assertThat(inbox.offer(M3)).isFalse();

        assertThat(inbox.dropped()).isEqualTo(2);
        assertThat(inbox.take()).isSameAs(M1);
        assertThat(inbox.offer(M3)).as("the gap takes no place").isTrue();
        assertThat(inbox.take()).isSameAs(M2);
        assertThat(inbox.take()).isEqualTo(new Gap());
        assertThat(inbox.take()).isSameAs(M3);
        inbox.gap();
        assertThat(inbox.take()).as("once taken, another gap may come").isEqualTo(new Gap());
    }

    @Test
    void bytesAreBoundedTooAndComeBack() throws Exception {
        Inbox inbox = new Inbox(100, 8);

        for (int i = 0; i < 10; i++) {
            assertThat(inbox.offer(M1)).isTrue();
            assertThat(inbox.offer(M2)).isTrue();
            assertThat(inbox.take()).isSameAs(M1);
            assertThat(inbox.take()).isSameAs(M2);
        }
        assertThat(inbox.offer(new Message("large", new byte[9]))).isFalse();
    }
}
