package dev.mneme.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.model.ApiKey;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.ModelStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Live connections that show no key have few places, apart from all others', and the longest there goes.
class StrangersTest {
    private static final int MOST = 8;
    private static final LiveConfig CONFIG = new LiveConfig(
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofHours(2),
            Duration.ofHours(1),
            Duration.ofHours(1),
            Duration.ofMillis(10),
            100,
            100,
            MOST);

    private final ManualClock clock = new ManualClock();
    private final KeyService keys = new KeyService(new ModelStore(clock), clock, new SecureRandom());
    private final ApiKey admin = keys.bootstrap().key();
    private final LiveConnections live = new LiveConnections(keys, clock, CONFIG);

    @AfterEach
    void close() {
        live.close();
    }

    /// A connection whose client does nothing.
    private final class Silent implements LiveConnection {
        private boolean cut;

        @Override
        public void end(Goodbye why) {
            cut();
        }

        @Override
        public void cut() {
            cut = true;
            live.leave(this);
        }

        @Override
        public long heardNanos() {
            return System.nanoTime();
        }

        @Override
        public long stalledNanos() {
            return 0;
        }

        @Override
        public void ping() {
            // hears nothing
        }
    }

    private List<Silent> enter(int count, String address) {
        List<Silent> entered = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Silent connection = new Silent();
            live.enter(connection, address);
            entered.add(connection);
        }
        return entered;
    }

    private static List<Boolean> cut(List<Silent> connections) {
        return connections.stream().map(connection -> connection.cut).toList();
    }

    @Test
    void anAddressHasAQuarterOfThePlacesAndItsLongestThereGoes() {
        assertThat(cut(enter(4, "10.0.0.1"))).containsExactly(true, true, false, false);
        assertThat(live.count()).isEqualTo(2);
        assertThat(cut(enter(2, "10.0.0.2"))).as("another address").containsExactly(false, false);
    }

    @Test
    void ofAllTogetherTheLongestThereGoes() {
        List<Silent> first = enter(1, "10.0.1.1");
        for (int i = 2; i <= MOST; i++) {
            assertThat(cut(enter(1, "10.0.1." + i))).containsExactly(false);
        }
        assertThat(cut(first)).containsExactly(false);
        assertThat(cut(enter(1, "10.0.2.1"))).containsExactly(false);
        assertThat(cut(first)).containsExactly(true);
        assertThat(live.count()).isEqualTo(MOST);
    }

    @Test
    void whoShowsItsKeyLeavesItsPlaceAndIsNotSentAway() {
        List<Silent> known = enter(2, "10.0.0.1");
        known.forEach(connection -> live.admit(connection, admin));
        assertThat(cut(enter(2, "10.0.0.1"))).as("the places are free again").containsExactly(false, false);
        enter(20, "10.0.0.1");
        assertThat(cut(known)).containsExactly(false, false);
        assertThat(live.count(admin.id())).isEqualTo(2);
    }

    @Test
    void whoLeavesLeavesItsPlace() {
        List<Silent> first = enter(2, "10.0.0.1");
        live.leave(first.getFirst());
        assertThat(cut(enter(1, "10.0.0.1"))).containsExactly(false);
        assertThat(cut(first)).containsExactly(false, false);
    }
}
