package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ModelGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Three replicas of a shard over a [ModelGroup], in one thread, from a seed: primaries lost at any point, writes
/// taken back or agreed on later by others, unknown outcomes, kills, full disks, clocks that jump, snapshots. No
/// acknowledged write is lost, none is applied twice, each caller hears of its own, and all replicas become the
/// same.
final class ReplicationTest {
    private static final int REPLICAS = 3;
    private static final int STEPS = 1_500;
    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.NOT_PRIMARY,
            ErrorCode.NO_QUORUM,
            ErrorCode.OVERLOADED,
            ErrorCode.STORAGE_FULL,
            ErrorCode.OUTCOME_UNKNOWN);
    private static final List<Owner> OWNERS = List.of(Owner.user("ann"), Owner.user("bea"), Owner.user("cid"));

    static LongStream seeds() {
        String range = System.getProperty("mneme.seeds", "0-60");
        String[] ends = range.split("-", -1);
        return LongStream.range(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
    }

    /// What happened in all simulations together: in none of it may prove nothing.
    private static final class Totals {
        private int snapshots;
        private int agreedLater;
        private int acknowledged;
        private int strongReads;

        void add(Simulation lived) {
            snapshots += lived.group.snapshots();
            agreedLater += lived.group.agreedLater();
            acknowledged += lived.acknowledged;
            strongReads += lived.strongReads;
        }
    }

    private static final Totals TOTALS = new Totals();

    @AfterAll
    static void requireThatEverythingHappened() {
        assertThat(TOTALS.acknowledged).isPositive();
        assertThat(TOTALS.strongReads).isPositive();
        assertThat(TOTALS.snapshots).isPositive();
        assertThat(TOTALS.agreedLater).isPositive();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasAcknowledgedIsThereOnceOnEveryReplica(long seed) {
        Simulation simulation = new Simulation(seed);
        simulation.live();
        simulation.heal();
        simulation.check();
    }

    /// A write that somebody asked for.
    private static final class Asked {
        final Owner owner;
        final MemoryId id;
        final String word;
        final Write write;
        boolean unknown;
        int pending;
        long sequence;

        Asked(Owner owner, MemoryId id, String word, Write write) {
            this.owner = owner;
            this.id = id;
            this.word = word;
            this.write = write;
        }
    }

    private static final class Simulation {
        private final SplittableRandom random;
        private final ModelGroup group;
        private final List<Replica> replicas = new ArrayList<>();
        private final List<Asked> asked = new ArrayList<>();
        private final IdentityHashMap<CompletableFuture<?>, Integer> open = new IdentityHashMap<>();
        private final List<AssertionError> wrong = new ArrayList<>();
        private int acknowledged;
        private int strongReads;

        Simulation(long seed) {
            random = new SplittableRandom(seed);
            group = new ModelGroup(seed, REPLICAS);
            for (int n = 0; n < REPLICAS; n++) {
                replicas.add(new Replica(group.open(n), OWNERS, n));
            }
        }

        private Replica any() {
            return replicas.get(random.nextInt(REPLICAS));
        }

        void live() {
            group.faults(true);
            for (int step = 0; step < STEPS; step++) {
                int dice = random.nextInt(100);
                if (dice < 38) {
                    any().execution().step();
                } else if (dice < 66) {
                    group.step();
                } else if (dice < 80) {
                    write(any());
                } else if (dice < 84) {
                    askAgain();
                } else if (dice < 87) {
                    any().fill(random.nextInt(3) == 0);
                } else if (dice < 89) {
                    any().execution().fire();
                } else if (dice < 91) {
                    checkpoint(any());
                } else if (dice < 92) {
                    restart(random.nextInt(REPLICAS));
                } else if (dice < 94) {
                    any().clock().advance(Duration.ofMinutes(random.nextInt(-90, 91)));
                } else if (dice < 97) {
                    readStrongly(any());
                } else if (dice < 99) {
                    search(any());
                } else {
                    any().follow();
                }
                replicas.forEach(Simulation::requireRunning);
                assertThat(wrong).isEmpty();
            }
        }

        private static void checkpoint(Replica replica) {
            try {
                replica.shard().checkpoint();
            } catch (MnemeException full) {
                assertThat(full.code()).isEqualTo(ErrorCode.STORAGE_FULL);
            }
        }

        private static void requireRunning(Replica replica) {
            assertThat(replica.shard().status().error()).isEmpty();
        }

        private void restart(int replica) {
            replicas.get(replica).restart(group.open(replica));
            open.values().removeIf(asked -> asked == replica); // they hear nothing
        }

        private void write(Replica replica) {
            Owner owner = OWNERS.get(random.nextInt(OWNERS.size()));
            String word = "word" + asked.size();
            Command.AddMemory add = Fixtures.withoutDedupe(Fixtures.add(owner.id(), "about " + word));
            Asked write = new Asked(owner, add.id(), word, Fixtures.once(owner, word, word, add));
            asked.add(write);
            submit(replica, write);
        }

        private void askAgain() {
            List<Asked> maybe =
                    asked.stream().filter(each -> each.sequence == 0).toList();
            if (!maybe.isEmpty()) {
                submit(any(), maybe.get(random.nextInt(maybe.size())));
            }
        }

        private void submit(Replica replica, Asked write) {
            write.pending++; // for ever, when the replica dies meanwhile
            CompletableFuture<WriteResult> answer = replica.submit(write.write);
            open.put(answer, replicas.indexOf(replica));
            CompletableFuture<WriteResult> told = answer.whenComplete((result, failure) -> heard(answer, () -> {
                write.pending--;
                if (failure == null) {
                    acknowledged(replica, write, result);
                } else {
                    write.unknown |= refused(failure);
                }
            }));
            assertThat(told).isNotNull();
        }

        /// What is wrong with an answer must not stay in the answer's future.
        private void heard(CompletableFuture<?> answer, Runnable what) {
            open.remove(answer);
            try {
                what.run();
            } catch (AssertionError e) {
                wrong.add(e);
            }
        }

        private void acknowledged(Replica replica, Asked write, WriteResult result) {
            assertThat(result.outcomes().getFirst())
                    .isInstanceOfSatisfying(
                            Outcome.Stored.class,
                            stored -> assertThat(stored.memory().id())
                                    .as("each hears of its own")
                                    .isEqualTo(write.id));
            long sequence = result.position().sequence();
            assertThat(write.sequence == 0 || write.sequence == sequence)
                    .as("answered twice alike")
                    .isTrue();
            write.sequence = sequence;
            acknowledged++;
            assertThat(replica.sequence(write.owner))
                    .as("there where it was answered")
                    .isGreaterThanOrEqualTo(sequence);
        }

        /// @return whether nobody knows
        private static boolean refused(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            assertThat(cause)
                    .isInstanceOfSatisfying(
                            MnemeException.class, why -> assertThat(why.code()).isIn(REFUSALS));
            return cause instanceof MnemeException why && why.code() == ErrorCode.OUTCOME_UNKNOWN;
        }

        private void readStrongly(Replica replica) {
            Map<Owner, Long> least = new HashMap<>();
            asked.forEach(each -> least.merge(each.owner, each.sequence, Math::max));
            CompletableFuture<Long> barrier = replica.shard().readBarrier();
            open.put(barrier, replicas.indexOf(replica));
            CompletableFuture<Long> told = barrier.whenComplete((index, failure) -> heard(barrier, () -> {
                if (failure == null) {
                    strongReads++;
                    least.forEach((owner, sequence) -> assertThat(replica.sequence(owner))
                            .as("a strong read of %s", owner)
                            .isGreaterThanOrEqualTo(sequence));
                } else {
                    refused(failure);
                }
            }));
            assertThat(told).isNotNull();
        }

        /// Also so that the index of an owner is on the heap, and must follow.
        private void search(Replica replica) {
            if (asked.isEmpty() || !replica.searchable()) {
                return;
            }
            Asked write = asked.get(random.nextInt(asked.size()));
            List<MemoryId> found = replica.search(write.owner, write.word);
            boolean there = write.sequence > 0 && replica.sequence(write.owner) >= write.sequence;
            assertThat(found).as(write.word).isSubsetOf(write.id);
            assertThat(!there || found.size() == 1)
                    .as("%s is found", write.word)
                    .isTrue();
        }

        /// Everything goes well from now on, until nothing is left to do; then a write is taken.
        void heal() {
            group.faults(false);
            replicas.forEach(replica -> replica.fill(false));
            quieten();
            write(replicas.get(group.primary()));
            quieten();
            assertThat(asked.getLast().sequence).as("a write once all is well").isPositive();
            replicas.forEach(Replica::follow);
        }

        private void quieten() {
            boolean busy = true;
            while (busy) {
                busy = group.step();
                for (Replica replica : replicas) {
                    busy |= replica.execution().run();
                    busy |= replica.execution().fire();
                }
            }
        }

        void check() {
            replicas.forEach(Simulation::requireRunning);
            assertThat(wrong).isEmpty();
            assertThat(open).as("answers that never came").isEmpty();
            NavigableMap<Long, byte[]> entries = group.agreedEntries();
            NavigableMap<String, String> expected = replayed(entries);
            for (Replica replica : replicas) {
                assertThat(replica.content())
                        .as("rows of replica %d", replicas.indexOf(replica))
                        .isEqualTo(expected);
                replica.requireSound();
                OWNERS.forEach(owner -> {
                    assertThat(replica.followed(owner))
                            .isEqualTo(replicas.getFirst().followed(owner));
                    assertThat((long) replica.followed(owner).size()).isEqualTo(replica.sequence(owner));
                    replica.requireRecent(owner);
                });
            }
            asked.forEach(this::check);
            TOTALS.add(this);
        }

        private static NavigableMap<String, String> replayed(NavigableMap<Long, byte[]> entries) {
            HeapTables tables = new HeapTables(new HeapTables.Home());
            StateMachine machine = new StateMachine(tables, new Govern(Replica.EPOCH, Replica.RETENTION));
            StoringStage stage = new StoringStage(Replica.SEAL);
            Instant[] last = {Instant.EPOCH};
            entries.forEach((index, bytes) -> {
                ShardBatch batch = BatchCodec.decode(bytes);
                assertThat(batch.at()).as("time never goes back").isAfterOrEqualTo(last[0]);
                last[0] = batch.at();
                tables.write(stage.stored(index, machine.apply(index, batch).rows()));
            });
            return Replica.content(tables.snapshot());
        }

        private void check(Asked write) {
            Replica first = replicas.getFirst();
            List<Change> added = first.followed(write.owner).stream()
                    .filter(change -> change.type() == ChangeType.MEMORY_ADDED && isOf(write, change.memory()))
                    .toList();
            assertThat(added).as("%s is there at most once", write.word).hasSizeLessThanOrEqualTo(1);
            if (write.sequence > 0) {
                assertThat(added).as("%s was acknowledged", write.word).hasSize(1);
                assertThat(added.getFirst().position().sequence()).isEqualTo(write.sequence);
            } else if (!write.unknown && write.pending == 0) {
                assertThat(added).as("%s was refused", write.word).isEmpty();
            }
            Set<MemoryId> expected = added.isEmpty() ? Set.of() : Set.of(write.id);
            replicas.forEach(replica -> assertThat(new HashSet<>(replica.search(write.owner, write.word)))
                    .as("search for %s", write.word)
                    .isEqualTo(expected));
        }

        private static boolean isOf(Asked write, @Nullable Memory memory) {
            return Objects.requireNonNull(memory).id().equals(write.id);
        }
    }
}
