package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Indexes that come and go while their owners are written to.
final class OwnerIndexesTest {
    private static final byte[] OWNER = new byte[16];

    private final OwnerIndexes indexes = new OwnerIndexes(1 << 20);
    private final CountDownLatch loading = new CountDownLatch(1);
    private final CountDownLatch maySucceed = new CountDownLatch(1);

    private OwnerIndex slowly() {
        loading.countDown();
        await(maySucceed);
        return new OwnerIndex();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void changesDuringALoadAreKeptAsideUpToALimitAndThenWaitForIt() throws InterruptedException {
        int changes = OwnerIndexes.MAX_PENDING + 500;
        AtomicInteger told = new AtomicInteger();
        AtomicInteger arrived = new AtomicInteger();
        CompletableFuture<OwnerIndex> load = CompletableFuture.supplyAsync(() -> indexes.get(OWNER, this::slowly));
        await(loading);
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            for (int n = 0; n < changes; n++) {
                indexes.change(OWNER, index -> arrived.incrementAndGet());
                told.incrementAndGet();
            }
        });
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> told.get() == OwnerIndexes.MAX_PENDING && writer.getState() == Thread.State.WAITING);

        maySucceed.countDown();
        load.join();
        writer.join(60_000);

        assertThat(told).hasValue(changes);
        assertThat(arrived).hasValue(changes);
    }

    @Test
    void aLoadThatFailsLetsTheWaitingChangeGo() throws InterruptedException {
        CompletableFuture<OwnerIndex> load = CompletableFuture.supplyAsync(() -> indexes.get(OWNER, () -> {
            loading.countDown();
            await(maySucceed);
            throw new IllegalStateException("planted");
        }));
        await(loading);
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            for (int n = 0; n <= OwnerIndexes.MAX_PENDING; n++) {
                indexes.change(OWNER, index -> {});
            }
        });
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> writer.getState() == Thread.State.WAITING);

        maySucceed.countDown();

        writer.join(60_000);
        assertThat(writer.isAlive()).isFalse();
        assertThatThrownBy(load::join).hasRootCauseMessage("planted");
        assertThat(indexes.get(OWNER, OwnerIndex::new).size()).isZero();
    }
}
