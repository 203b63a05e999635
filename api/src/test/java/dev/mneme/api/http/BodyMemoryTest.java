package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Large bodies wait for each other; small ones do not.
class BodyMemoryTest {
    private static final int LARGE = 1 << 20;

    @Test
    void aLargeBodyWaitsUntilThereIsRoomAndASmallOneDoesNot() throws Exception {
        BodyMemory memory = new BodyMemory(LARGE + LARGE / 2);
        BodyMemory.Share first = memory.take(LARGE);
        CompletableFuture<BodyMemory.Share> second = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> second.complete(memory.take(LARGE)));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> waiting.getState() == Thread.State.TIMED_WAITING || second.isDone());
        assertThat(second).isNotDone();
        memory.take(BodyMemory.SMALL).close();
        first.close();
        second.get(30, TimeUnit.SECONDS).close();
    }

    @Test
    void roomGivenBackTwiceIsGivenOnce() {
        BodyMemory memory = new BodyMemory(LARGE);
        BodyMemory.Share share = memory.take(LARGE);
        share.close();
        share.close();
        BodyMemory.Share again = memory.take(LARGE);
        CompletableFuture<BodyMemory.Share> other = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> other.complete(memory.take(LARGE)));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> waiting.getState() == Thread.State.TIMED_WAITING || other.isDone());
        assertThat(other).isNotDone();
        again.close();
        other.join().close();
    }
}
