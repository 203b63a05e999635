package dev.mneme.engine.store;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.mneme.core.access.Caller;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.node.TestEngines;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a read collects for its answer is counted while it is read, and what falls out again is not.
class CollectedTest {
    private static final int CHARACTERS = 50_000;
    private static final long ITEM = 2 * CHARACTERS;

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private Store store;

    @BeforeEach
    void open() {
        store = LocalEngine.open(folder, TestEngines.settings(StoreSettings.of("collected", clock)));
    }

    @AfterEach
    void close() {
        store.close();
    }

    /// What the read holds in the end.
    private long counted(Consumer<Store> read) {
        AtomicLong bytes = new AtomicLong();
        Collected.counting(bytes::addAndGet, () -> {
            read.accept(store);
            return true;
        });
        return bytes.get();
    }

    private void assertCounted(int items, Consumer<Store> read) {
        long bytes = counted(read);
        assertThat(bytes).isBetween(items * ITEM, items * (3 * ITEM));
    }

    private void memories(Owner owner, int count) {
        for (int i = 0; i < count; i++) {
            store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "tea " + i + " x".repeat(CHARACTERS / 2))));
        }
    }

    private MemoryQuery query(@Nullable Owner owner, int limit) {
        return new MemoryQuery(owner, Filter.And.ALL, Order.CREATED_AT_DOWN, limit, null, false, clock.instant());
    }

    @Test
    void listsCountWhatStaysOnThePage() {
        memories(ALICE, 5);
        memories(BOB, 5);
        assertCounted(5, all -> all.list(query(ALICE, 100)));
        assertCounted(2, all -> all.list(query(ALICE, 2)));
        assertCounted(2, all -> all.list(query(null, 2)));
        assertCounted(10, all -> all.list(query(null, 10)));
    }

    @Test
    void searchesCountWhatTheyFind() {
        memories(ALICE, 5);
        memories(BOB, 5);
        assertCounted(5, all -> all.search(search(ALICE, 100)));
        assertCounted(2, all -> all.search(search(ALICE, 2)));
        assertCounted(2, all -> all.search(search(null, 2)));
        assertThat(counted(all -> all.search(search(null, 2))))
                .as("as of one owner")
                .isCloseTo(counted(all -> all.search(search(ALICE, 2))), withinPercentage(10));
    }

    private SearchQuery search(@Nullable Owner owner, int topK) {
        return new SearchQuery(
                owner, "tea", null, false, Filter.And.ALL, topK, 0, false, clock.instant(), Duration.ofMinutes(1));
    }

    @Test
    void changesCountFromTheHeapAndFromTheTables() {
        memories(ALICE, 3);
        assertCounted(3, all -> all.changes(ALICE, 0, 100));
        assertCounted(3, all -> all.changes("", 100));
        close();
        open();
        assertCounted(3, all -> all.changes(ALICE, 0, 100));
        assertCounted(2, all -> all.changes("", 2));
    }

    @Test
    void whoReadsPageByPageHoldsOneAtATime() {
        memories(ALICE, 5);
        memories(BOB, 5);
        Limits two = new Limits(1 << 20, 1 << 20, 2, 2, Duration.ofMinutes(1), Duration.ofSeconds(1));
        MemoryService service = new MemoryService(store, null, clock, new SecureRandom(), two);
        Caller admin = Caller.of(
                new KeyService(store, clock, new SecureRandom()).bootstrap().key(), null);
        AtomicLong held = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicLong read = new AtomicLong();
        Collected.counting(more -> most.accumulateAndGet(held.addAndGet(more), Math::max), () -> {
            for (var pages = service.pages(admin, Filter.And.ALL, false); pages.hasNext(); ) {
                read.addAndGet(pages.next().size());
            }
            return true;
        });
        assertThat(read.get()).isEqualTo(10);
        assertThat(most.get()).isBetween(3 * ITEM, 4 * ITEM);
        assertThat(held.get()).as("none in the end").isZero();
    }

    @Test
    void everyOtherListCounts() {
        JsonString data = new JsonString("x".repeat(CHARACTERS));
        for (int i = 0; i < 3; i++) {
            store.write(Fixtures.write(
                    ALICE,
                    new Command.PutContext(
                            "key" + i,
                            ContextType.CUSTOM,
                            null,
                            data,
                            java.util.List.of(),
                            null,
                            Command.ANY_VERSION,
                            MergeStrategy.REPLACE),
                    new Command.SwitchMode(
                            "desk", i % 2 == 0 ? Mode.PARALLEL : Mode.DIDACTIC, null, null, data, null, null, -1),
                    new Command.RecordResponse(
                            "desk",
                            "chat",
                            "message" + i,
                            Mode.PARALLEL,
                            SourceType.HARMONIZED,
                            "anthropic",
                            "large",
                            0.75,
                            "hash",
                            new dev.mneme.core.model.Json.JsonObject(Map.of("a", data)),
                            null),
                    new Command.PostSyncEvent(
                            Fixtures.id(ALICE),
                            "desk",
                            SyncEvent.Type.CONFIG_UPDATED,
                            data,
                            null,
                            SyncEvent.Priority.NORMAL,
                            null)));
        }
        assertCounted(
                3, all -> all.contexts().list(new Contexts.Query(ALICE, null, null, null, clock.instant(), null, 100)));
        assertCounted(
                2, all -> all.contexts().list(new Contexts.Query(ALICE, null, null, null, clock.instant(), null, 2)));
        assertCounted(
                3, all -> all.modes().transitions(new Modes.Query(ALICE, null, null, null, null, null, null, 100)));
        assertCounted(3, all -> all.responses().list(ALICE, each -> true, 0, 100));
        assertCounted(3, all -> all.responses().newest(ALICE, each -> true, null, 100));
        assertCounted(3, all -> all.syncEvents().pending(ALICE, "phone", clock.instant(), null, 100));
    }

    @Test
    void aReadEndsAtOnceWhenItMayHoldNoMore() {
        memories(ALICE, 5);
        AtomicLong bytes = new AtomicLong();
        assertThatThrownBy(() -> Collected.counting(
                        more -> {
                            if (bytes.addAndGet(more) > 2 * ITEM) {
                                throw new MnemeException(ErrorCode.OVERLOADED, "no more");
                            }
                        },
                        () -> store.list(query(ALICE, 100))))
                .hasMessage("no more");
        assertThat(bytes.get()).isLessThan(4 * ITEM);
        assertThat(store.list(query(ALICE, 100)).items()).hasSize(5);
    }
}
