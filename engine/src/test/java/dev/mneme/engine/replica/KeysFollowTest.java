package dev.mneme.engine.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.feed.KeyFollowers;
import dev.mneme.engine.feed.Subscribers;
import dev.mneme.engine.read.Scans;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ModelGroup;
import dev.mneme.testkit.SimulatedRuntime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Two nodes that hold a replica of the system shard each: what one does with keys, the other follows.
final class KeysFollowTest {
    private final SimulatedRuntime runtime = new SimulatedRuntime(7);
    private final ModelGroup group = new ModelGroup(7, 2);

    /// One node, as far as keys go.
    private final class Node {
        private final KeyFollowers followers = new KeyFollowers();
        private final SteppedExecution execution = new SteppedExecution();
        private final HeapTables rows = new HeapTables(new HeapTables.Home());
        private final LocalShard system;
        private final KeyService keys;
        private final List<String> toldRevoked = new ArrayList<>();

        Node(int replica) {
            system = Replica.shard(
                    ShardId.SYSTEM,
                    group.open(replica),
                    execution,
                    rows,
                    new HeapTables(new HeapTables.Home()),
                    new Subscribers(),
                    runtime,
                    Replica.EPOCH,
                    Replica.SEAL,
                    followers);
            CompletableFuture<@Nullable Void> recovered = system.recover();
            execution.run();
            keys = new KeyService(store(), runtime);
            keys.onRevoked(toldRevoked::add);
            assertThat(recovered).isNotNull();
        }

        /// What a key service asks of a store.
        private Store store() {
            return (Store) Proxy.newProxyInstance(
                    Store.class.getClassLoader(),
                    new Class<?>[] {Store.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "subscribeKeys" -> followers.subscribe((Store.KeyListener) arguments[0]);
                        case "keys" -> stored();
                        case "writeSystem" -> written((Write) arguments[0]);
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        private List<ApiKey> stored() {
            try (Scans scans = system.scan()) {
                return scans.keys(key -> true);
            }
        }

        private WriteResult written(Write write) {
            CompletableFuture<WriteResult> answer = system.submit(write);
            while (!answer.isDone()) {
                group.step();
                execution.run();
            }
            return answer.join();
        }

        /// What was agreed reaches this node's replica, and what was told of it whoever listens.
        void follow() {
            execution.run();
            runtime.until(() -> false, Duration.ofSeconds(1));
        }

        boolean opens(String secret) {
            try {
                keys.authenticate(secret);
                return true;
            } catch (MnemeException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
                return false;
            }
        }
    }

    private void quieten(Node... nodes) {
        boolean busy = true;
        while (busy) {
            busy = group.step();
            for (Node node : nodes) {
                busy |= node.execution.run();
            }
        }
    }

    @Test
    void aKeyOpensNothingAnywhereOnceItsRevocationIsAppliedThere() {
        List<Node> nodes = List.of(new Node(0), new Node(1));
        quieten(nodes.getFirst(), nodes.getLast());
        Node primary = nodes.get(group.primary());
        Node other = nodes.get(1 - group.primary());
        assertThat(other.system.role()).isEqualTo(Agreement.Role.SECONDARY);

        KeyService.Created made =
                primary.keys.create(Fixtures.admin(), "phone", Role.READ, Restriction.NONE, null, null);
        assertThat(primary.opens(made.secret())).isTrue();
        quieten(primary, other);
        assertThat(other.opens(made.secret())).as("made on the other node").isTrue();

        primary.keys.revoke(Fixtures.admin(), made.key().id());
        assertThat(primary.opens(made.secret())).isFalse();
        while (group.step()) {
            // everything is delivered, and the other node's replica has not applied it yet
        }
        assertThat(other.opens(made.secret())).as("it cannot know yet").isTrue();
        assertThat(other.toldRevoked).isEmpty();
        other.follow();
        assertThat(other.opens(made.secret())).isFalse();
        assertThat(other.keys.holds(made.key())).as("what was opened with it").isFalse();
        assertThat(other.toldRevoked).containsExactly(made.key().id());
        assertThat(primary.toldRevoked).as("once").containsExactly(made.key().id());
    }

    @Test
    void rowsThatAreReplacedAllAtOnceAreReadAgainBeforeAnybodyIsLetIn() {
        Node node = new Node(0);
        quieten(node);
        KeyService.Created made = node.keys.create(Fixtures.admin(), "phone", Role.READ, Restriction.NONE, null, null);
        node.rows.replaceAll(100, visitor -> {});
        node.followers.replaced(); // as the shard says after a snapshot was installed

        assertThat(node.opens(made.secret())).isFalse();
        node.follow();
        assertThat(node.toldRevoked).containsExactly(made.key().id());
        assertThatThrownBy(() -> node.keys.revoke(Fixtures.admin(), made.key().id()))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("no key");
    }
}
