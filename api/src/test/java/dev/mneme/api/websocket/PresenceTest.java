package dev.mneme.api.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.websocket.Presence.Stay;
import dev.mneme.core.model.Owner;
import dev.mneme.wire.live.LivePresent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who is counted, and who is told of it when.
final class PresenceTest {
    private static final Owner ALICE = Owner.user("alice");
    private static final Owner BOB = Owner.user("bob");

    private final Presence presence = new Presence();

    /// What alice's watcher saw each time it was told.
    private final List<List<LivePresent>> seen = new ArrayList<>();

    private static List<LivePresent> present(Object... namesAndCounts) {
        List<LivePresent> all = new ArrayList<>();
        for (int i = 0; i < namesAndCounts.length; i += 2) {
            all.add(new LivePresent((String) namesAndCounts[i], (Integer) namesAndCounts[i + 1]));
        }
        return all;
    }

    private Stay watch() {
        Stay watcher = presence.join(ALICE, "watcher", () -> seen.add(presence.of(ALICE, 10)), null);
        assertThat(seen).containsExactly(present("watcher", 1));
        seen.clear();
        return watcher;
    }

    @Test
    void aCountThatChangesIsTold() {
        watch();
        Stay first = presence.join(ALICE, "desk", null, null);
        Stay second = presence.join(ALICE, "desk", null, null);
        first.close();
        second.close();
        assertThat(seen)
                .containsExactly(
                        present("desk", 1, "watcher", 1),
                        present("desk", 2, "watcher", 1),
                        present("desk", 1, "watcher", 1),
                        present("watcher", 1));
    }

    @Test
    void takingAnotherNameIsOneStep() {
        watch();
        Stay unnamed = presence.join(ALICE, "key:k1", null, null);
        presence.join(ALICE, "desk", null, unnamed);
        assertThat(seen).containsExactly(present("key:k1", 1, "watcher", 1), present("desk", 1, "watcher", 1));
        assertThat(presence.count(ALICE)).isEqualTo(2);
    }

    @Test
    void whoComesAgainAsTheSameIsToldAndNobodyElse() {
        Stay watcher = watch();
        List<List<LivePresent>> own = new ArrayList<>();
        Stay desk = presence.join(ALICE, "desk", null, null);
        seen.clear();
        Stay again = presence.join(ALICE, "desk", () -> own.add(presence.of(ALICE, 10)), desk);
        assertThat(own).containsExactly(present("desk", 1, "watcher", 1));
        assertThat(seen).isEmpty();
        watcher.close();
        again.close();
        assertThat(own).containsExactly(present("desk", 1, "watcher", 1), present("desk", 1));
        assertThat(presence.count(ALICE)).isZero();
    }

    @Test
    void whoGoesToAnotherOwnerLeavesFirst() {
        watch();
        Stay desk = presence.join(ALICE, "desk", null, null);
        List<List<LivePresent>> alices = new ArrayList<>();
        presence.join(BOB, "desk", () -> alices.add(presence.of(ALICE, 10)), desk);
        assertThat(alices).containsExactly(present("watcher", 1));
        assertThat(seen).last().isEqualTo(present("watcher", 1));
        assertThat(presence.of(BOB, 10)).isEqualTo(present("desk", 1));
    }

    /// Instances are counted, however many connections each has; of the list, no more than were asked for.
    @Test
    void instancesAreCountedAndNotConnections() {
        presence.join(ALICE, "desk", null, null);
        presence.join(ALICE, "desk", null, null);
        presence.join(ALICE, "phone", null, null);
        presence.join(ALICE, "tablet", null, null);
        assertThat(presence.count(ALICE)).isEqualTo(3);
        assertThat(presence.of(ALICE, 3)).isEqualTo(present("desk", 2, "phone", 1, "tablet", 1));
        assertThat(presence.of(ALICE, 2)).isEqualTo(present("desk", 2, "phone", 1));
    }

    /// Else whoever once had a connection would take heap for ever.
    @Test
    void nothingIsKeptOfOwnersThatAllHaveLeft() {
        List<Stay> stays = new ArrayList<>();
        for (int n = 0; n < 3; n++) {
            stays.add(presence.join(Owner.user("user" + n), "desk", null, null));
        }
        stays.add(presence.join(ALICE, "desk", null, null));
        assertThat(presence.owners()).isEqualTo(4);
        stays.forEach(Stay::close);
        assertThat(presence.owners()).isZero();
    }
}
