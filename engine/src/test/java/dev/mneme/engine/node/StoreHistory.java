package dev.mneme.engine.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.testkit.Fixtures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/// What the writers and one resuming reader of an owner were told, through any number of lives of a
/// store, and whether the store keeps to it. Every text is unique and written without looking for
/// duplicates, under a key of its own.
///
/// **Threads**: any; one at a time gets in, but for the store's own calls.
final class StoreHistory {
    private final Owner owner;
    private final Map<MemoryId, Long> acknowledged = new HashMap<>();
    private final Set<MemoryId> deleted = new HashSet<>();
    private final Set<MemoryId> refused = new HashSet<>();
    private final Map<MemoryId, Write> unknown = new LinkedHashMap<>();
    private final Set<MemoryId> retried = new HashSet<>();
    private final Set<MemoryId> unknownDeletions = new HashSet<>();
    private final List<Change> followed = new ArrayList<>();
    private final ContextHistory context;
    private int written;

    StoreHistory(Owner owner) {
        this.owner = owner;
        this.context = new ContextHistory(owner);
    }

    Owner owner() {
        return owner;
    }

    /// Adds a memory, and notes what the store says of it.
    void add(Store store, SplittableRandom random) {
        Write write;
        MemoryId id;
        synchronized (this) {
            String name = owner.id() + "-" + ++written;
            id = Fixtures.id(owner, (owner.id().hashCode() & 0xff) * 100_000L + written);
            var add = Fixtures.withoutDedupe(Fixtures.withId(
                    Fixtures.add(owner.id(), name + " " + "x".repeat(random.nextInt(200))), id));
            write = Fixtures.once(owner, name, name, add);
        }
        attempt(store, id, write);
    }

    /// Deletes one of the acknowledged memories.
    void delete(Store store, SplittableRandom random) {
        MemoryId id;
        synchronized (this) {
            List<MemoryId> live = acknowledged.keySet().stream()
                    .filter(each -> !deleted.contains(each) && !unknownDeletions.contains(each))
                    .sorted()
                    .toList();
            if (live.isEmpty()) {
                return;
            }
            id = live.get(random.nextInt(live.size()));
            unknownDeletions.add(id);
        }
        try {
            Outcome outcome = store.write(Fixtures.write(owner, Fixtures.delete(id)))
                    .outcomes()
                    .getFirst();
            synchronized (this) {
                assertThat(outcome).isEqualTo(new Outcome.Deleted(id));
                unknownDeletions.remove(id);
                deleted.add(id);
            }
        } catch (MnemeException failure) {
            synchronized (this) {
                if (failure.code() != ErrorCode.OUTCOME_UNKNOWN) {
                    unknownDeletions.remove(id);
                }
            }
        }
    }

    ContextHistory context() {
        return context;
    }

    /// Asks once more, under the same key, for all that nobody knows of.
    void retryUnknown(Store store) {
        context.retryUnknown(store);
        Map<MemoryId, Write> again;
        synchronized (this) {
            again = new LinkedHashMap<>(unknown);
        }
        again.forEach((id, write) -> attempt(store, id, write));
    }

    private void attempt(Store store, MemoryId id, Write write) {
        synchronized (this) {
            unknown.put(id, write);
        }
        try {
            WriteResult result = store.write(write);
            acknowledged(id, result);
        } catch (MnemeException failure) {
            failed(id, failure.code());
        }
    }

    private synchronized void acknowledged(MemoryId id, WriteResult result) {
        assertThat(Fixtures.stored(result).id()).isEqualTo(id);
        unknown.remove(id);
        refused.remove(id);
        acknowledged.put(id, result.position().sequence());
    }

    /// A retry that is refused says nothing of the attempt before it.
    private synchronized void failed(MemoryId id, ErrorCode code) {
        boolean first = !refused.contains(id) && !retried.contains(id);
        if (code == ErrorCode.OUTCOME_UNKNOWN) {
            retried.add(id);
        } else if (first) {
            unknown.remove(id);
            refused.add(id);
        }
    }

    synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /// Reads on from the last change that it saw: no gap, no repeat, no reset.
    void follow(Store store) {
        synchronized (this) {
            while (true) {
                ChangeBatch batch = store.changes(owner, followed.size(), 7);
                assertThat(batch.reset()).as("reset at %d", followed.size()).isFalse();
                if (batch.changes().isEmpty()) {
                    return;
                }
                for (Change change : batch.changes()) {
                    assertThat(change.position().sequence()).isEqualTo(followed.size() + 1);
                    followed.add(change);
                }
            }
        }
    }

    /// After a restart, before anything is written.
    synchronized void check(Store store) {
        Map<MemoryId, Memory> found = new HashMap<>();
        store.list(Fixtures.everything(owner, Instant.now())).items().forEach(memory -> found.put(memory.id(), memory));
        follow(store);
        long head = store.head(owner).sequence();
        assertThat((long) followed.size()).as("dense positions").isEqualTo(head);
        List<Change> again = store.changes(owner, 0, 100_000).changes();
        assertThat(again).as("what the reader saw before stays true").isEqualTo(followed);
        Set<MemoryId> added = new HashSet<>();
        again.forEach(change -> {
            Memory memory = change.memory();
            if (memory == null) {
                return;
            }
            if (change.type() == ChangeType.MEMORY_ADDED) {
                assertThat(added.add(memory.id())).as("added once").isTrue();
            } else {
                unknownDeletions.remove(memory.id());
                deleted.add(memory.id());
            }
        });
        assertThat(refused).as("refused writes").noneMatch(added::contains);
        acknowledged.forEach((id, sequence) -> {
            assertThat(again.size())
                    .as("the acknowledged change %d", sequence)
                    .isGreaterThanOrEqualTo(sequence.intValue());
            Memory memory =
                    Objects.requireNonNull(again.get(sequence.intValue() - 1).memory());
            assertThat(memory.id()).as("the change at %d", sequence).isEqualTo(id);
        });
        context.check(store, again);
        added.removeAll(deleted);
        assertThat(found.keySet()).as("the list is what the changes say").isEqualTo(added);
        unknownDeletions.clear();
    }
}
