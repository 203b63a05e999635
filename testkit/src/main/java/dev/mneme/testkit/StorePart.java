package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What the parts of [StoreContract] share: a clock, a store that is open for each test, and words for what is
/// written and read most.
abstract class StorePart {
    final ManualClock clock = new ManualClock();
    private StoreSettings settings = StoreSettings.of("home", clock);
    private @Nullable Store open;

    abstract StoreOpener opener();

    @BeforeEach
    void openStore() {
        open = opener().open(settings);
    }

    @AfterEach
    void closeStore() {
        if (open != null) {
            open.close();
            open = null;
        }
    }

    final Store store() {
        return java.util.Objects.requireNonNull(open, "the store is open during a test");
    }

    final StoreSettings settings() {
        return settings;
    }

    /// Closes the store and opens it again.
    final void reopen() {
        reopen(settings);
    }

    /// Closes the store and opens it again in another way.
    final void reopen(StoreSettings others) {
        closeStore();
        settings = others;
        openStore();
    }

    final Instant now() {
        return clock.instant();
    }

    final WriteResult write(Owner owner, Command... commands) {
        return store().write(Fixtures.write(owner, commands));
    }

    final Outcome outcome(Owner owner, Command command) {
        return write(owner, command).outcomes().getFirst();
    }

    final Memory added(Command.AddMemory add) {
        return Fixtures.stored(write(add.scope().owner(), add));
    }

    final Memory found(MemoryId id) {
        return store().find(id).orElseThrow().value();
    }

    final List<MemoryVersion> history(MemoryId id) {
        return store().history(id).orElseThrow().value();
    }

    final List<MemoryEvent> events(MemoryId id) {
        return history(id).stream().map(MemoryVersion::event).toList();
    }

    final long head(Owner owner) {
        return store().head(owner).sequence();
    }

    /// Everything of the owner that is not expired, oldest first.
    final List<Memory> all(Owner owner) {
        return store().list(Fixtures.everything(owner, now())).items();
    }

    final List<Memory> list(@Nullable Owner owner, Filter filter) {
        return store().list(new MemoryQuery(owner, filter, Order.CREATED_AT, 1_000, null, false, now()))
                .items();
    }

    final List<Change> changes(Owner owner, long after) {
        return store().changes(owner, after, 1_000).changes();
    }

    static List<String> texts(List<Memory> memories) {
        return memories.stream().map(Memory::text).toList();
    }

    static void assertEvent(Outcome outcome, MemoryEvent event) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Stored.class,
                        stored -> assertThat(stored.event()).isEqualTo(event));
    }

    static void assertConflict(Outcome outcome, Memory current) {
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
            assertThat(rejected.current()).isEqualTo(current);
        });
    }

    static void assertRejected(Outcome outcome, ErrorCode code, @Nullable String field) {
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo(code);
            assertThat(rejected.field()).isEqualTo(field);
            assertThat(rejected.current()).isNull();
        });
    }

    static Write by(Write write, String keyId) {
        return new Write(
                write.owner(), dev.mneme.core.model.Provenance.ofKey(keyId), write.idempotency(), write.commands());
    }
}
