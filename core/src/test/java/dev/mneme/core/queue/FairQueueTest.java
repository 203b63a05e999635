package dev.mneme.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairQueueTest {
    private final FairQueue<String> queue = new FairQueue<>();

    private static Tenant tenant(String key, String owner) {
        return new Tenant(key, Owner.user(owner));
    }

    private void add(String key, String owner, int count, long cost) {
        for (int i = 0; i < count; i++) {
            queue.add(tenant(key, owner), cost, key + "/" + owner + "/" + i);
        }
    }

    private List<String> poll(int count) {
        List<String> polled = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            polled.add(Objects.requireNonNull(queue.poll()));
        }
        return polled;
    }

    @Test
    void oneTenantsComeInTheirOrder() {
        add("k", "alice", 5, 3);

        assertThat(queue.drain()).containsExactly("k/alice/0", "k/alice/1", "k/alice/2", "k/alice/3", "k/alice/4");
        assertThat(queue.poll()).isNull();
    }

    @Test
    void whoComesLaterWithOneIsNextWhateverAnotherKeyHasQueued() {
        add("noisy", "alice", 1_200, 1);
        poll(10);
        add("quiet", "bob", 1, 1);

        assertThat(poll(2)).contains("quiet/bob/0");
    }

    @Test
    void theOwnersOfOneKeyTakeTurns() {
        add("k", "alice", 1_000, 1);
        poll(3);
        add("k", "bob", 2, 1);

        assertThat(poll(4)).contains("k/bob/0", "k/bob/1");
    }

    @Test
    void aKeyWithManyOwnersHasNoMoreThanAKeyWithOne() {
        for (int i = 0; i < 50; i++) {
            add("many", "user" + i, 10, 1);
        }
        add("one", "alice", 100, 1);

        assertThat(poll(100)).filteredOn(item -> item.startsWith("one/")).hasSize(50);
    }

    @Test
    void whoAsksForMuchAtATimeHasFewerTurns() {
        add("long", "alice", 100, 10);
        add("short", "bob", 1_000, 1);

        assertThat(poll(110)).filteredOn(item -> item.startsWith("short/")).hasSize(100);
    }

    /// Who was away has no claim to the turns that it did not take.
    @Test
    void nobodySavesUpTurns() {
        add("early", "alice", 200, 1);
        poll(100);
        add("late", "bob", 100, 1);

        assertThat(poll(20)).filteredOn(item -> item.startsWith("late/")).hasSize(10);
    }

    /// One who has a single long item at a time and comes again at once is not a newcomer each time.
    @Test
    void nobodyIsRidOfWhatATurnCostByLeavingTheLine() {
        add("short", "bob", 100, 1);
        add("long", "alice", 1, 10);
        int turnsOfLong = 0;
        for (int i = 0; i < 44; i++) {
            if (poll(1).getFirst().startsWith("long/")) {
                turnsOfLong++;
                add("long", "alice", 1, 10);
            }
        }
        assertThat(turnsOfLong).isEqualTo(4);
    }

    @Test
    void peekIsWhatPollGives() {
        add("a", "alice", 3, 2);
        add("b", "bob", 3, 1);
        while (!queue.isEmpty()) {
            String next = queue.peek();
            assertThat(queue.poll()).isEqualTo(next);
        }
        assertThat(queue.peek()).isNull();
    }

    /// Whatever comes and goes: tenants who wait all the time get the same, but for one item's cost.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void twoWhoAlwaysWaitGetTheSame(long seed) {
        Random random = new Random(seed);
        FairQueue<Tenant> served = new FairQueue<>();
        Tenant[] always = {tenant("a", "alice"), tenant("b", "bob")};
        long[] got = new long[2];
        for (Tenant each : always) {
            for (int i = 0; i < 20_000; i++) {
                served.add(each, 7, each);
            }
        }
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(4) == 0) {
                Tenant other = tenant("k" + random.nextInt(5), "user" + random.nextInt(5));
                served.add(other, 1 + random.nextInt(30), other);
            }
            Tenant next = Objects.requireNonNull(served.poll());
            for (int which = 0; which < 2; which++) {
                got[which] += next.equals(always[which]) ? 7 : 0;
            }
            assertThat(Math.abs(got[0] - got[1])).isLessThanOrEqualTo(14);
        }
    }
}
