package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.Modes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What many threads at once may count on.
abstract class ConcurrencyPart extends StorePart {
    private static final int THREADS = 8;
    private static final int WRITES = 40;

    @Test
    void aReaderSeesAllOfAWriteOrNoneAndExactlyWhatItsPositionSays() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = threads.submit(() -> {
                for (int i = 0; i < WRITES; i++) {
                    write(ALICE, add("alice", i + " a"), add("alice", i + " b"), add("alice", i + " c"));
                }
            });
            while (!writer.isDone()) {
                MemoryPage page = store().list(Fixtures.everything(ALICE, now()));
                Position position = java.util.Objects.requireNonNull(page.position());
                assertThat(page.items().size() % 3).isZero();
                assertThat(position.sequence()).isEqualTo(page.items().size());
            }
            writer.get();
        }
        assertThat(all(ALICE)).hasSize(3 * WRITES);
    }

    @Test
    void manyWritersOfOneOwnerGetDensePositionsAndNothingIsLost() throws Exception {
        List<WriteResult> results = everyThread(thread -> {
            List<WriteResult> own = new ArrayList<>();
            for (int i = 0; i < WRITES; i++) {
                own.add(write(ALICE, add("alice", "thread " + thread + " number " + i)));
            }
            return own;
        });

        assertThat(results.stream().map(result -> result.position().sequence()))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, THREADS * WRITES).boxed().toList());
        assertThat(changes(ALICE, 0))
                .extracting(change -> change.position().sequence())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, THREADS * WRITES).boxed().toList());
        assertThat(all(ALICE))
                .containsExactlyInAnyOrderElementsOf(
                        changes(ALICE, 0).stream().map(Change::memory).toList());
    }

    @Test
    void ofManyWhoSawTheSameVersionOneWins() throws Exception {
        Memory tea = added(add("alice", "likes tea"));

        List<WriteResult> results = everyThread(thread -> List.of(write(
                ALICE, new Command.UpdateMemory(tea.id(), "thread " + thread, null, null, null, null, tea.version()))));

        assertThat(results.stream().filter(result -> result.outcomes().getFirst() instanceof Outcome.Stored))
                .hasSize(1);
        assertThat(found(tea.id()).version()).isEqualTo(2);
    }

    @Test
    void ofManyWhoSwitchFromTheSameModeOneWinsAndNoSwitchIsLost() throws Exception {
        List<WriteResult> results = everyThread(thread -> {
            List<WriteResult> own = new ArrayList<>();
            for (int i = 0; i < WRITES / 4; i++) {
                own.add(write(ALICE, switching("own-" + thread, i, Command.ANY_VERSION)));
                own.add(write(ALICE, switching("shared", i, i)));
            }
            return own;
        });

        long stored = results.stream()
                .filter(result -> result.outcomes().getFirst() instanceof Outcome.Stored)
                .count();
        List<Transition> transitions = store().modes()
                .transitions(new Modes.Query(ALICE, null, null, null, null, null, null, 1_000))
                .value();
        assertThat(transitions).as("each switch is kept").hasSize((int) stored);
        assertThat(store().modes().all(ALICE).value())
                .hasSize(THREADS + 1)
                .allSatisfy(mode -> assertThat(mode.version())
                        .as(mode.instanceId())
                        .isEqualTo(transitions.stream()
                                .filter(each -> each.instanceId().equals(mode.instanceId()))
                                .count()));
        assertThat(store().modes().find(ALICE, "shared").value().orElseThrow().version())
                .as("one winner for each version that was seen")
                .isEqualTo(stored - (long) THREADS * (WRITES / 4))
                .isBetween(1L, WRITES / 4L);
        for (int thread = 0; thread < THREADS; thread++) {
            assertThat(store().modes()
                            .find(ALICE, "own-" + thread)
                            .value()
                            .orElseThrow()
                            .version())
                    .isEqualTo(WRITES / 4);
        }
    }

    private static Command switching(String instance, int turn, long expectedVersion) {
        Mode to = turn % 2 == 0 ? Mode.PARALLEL : Mode.DIDACTIC;
        return new Command.SwitchMode(instance, to, null, null, null, null, null, expectedVersion);
    }

    @Test
    void ofManyWhoAddTheSameOneAdds() throws Exception {
        everyThread(thread -> List.of(write(ALICE, add("alice", "likes tea"))));

        assertThat(all(ALICE)).hasSize(1);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void ofManyWhoRepeatTheSameRequestOneIsCarriedOut() throws Exception {
        List<WriteResult> results = everyThread(thread -> List.of(
                store().write(Fixtures.once(ALICE, "key", "body", Fixtures.withoutDedupe(add("alice", "likes tea"))))));

        assertThat(all(ALICE)).hasSize(1);
        assertThat(results).filteredOn(result -> !result.replayed()).hasSize(1);
        assertThat(results)
                .extracting(WriteResult::outcomes)
                .containsOnly(results.getFirst().outcomes());
    }

    private interface Work {
        List<WriteResult> of(int thread);
    }

    private static List<WriteResult> everyThread(Work work) throws InterruptedException, ExecutionException {
        List<Callable<List<WriteResult>>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            tasks.add(() -> work.of(thread));
        }
        List<WriteResult> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<WriteResult>> future : threads.invokeAll(tasks)) {
                all.addAll(future.get());
            }
        }
        return all;
    }
}
