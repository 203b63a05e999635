package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Which writes go into the log together.
final class WaitingWritesTest {
    private static final int LIMIT = 100_000;

    private final WaitingWrites waiting = new WaitingWrites(LIMIT, QueueLimit.of(1_000));

    /// Everything that is large in an update: text, metadata, categories.
    private static Write update(int bytes) {
        MemoryId id = Fixtures.id(Fixtures.ALICE, 1);
        JsonObject metadata = Fixtures.json("note", "m".repeat(bytes / 2));
        List<String> categories = List.of("c".repeat(bytes / 4));
        return Fixtures.write(
                Fixtures.ALICE,
                new Command.UpdateMemory(
                        id, "\u20ac".repeat(bytes / 12), null, metadata, categories, null, Command.ANY_VERSION));
    }

    private void add(Write write) {
        assertThat(waiting.offer(write, new CompletableFuture<>())).isNull();
    }

    /// A small write of somebody's.
    private static Write small(String key, Owner owner) {
        Command delete = new Command.DeleteMemory(Fixtures.id(owner, 1), Command.ANY_VERSION);
        return new Write(owner, Provenance.ofKey(key), null, List.of(delete));
    }

    @Test
    void whatOneOwnerHasQueuedDelaysNoOther() {
        WaitingWrites waiting = new WaitingWrites(LIMIT, QueueLimit.of(40_000));
        for (int i = 0; i < 10_000; i++) {
            waiting.offer(small("k", Fixtures.ALICE), new CompletableFuture<>());
        }
        waiting.offer(small("k", Fixtures.BOB), new CompletableFuture<>());

        assertThat(waiting.gather().writes()).contains(small("k", Fixtures.BOB));
    }

    @Test
    void whoHasTooManyWaitingIsRefusedAndNobodyElse() {
        WaitingWrites waiting = new WaitingWrites(LIMIT, QueueLimit.of(100));
        MnemeException refused = null;
        for (int i = 0; i < 100 && refused == null; i++) {
            refused = waiting.offer(small("noisy", Fixtures.ALICE), new CompletableFuture<>());
        }
        assertThat(refused)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        assertThat(waiting.offer(small("noisy", Fixtures.BOB), new CompletableFuture<>()))
                .isNull();
        assertThat(waiting.offer(small("quiet", Fixtures.ALICE), new CompletableFuture<>()))
                .isNull();
        waiting.gather();
        assertThat(waiting.offer(small("noisy", Fixtures.ALICE), new CompletableFuture<>()))
                .isNull();
    }

    @Test
    void onceClosedItTakesNothingAndGivesOutWhoWaited() {
        CompletableFuture<WriteResult> answer = new CompletableFuture<>();
        waiting.offer(small("k", Fixtures.ALICE), answer);
        MnemeException why = new MnemeException(ErrorCode.OVERLOADED, "stopping");

        assertThat(waiting.close(why)).containsExactly(answer);
        assertThat(waiting.offer(small("k", Fixtures.ALICE), answer)).isSameAs(why);
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void noBatchExceedsWhatTheLogTakesHoweverLargeItsUpdatesAre() {
        List<Write> writes = new ArrayList<>();
        for (int n = 0; n < 40; n++) {
            writes.add(update(1_000 + n * 2_000));
        }
        writes.forEach(this::add);

        List<Write> gathered = new ArrayList<>();
        while (!waiting.isEmpty()) {
            WaitingWrites.Gathered batch = waiting.gather();
            assertThat(batch.tooLarge()).isEmpty();
            assertThat(batch.writes()).isNotEmpty();
            assertThat(BatchCodec.encode(ManualClock.START, batch.encoded())).hasSizeLessThanOrEqualTo(LIMIT);
            gathered.addAll(batch.writes());
        }
        assertThat(gathered).isEqualTo(writes);
    }

    @Test
    void oneThatFitsNowhereIsRefusedAlone() {
        add(update(1_000));
        add(update(LIMIT + 1_000));
        add(update(2_000));

        WaitingWrites.Gathered batch = waiting.gather();

        assertThat(batch.writes()).hasSize(2);
        assertThat(batch.tooLarge()).hasSize(1).allSatisfy(refused -> {
            assertThat(refused.why().code()).isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(refused.why()).hasMessageContaining("send fewer memories");
        });
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void whatWasEncodedWriteByWriteIsTheBatch() {
        List<Write> writes = List.of(update(100), update(2_000));

        assertThat(BatchCodec.encode(
                        ManualClock.START,
                        writes.stream().map(BatchCodec::encode).toList()))
                .isEqualTo(BatchCodec.encode(new ShardBatch(ManualClock.START, writes)));
    }
}
