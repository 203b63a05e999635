package dev.mneme.engine.store;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the engine does with contexts beyond what every store does: it removes what has expired by
/// itself, and bounds what a merge may make.
final class ContextsInEngineTest {
    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();

    private Store open(boolean expires) {
        LocalEngine.Settings settings = TestEngines.settings(StoreSettings.of("contexts", clock));
        return LocalEngine.open(folder, settings.withStore(settings.store().withExpires(expires)));
    }

    private static Outcome put(
            Store store, Owner owner, String key, Json data, @Nullable Instant expiresAt, long expected) {
        Command put = new Command.PutContext(
                key, ContextType.CUSTOM, null, data, List.of(), expiresAt, expected, MergeStrategy.MERGE);
        return store.write(Fixtures.write(owner, put)).outcomes().getFirst();
    }

    @Test
    void theMaintenanceRemovesWhatHasExpiredAndNothingElse() {
        Instant soon = clock.instant().plusSeconds(60);
        try (Store store = open(true)) {
            for (Owner owner : List.of(ALICE, BOB)) {
                put(store, owner, "brief", json("a", 1), soon, Command.ANY_VERSION);
                put(store, owner, "renewed", json("a", 1), soon, Command.ANY_VERSION);
                put(store, owner, "renewed", json("a", 2), soon.plusSeconds(600), Command.ANY_VERSION);
                put(store, owner, "lasting", json("a", 1), null, Command.ANY_VERSION);
            }
            clock.advance(Duration.ofSeconds(61));

            for (Owner owner : List.of(ALICE, BOB)) {
                Awaitility.await()
                        .atMost(90, TimeUnit.SECONDS)
                        .until(() ->
                                store.contexts().find(owner, "brief").value().isEmpty());
                assertThat(store.contexts().find(owner, "renewed").value()).isPresent();
                assertThat(store.contexts().find(owner, "lasting").value()).isPresent();
                Change last = store.changes(owner, 4, 10).changes().getLast();
                assertThat(last.type()).isEqualTo(ChangeType.CONTEXT_DELETED);
                assertThat(last.key()).isEqualTo("brief");
                assertThat(((Context) Objects.requireNonNull(last.subject())).data())
                        .isEqualTo(new Json.JsonNull());
            }
        }
    }

    @Test
    void aMergeBeyondTheLimitIsRefused() {
        String half = "x".repeat(600 << 10);
        try (Store store = open(false)) {
            put(store, ALICE, "big", json("base", 1), null, 0);
            put(store, ALICE, "big", json("base", 1, "a", half), null, 1);

            Outcome merged = put(store, ALICE, "big", json("base", 1, "b", half), null, 1);

            assertThat(merged)
                    .isInstanceOfSatisfying(
                            Outcome.Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.TOO_LARGE));
            assertThat(store.contexts().find(ALICE, "big").value().orElseThrow().version())
                    .isEqualTo(2);
        }
    }
}
