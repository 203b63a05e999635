package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.replica.Replica;
import dev.mneme.engine.store.ShardMap;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ModelGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What a shard's primary alone does by itself, on two replicas of one.
final class WorkOfAPrimaryTest {
    private static final Owner ALICE = Fixtures.ALICE;
    private static final Retention MINUTES = Retention.DEFAULTS.withVersions(0, Duration.ofMinutes(1));

    private final ModelGroup group = new ModelGroup(3, 2);
    private final List<Replica> replicas =
            List.of(new Replica(group.open(0), List.of(ALICE), 1), new Replica(group.open(1), List.of(ALICE), 2));

    private void quieten() {
        boolean busy = true;
        while (busy) {
            busy = group.step();
            for (Replica replica : replicas) {
                busy |= replica.execution().run();
            }
        }
    }

    private Replica primary() {
        return replicas.get(group.primary());
    }

    private Replica other() {
        return replicas.get(1 - group.primary());
    }

    private void write(Command command) {
        CompletableFuture<WriteResult> answer = primary().submit(Fixtures.write(ALICE, command));
        quieten();
        assertThat(answer).isCompleted();
    }

    private long entries() {
        return group.agreedEntries().size();
    }

    @Test
    void whatHasExpiredIsRemovedByThePrimaryAlone() {
        quieten();
        Instant soon = primary().clock().instant().plusSeconds(60);
        write(new Command.PostSyncEvent(
                Fixtures.id(ALICE),
                "desk",
                SyncEvent.Type.CONFIG_UPDATED,
                Fixtures.json("a", 1),
                null,
                SyncEvent.Priority.NORMAL,
                soon));
        replicas.forEach(replica -> replica.clock().set(soon.plusSeconds(1)));
        List<Expiry> expiries = replicas.stream()
                .map(replica -> new Expiry(() -> List.of(replica.shard()), replica.clock()))
                .toList();
        long before = entries();
        replicas.forEach(Replica::forgetReads);

        expiries.get(1 - group.primary()).step();
        quieten();
        assertThat(other().reads()).as("it does not even look").isZero();
        assertThat(entries()).isEqualTo(before);

        takeOver();
        expiries.get(1 - group.primary()).step(); // who was primary
        quieten();
        assertThat(other().reads()).isZero();
        assertThat(entries()).isEqualTo(before);

        expiries.get(group.primary()).step();
        quieten();
        assertThat(primary().reads()).isPositive();
        assertThat(entries()).as("the next primary does it").isEqualTo(before + 1);
    }

    @Test
    void oldVersionsAreForgottenByThePrimaryAlone() {
        quieten();
        Command.AddMemory add = Fixtures.add("alice", "tea");
        write(add);
        write(Fixtures.retext(add.id(), "coffee"));
        replicas.forEach(replica -> replica.clock().advance(Duration.ofHours(1)));
        List<OldVersions> jobs = replicas.stream()
                .map(replica -> new OldVersions(() -> List.of(replica.shard()), MINUTES, replica.clock()))
                .toList();
        long before = entries();
        replicas.forEach(Replica::forgetReads);

        jobs.get(1 - group.primary()).step();
        quieten();
        assertThat(other().reads()).isZero();
        assertThat(entries()).isEqualTo(before);

        jobs.get(group.primary()).step();
        quieten();
        assertThat(entries()).isEqualTo(before + 1);
    }

    /// The other replica becomes primary.
    private void takeOver() {
        int before = group.primary();
        for (int n = 0; group.primary() == before; n++) {
            assertThat(n).as("elections").isLessThan(100);
            group.loseThePrimary();
            quieten();
        }
        replicas.forEach(Replica::forgetReads);
    }

    @Test
    void aNodeKnowsOfWhichShardsItIsPrimaryAndInWhichTerm() {
        ShardId shard = new ShardId(0);
        NodeRoles roles = new NodeRoles(ShardMap.of(slot -> shard));
        List<Long> told = new ArrayList<>();
        try (var subscription = roles.onChange(() -> told.add(roles.term(shard)))) {
            assertThat(subscription).isNotNull();
            roles.changed(shard, 0);
            roles.changed(shard, 3);
            roles.changed(shard, 3);
            roles.changed(shard, 5);
            roles.changed(shard, 0);
        }
        roles.changed(shard, 6);
        assertThat(told).containsExactly(3L, 5L, 0L);
    }
}
