package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final class Client implements Connections.Member {
        private final String address;
        private boolean quiet = true;
        private int gathered;

        Client(String address) {
            this.address = address;
        }

        @Override
        public String address() {
            return address;
        }

        @Override
        public long begunNanos() {
            return 0;
        }

        @Override
        public int gathered() {
            return gathered;
        }

        @Override
        public boolean isQuiet() {
            return quiet;
        }
    }

    private final Connections<Client> connections = new Connections<>(4);

    private List<Client> full(String address) {
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(new Client(address));
            assertThat(connections.enter(all.getLast())).isNull();
        }
        return all;
    }

    @Test
    void theOneQuietLongestGoes() {
        List<Client> all = full("a");
        connections.waits(all.getFirst()); // not a new sign of life: it was not at work
        assertThat(connections.enter(new Client("b"))).isSameAs(all.getFirst());
        assertThat(connections.count()).isEqualTo(4);
        assertThat(connections.evicted()).isEqualTo(1);
    }

    @Test
    void whoWaitsForTheServerIsSparedWhileOthersAreQuiet() {
        List<Client> all = full("a");
        all.get(0).quiet = false;
        all.get(1).quiet = false;
        assertThat(connections.enter(new Client("b"))).isSameAs(all.get(2));
    }

    @Test
    void aNewcomerWaitsLongerForWhoWaitsItself() {
        List<Client> all = full("a");
        assertThat(connections.waitNanos(Duration.ofSeconds(3).toNanos())).isZero();
        all.forEach(client -> client.quiet = false);
        assertThat(connections.waitNanos(Duration.ofSeconds(19).toNanos())).isPositive();
        assertThat(connections.waitNanos(Duration.ofSeconds(20).toNanos())).isZero();
        assertThat(connections.enter(new Client("b"))).isSameAs(all.getFirst());
    }

    @Test
    void aKeysRequestsThatRunStayAndItsIdleConnectionsGo() {
        List<Client> all = full("a");
        for (Client client : all) {
            connections.works(client);
            connections.shown(client, "key");
        }
        connections.waits(all.get(2));
        assertThat(connections.enter(new Client("b"))).isSameAs(all.get(2));
    }

    @Test
    void theSlowestHeadIsTheOneThatKeepsMemory() {
        List<Client> all = full("a");
        all.get(1).gathered = 9_000;
        assertThat(connections.slowestHead()).isSameAs(all.get(1));
        assertThat(connections.slowestHead()).isNull();
    }
}
