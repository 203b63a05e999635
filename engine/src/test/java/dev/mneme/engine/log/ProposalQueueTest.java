package dev.mneme.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Journal;
import dev.mneme.engine.log.ProposalQueue.Offer;
import org.junit.jupiter.api.Test;

class ProposalQueueTest {
    private static final Journal.Callback NOBODY = new Journal.Callback() {
        @Override
        public void durable(long index) {}

        @Override
        public void failed(MnemeException failure) {}
    };

    private static Request entry(int shard) {
        return new Request.Entry(shard, Journal.NEXT, 1, new byte[1_000], NOBODY);
    }

    @Test
    void whoFillsTheQueueIsRefusedAndNoOtherShard() throws InterruptedException {
        ProposalQueue queue = new ProposalQueue(100, 10_000);
        Offer offer = queue.offer(entry(1));
        while (offer == Offer.ACCEPTED) {
            offer = queue.offer(entry(1));
        }
        assertThat(offer).isEqualTo(Offer.FULL);
        assertThat(queue.offer(entry(2))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.offer(entry(2))).as("it has something waiting now").isEqualTo(Offer.FULL);
        queue.take(1 << 20, 0);
        assertThat(queue.offer(entry(1))).isEqualTo(Offer.ACCEPTED);
        assertThat(queue.offer(entry(2))).isEqualTo(Offer.ACCEPTED);
    }
}
