package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mneme.core.access.Caller;
import dev.mneme.core.job.Duty;
import dev.mneme.core.job.Jobs;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.memory.Reembedding;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.SystemRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// That re-embedding, as a job, can be stopped and started again by whoever leads.
final class ReembeddingJobTest {
    private static final Caller CALLER = Caller.of(
            new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);
    private static final int OWNERS = 20;

    private final ManualClock clock = new ManualClock();

    @Test
    void whatWasLeftWhenItStoppedIsMovedAfterItStartedAgain() {
        HashingEmbedder former = new HashingEmbedder(16);
        HashingEmbedder present = new HashingEmbedder(32);
        try (ModelStore store = new ModelStore(clock)) {
            MemoryService memories = new MemoryService(store, former, clock, new Random(1), Limits.DEFAULTS);
            for (int i = 0; i < OWNERS; i++) {
                memories.add(
                        CALLER,
                        new NewMemory(
                                ScopeIds.user("user" + i),
                                "likes tea",
                                null,
                                null,
                                JsonObject.EMPTY,
                                List.of(),
                                null,
                                null,
                                null,
                                null,
                                true),
                        null);
            }
            try (Reembedding job = new Reembedding(store, present, Set.of(former.space()), new SystemRuntime())) {
                job.start(Duty.ALONE);
                job.stop();
                job.start(Duty.ALONE);
                job.stop();
                job.start(Duty.ALONE);
                await().atMost(Duration.ofSeconds(60)).until(() -> moved(store, present) == OWNERS);
                assertThat(job.ownersLeft()).isNotEmpty();
            }
        }
    }

    @Test
    void eachShardsOwnersAreMovedByItsPrimary() {
        HashingEmbedder former = new HashingEmbedder(16);
        HashingEmbedder present = new HashingEmbedder(32);
        ManualLeadership roles = new ManualLeadership(2);
        roles.give(new ShardId(1), 7);
        try (ModelStore store = new ModelStore(clock)) {
            List<Owner> owners = IntStream.range(0, OWNERS)
                    .mapToObj(i -> Owner.user("user" + i))
                    .toList();
            owners.forEach(owner -> store.write(Fixtures.write(
                    owner, Fixtures.embedded(Fixtures.add(owner.id(), "tea"), former.embed("tea", Demand.NONE)))));
            List<Owner> ours = owners.stream()
                    .filter(owner -> roles.shardOf(owner).value() == 1)
                    .toList();
            assertThat(ours).isNotEmpty().hasSizeLessThan(OWNERS);
            SystemRuntime runtime = new SystemRuntime();
            try (Reembedding job = new Reembedding(store, present, Set.of(former.space()), runtime);
                    Jobs jobs = new Jobs(List.of(job), roles, runtime)) {
                jobs.start();
                await().atMost(Duration.ofSeconds(60)).until(() -> moved(store, present) == ours.size());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> job.ownersLeft().orElse(-1) == 0);
                assertThat(owners)
                        .filteredOn(owner ->
                                present.space().equals(store.space(owner).now()))
                        .isEqualTo(ours);

                roles.give(new ShardId(0), 1);
                await().atMost(Duration.ofSeconds(60)).until(() -> moved(store, present) == OWNERS);
            }
        }
    }

    private static long moved(ModelStore store, HashingEmbedder embedder) {
        return IntStream.range(0, OWNERS)
                .mapToObj(i -> store.space(Owner.user("user" + i)).now())
                .filter(embedder.space()::equals)
                .count();
    }
}
