package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Retention;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import dev.mneme.testkit.StoreSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Readers beside writers: what was answered is found, what is shown at a position contains it. The
/// index has room for no owner but the one in use, so that every search may load, and evict what
/// another one loaded.
final class EngineRacesTest {
    private static final int WRITERS = 8;

    @TempDir
    Path folder;

    private Store store;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void open() {
        store = LocalEngine.open(
                folder,
                TestEngines.settings(StoreSettings.of("races", new ManualClock()))
                        .withStore(new StoreConfig(Retention.DEFAULTS, 10_000, Duration.ofSeconds(1), 0, 1)));
    }

    @AfterEach
    void close() {
        threads.close();
        store.close();
    }

    private interface Work {
        void run() throws Exception;
    }

    private Future<?> aside(Work work) {
        return threads.submit(() -> {
            work.run();
            return null;
        });
    }

    private static void join(List<Future<?>> all) throws Exception {
        for (Future<?> each : all) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatWasAddedIsFoundAtOnce() throws Exception {
        List<Future<?>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            writers.add(aside(() -> addAndSearch(number)));
        }
        join(writers);
    }

    private static long sequence(@Nullable Position position) {
        return Objects.requireNonNull(position).sequence();
    }

    /// Two writers share an owner, so that one's loads meet the other's adds.
    private void addAndSearch(int writer) {
        Owner owner = Owner.user("user" + writer / 2);
        for (int n = 0; n < 40; n++) {
            String word = "word" + writer + "x" + n;
            WriteResult added = store.write(Fixtures.write(owner, Fixtures.add(owner.id(), "about " + word)));
            SearchResult result = store.search(Fixtures.words(owner, word, ManualClock.START));
            assertThat(result.hits())
                    .as(word)
                    .first()
                    .satisfies(hit -> assertThat(hit.memory().text()).endsWith(word));
            assertThat(sequence(result.position()))
                    .isGreaterThanOrEqualTo(added.position().sequence());
            At<Memory> found = store.find(Fixtures.stored(added).id()).orElseThrow();
            assertThat(found.position().sequence())
                    .isGreaterThanOrEqualTo(added.position().sequence());
        }
    }

    /// The owner's memories are counted by the words that all of them have: a result at position P has P of
    /// them.
    @Test
    void whatIsReadAtAPositionContainsEveryChangeUpToIt() throws Exception {
        Owner owner = Fixtures.ALICE;
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> readers = new ArrayList<>();
        for (int reader = 0; reader < 3; reader++) {
            readers.add(aside(() -> {
                long last = 0;
                while (!done.get()) {
                    var page = store.list(Fixtures.everything(owner, ManualClock.START));
                    assertThat(page.items()).hasSize((int) sequence(page.position()));
                    SearchResult result = store.search(Fixtures.words(owner, "tea", ManualClock.START));
                    assertThat(result.hits())
                            .hasSizeGreaterThanOrEqualTo((int) Math.min(10, sequence(result.position())));
                    assertThat(sequence(page.position())).isGreaterThanOrEqualTo(last);
                    last = sequence(result.position());
                    ChangeBatch changes = store.changes(owner, last, 1_000);
                    assertThat(changes.reset()).isFalse();
                    assertThat(changes.position().sequence()).isGreaterThanOrEqualTo(last);
                }
            }));
        }
        for (int n = 0; n < 150; n++) {
            store.write(Fixtures.write(owner, Fixtures.add("alice", "tea " + n)));
        }
        done.set(true);
        join(readers);
    }

    @Test
    void waitingForAPositionEndsWhenItIsReached() throws Exception {
        Owner owner = Fixtures.ALICE;
        Position first =
                store.write(Fixtures.write(owner, Fixtures.add("alice", "one"))).position();
        assertThat(Fixtures.reaches(store, owner, first, Duration.ZERO)).isTrue();
        assertThat(Fixtures.reaches(store, owner, first.withSequence(2), Duration.ofMillis(1)))
                .isFalse();
        List<Future<?>> waiters = new ArrayList<>();
        for (int waiter = 0; waiter < 4; waiter++) {
            long sequence = 2L + waiter;
            waiters.add(aside(() -> {
                assertThat(Fixtures.reaches(store, owner, first.withSequence(sequence), Duration.ofSeconds(30)))
                        .isTrue();
                assertThat(store.head(owner).sequence()).isGreaterThanOrEqualTo(sequence);
            }));
        }
        for (int n = 0; n < 4; n++) {
            store.write(Fixtures.write(owner, Fixtures.add("alice", "more " + n)));
        }
        join(waiters);
    }

    /// Adds, searches and a feed's reader while the owner is erased again and again.
    @Test
    void anErasureLeavesNothingOfWhatCameBefore() throws Exception {
        Owner owner = Fixtures.ALICE;
        AtomicBoolean done = new AtomicBoolean();
        List<Future<?>> others = new ArrayList<>();
        for (int writer = 0; writer < 3; writer++) {
            int number = writer;
            others.add(aside(() -> {
                for (int n = 0; !done.get(); n++) {
                    store.write(Fixtures.write(owner, Fixtures.add("alice", "tea " + number + " " + n)));
                    store.search(Fixtures.words(owner, "tea", ManualClock.START));
                }
            }));
        }
        others.add(aside(() -> followResets(owner, done)));
        for (int n = 0; n < 10; n++) {
            String word = "secret" + n;
            store.write(Fixtures.write(owner, Fixtures.add("alice", "my " + word)));
            store.write(Fixtures.write(owner, new Command.EraseOwner()));
            assertThat(store.search(Fixtures.words(owner, word, ManualClock.START))
                            .hits())
                    .noneMatch(hit -> hit.memory().text().contains(word));
            assertThat(store.list(Fixtures.everything(owner, ManualClock.START)).items())
                    .noneMatch(memory -> memory.text().contains(word));
            assertThat(store.changes(owner, Store.OLDEST, 10_000).changes())
                    .noneMatch(change -> mentions(change, word));
        }
        done.set(true);
        join(others);
    }

    private static boolean mentions(Change change, String word) {
        Memory memory = change.memory();
        return memory != null && memory.text().contains(word);
    }

    /// Sequences go on by one, or a reset says where from.
    private void followResets(Owner owner, AtomicBoolean done) {
        long at = 0;
        while (!done.get()) {
            ChangeBatch batch = store.changes(owner, at, 5);
            if (batch.reset()) {
                assertThat(batch.position().sequence()).isGreaterThanOrEqualTo(at);
                at = batch.position().sequence();
            }
            for (Change change : batch.changes()) {
                assertThat(change.position().sequence()).isEqualTo(++at);
                assertThat(change.memory() == null).isEqualTo(change.type() == ChangeType.OWNER_ERASED);
            }
        }
    }
}
