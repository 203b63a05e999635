package dev.mneme.hub;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.stored;
import static dev.mneme.testkit.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.hub.TestNodes.Node;
import dev.mneme.testkit.HeapHubDatabase.Call;
import dev.mneme.testkit.HeapHubDatabase.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// One owner in use: what does not fit in one commit, what waits for the database, and how many owners there may be.
final class HeldOwnerTest {
    private static final int LARGE = 6 << 20;

    private final TestNodes hub = new TestNodes();

    /// Writes that came together are too large for one head, and each by itself is not.
    @Test
    void aGroupThatIsTooLargeIsCommittedInParts() throws Exception {
        try (Node a = hub.open("a")) {
            stored(a.store().write(write(ALICE, add("alice", "first"))));
            CountDownLatch together = new CountDownLatch(1);
            AtomicBoolean once = new AtomicBoolean();
            a.database().hook(new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    if (call == Call.COMMIT && ALICE.equals(owner) && once.compareAndSet(false, true)) {
                        try {
                            together.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                }
            });
            List<CompletableFuture<WriteResult>> answers = new ArrayList<>();
            for (String letter : List.of("a", "b", "c", "d")) {
                answers.add(CompletableFuture.supplyAsync(() ->
                        a.store().write(write(ALICE, add("alice", letter.repeat(LARGE))))));
            }
            await().untilTrue(once);
            together.countDown();

            for (CompletableFuture<WriteResult> answer : answers) {
                assertThat(stored(answer.get()).text()).hasSize(LARGE);
            }
            assertThat(a.store().head(ALICE).sequence()).isEqualTo(5);
        }
    }

    /// Whoever loads waits for what others committed to be in the collections, but not for ever.
    @Test
    void aLoadThatCannotBringInWhatIsPendingEnds() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            Hook noSpread = new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    if (call == Call.SPREAD && ALICE.equals(owner)) {
                        throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "No spread here.");
                    }
                }
            };
            a.database().hook(noSpread);
            b.database().hook(noSpread);
            stored(a.store().write(write(ALICE, add("alice", "first"))));

            assertThatThrownBy(() -> b.store().head(ALICE))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE));
            assertThat(b.store()
                            .write(write(ALICE, add("alice", "second")))
                            .position()
                            .isPending())
                    .as("not behind the load")
                    .isTrue();
            b.database().hook(new Hook() {});
            await().ignoreExceptions().until(() -> b.store().head(ALICE).sequence() == 2);
        }
    }

    @Test
    void farTooManyOwnersAreRefused() {
        try (Node a = hub.openWithOwners("a", 2)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 20; i++) {
                            a.store().head(Owner.user("user" + i));
                        }
                    })
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        }
    }
}
