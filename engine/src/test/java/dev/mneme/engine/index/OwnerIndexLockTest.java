package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.QueryEmbedding;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Searches and changes of one owner take turns.
final class OwnerIndexLockTest {
    private static final Embedding ANY = Embedding.ofCaller(EmbeddingSpace.CALLER, new float[] {1, 2, 3});

    private final RandomMemories memories = new RandomMemories(new Random(1));
    private final OwnerIndex index = new OwnerIndex();

    private void put(long ordinal) {
        Memory memory = memories.memory(RandomMemories.START);
        index.put(ordinal, memory, AnalyzedMemory.of(memory), ANY);
    }

    private void search(Runnable whileSearching) {
        index.search(new IndexQuery(
                "tea",
                new QueryEmbedding(ANY, List.of()),
                10,
                0,
                RandomMemories.START,
                true,
                memory -> {
                    whileSearching.run();
                    return true;
                },
                false));
    }

    @Test
    void aSearchThatComesAfterAWaitingChangeWaitsForIt() throws InterruptedException {
        put(1);
        CountDownLatch searching = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofPlatform()
                .daemon()
                .start(() -> search(() -> {
                    searching.countDown();
                    await(mayEnd);
                })));
        await(searching);
        Thread writer = Thread.ofPlatform().daemon().start(() -> put(2));
        threads.add(writer);
        Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> writer.getState() == Thread.State.WAITING);
        AtomicBoolean overtook = new AtomicBoolean();
        for (int n = 0; n < 8; n++) {
            Thread later = Thread.ofPlatform()
                    .daemon()
                    .start(() -> search(() -> {
                        if (writer.isAlive() && mayEnd.getCount() > 0) {
                            overtook.set(true);
                        }
                    }));
            threads.add(later);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> overtook.get() || later.getState() == Thread.State.WAITING);
        }

        mayEnd.countDown();

        for (Thread thread : threads) {
            thread.join(60_000);
            assertThat(thread.isAlive()).isFalse();
        }
        assertThat(overtook).isFalse();
        assertThat(index.size()).isEqualTo(2);
    }

    @Test
    void steadySearchesDoNotStarveAWriter() {
        for (int n = 1; n <= 50; n++) {
            put(n);
        }
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> searchers = new ArrayList<>();
        for (int n = 0; n < 16; n++) {
            searchers.add(Thread.ofVirtual().start(() -> {
                while (!done.get()) {
                    search(() -> {});
                }
            }));
        }
        Thread writer = Thread.ofPlatform().daemon().start(() -> {
            for (int n = 51; n <= 150; n++) {
                put(n);
            }
        });

        Awaitility.await().atMost(120, TimeUnit.SECONDS).until(() -> !writer.isAlive());

        done.set(true);
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .until(() -> searchers.stream().noneMatch(Thread::isAlive));
        assertThat(index.size()).isEqualTo(150);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
