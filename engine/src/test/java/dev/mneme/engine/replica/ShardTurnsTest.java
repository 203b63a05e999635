package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapJournal;
import dev.mneme.testkit.ManualClock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A shard of a single copy, run a step at a time.
final class ShardTurnsTest {
    private static final int OWNERS = 300;
    private static final ShardId SHARD = new ShardId(0);

    private final HeapTables.Home rows = new HeapTables.Home();
    private final HeapTables.Home words = new HeapTables.Home();
    private final HeapJournal.Home entries = new HeapJournal.Home(List.of(SHARD));
    private final AtomicBoolean full = new AtomicBoolean();
    private ErrorCode refusal = ErrorCode.STORAGE_FULL;
    private final SteppedExecution execution = new SteppedExecution();

    private LocalShard open(HeapTables.Home wordsOfIndex, SteppedExecution on) {
        return Replica.shard(
                new SingleCopy(new HeapJournal(entries), SHARD),
                on,
                new FillableTables(new HeapTables(rows), full::get).refuseWith(refusal),
                new FillableTables(new HeapTables(wordsOfIndex), full::get),
                new Subscribers(),
                new SystemRuntime(new ManualClock()),
                Replica.EPOCH,
                Replica.SEAL);
    }

    private static CompletableFuture<WriteResult> add(LocalShard shard, String user) {
        return shard.submit(Fixtures.write(Owner.user(user), Fixtures.add(user, "tea of " + user)));
    }

    private LocalShard recovered(HeapTables.Home wordsOfIndex, SteppedExecution on) {
        LocalShard shard = open(wordsOfIndex, on);
        CompletableFuture<@Nullable Void> recovered = shard.recover();
        assertThat(recovered).as("nothing happens but in a step").isNotDone();
        on.run();
        assertThat(recovered).isCompleted();
        return shard;
    }

    private static ErrorCode code(CompletableFuture<?> failed) {
        return ((MnemeException) failed.exceptionNow()).code();
    }

    @Test
    void nothingHappensButInAStep() {
        LocalShard shard = recovered(words, execution);
        CompletableFuture<WriteResult> answer = add(shard, "ann");
        assertThat(answer).isNotDone();
        execution.run();
        assertThat(answer).isCompleted();
        CompletableFuture<@Nullable Void> ended = shard.finish();
        assertThat(ended).isNotDone();
        execution.run();
        assertThat(ended).isCompleted();
        assertThat(code(add(shard, "late"))).isEqualTo(ErrorCode.OVERLOADED);
    }

    @Test
    void writesAreTakenWhileTheIndexIsMadeAnew() {
        LocalShard first = recovered(words, execution);
        for (int n = 0; n < OWNERS; n++) {
            CompletableFuture<WriteResult> added = add(first, "user" + n);
            execution.run();
            assertThat(added).isCompleted();
        }
        CompletableFuture<@Nullable Void> ended = first.finish();
        execution.run();
        assertThat(ended).isCompleted();
        first.close();
        SteppedExecution again = new SteppedExecution();
        LocalShard shard = recovered(new HeapTables.Home(), again);
        shard.start();
        CompletableFuture<WriteResult> answer = add(shard, "newcomer");
        while (!answer.isDone()) {
            assertThat(again.step()).isTrue();
        }
        assertThat(answer).isCompleted();
        assertThat(shard.backlog()).as("owners whose words are yet to be made").isPositive();
        again.run();
        assertThat(shard.backlog()).isZero();
    }

    @Test
    void aFullDiskHoldsUpNoThreadAndIsTriedAgain() {
        LocalShard shard = recovered(words, execution);
        full.set(true);
        CompletableFuture<WriteResult> answer = add(shard, "ann");
        execution.run();
        assertThat(answer).isNotDone();
        assertThat(shard.blockedSince()).isNotZero();
        assertThat(code(add(shard, "bob"))).as("meanwhile").isEqualTo(ErrorCode.STORAGE_FULL);
        assertThat(execution.fire()).as("it is tried again").isTrue();
        execution.run();
        assertThat(answer).isNotDone();
        full.set(false);
        execution.fire();
        execution.run();
        assertThat(answer).isCompleted();
        assertThat(shard.blockedSince()).isZero();
    }

    @Test
    void whoStopsOverAFullDiskLosesNothing() {
        LocalShard shard = recovered(words, execution);
        full.set(true);
        CompletableFuture<WriteResult> answer = add(shard, "ann");
        execution.run();
        CompletableFuture<@Nullable Void> ended = shard.finish();
        execution.run();
        assertThat(ended).isCompleted();
        assertThat(code(answer)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        full.set(false);
        LocalShard again = recovered(words, new SteppedExecution());
        assertThat(again.status().applied()).isEqualTo(1);
    }

    @Test
    void aHeldShardStandsStillUntilItIsResumed() {
        LocalShard shard = recovered(words, execution);
        CompletableFuture<WriteResult> before = add(shard, "ann");
        execution.run();
        CompletableFuture<Long> held = shard.hold();
        CompletableFuture<WriteResult> later = add(shard, "bob");
        execution.run();
        assertThat(held).isCompletedWithValue(1L);
        assertThat(before).isCompleted();
        assertThat(later).isNotDone();
        shard.resume();
        execution.run();
        assertThat(later).isCompleted();
        CompletableFuture<Long> read = shard.readBarrier();
        execution.run();
        assertThat(read).isCompletedWithValue(2L);
    }

    /// As when a server stops while a backup holds its shards.
    @Test
    void whatWaitsAtAHeldShardIsRefusedWhenItEnds() {
        LocalShard shard = recovered(words, execution);
        CompletableFuture<Long> held = shard.hold();
        CompletableFuture<WriteResult> waits = add(shard, "ann");
        execution.run();
        assertThat(held).isCompleted();
        CompletableFuture<@Nullable Void> ended = shard.finish();
        execution.run();
        assertThat(waits).isCompletedExceptionally();
        assertThat(ended).isCompleted();
    }

    /// Only room is waited for: a later try would mend nothing else.
    @Test
    void tablesThatFailOtherwiseStopTheShard() {
        refusal = ErrorCode.INTERNAL;
        LocalShard shard = recovered(words, execution);
        full.set(true);
        CompletableFuture<WriteResult> answer = add(shard, "ann");
        execution.run();
        assertThat(answer).isCompletedExceptionally();
        assertThat(code(answer)).isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(shard.status().error()).isEqualTo("Nothing is taken.");
        assertThat(execution.fire()).as("it is tried again").isFalse();
    }
}
