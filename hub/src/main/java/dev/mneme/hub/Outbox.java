package dev.mneme.hub;

import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Writes that wait on this node's disk until the database is back. Those of an owner are committed in the order in
/// which they came, each once: every write has an idempotency key, its own or one of the outbox, and one whose commit
/// was in doubt is looked for first.
///
/// A write that lost, because the version that it was made on is no longer the latest, is kept as a conflict.
///
/// **Threads**: any; of one owner, one at a time.
final class Outbox implements Away {
    /// How many writes of one owner may wait.
    static final int LIMIT_OF_OWNER = 1_000;

    /// How many may wait at all.
    static final int LIMIT = 100_000;

    private final NodeLog disk;
    private final Provisional provisional;
    private final Conflicts conflicts;
    private final String epoch;
    private final InstantSource clock;
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger size = new AtomicInteger();
    private final Map<Owner, Deque<Kept>> waiting = new ConcurrentHashMap<>();

    /// A write on the disk.
    ///
    /// @param number in the order in which they came
    /// @param at when it came
    /// @param batch the id of the batch in which it may have been committed; empty: in none
    /// @param revision of that batch
    record Kept(long number, Instant at, Write write, String batch, long revision) {
        byte[] encode() {
            byte[] bytes = BatchCodec.encode(new ShardBatch(at, List.of(write)));
            return new ByteWriter(bytes.length + 64)
                    .unsigned(number)
                    .string(batch)
                    .unsigned(revision)
                    .raw(bytes)
                    .toByteArray();
        }

        static Kept decode(byte[] kept) {
            return ByteReader.decode(kept, in -> {
                long number = in.unsigned();
                String batch = in.string();
                long revision = in.unsigned();
                ShardBatch written = BatchCodec.decode(in.rest());
                return new Kept(number, written.at(), written.writes().getFirst(), batch, revision);
            });
        }

        String key() {
            return Long.toString(number);
        }
    }

    /// What a write comes to as long as nobody else has written.
    interface Provisional {
        /// The write as it is to be kept: on the versions that it was made on.
        Write onItsBase(Write write);

        /// @param earlier what waits of the owner already, in order
        /// @throws MnemeException `HUB_UNAVAILABLE` when that cannot be said without the owner's data
        WriteResult decide(List<Write> earlier, Write write, boolean loaded);
    }

    /// What becomes of a write that lost.
    interface Conflicts {
        /// @param key an idempotency key for it
        /// @return the write that stores the conflict; empty when there is nothing to keep of it
        Optional<Write> of(Write lost, Outcome.Rejected why, Instant at, String key);
    }

    Outbox(NodeLog disk, String epoch, Provisional provisional, Conflicts conflicts, InstantSource clock) {
        this.disk = disk;
        this.epoch = Position.PENDING + epoch;
        this.provisional = provisional;
        this.conflicts = conflicts;
        this.clock = clock;
        disk.keys().stream()
                .map(key -> Kept.decode(disk.get(key).orElseThrow()))
                .sorted(Comparator.comparingLong(Kept::number))
                .forEach(kept -> {
                    add(kept);
                    next.set(kept.number());
                });
    }

    private void add(Kept kept) {
        waiting.compute(kept.write().owner(), (owner, before) -> {
            Deque<Kept> all = before == null ? new ArrayDeque<>() : before;
            all.add(kept);
            return all;
        });
        size.incrementAndGet();
    }

    /// Whose writes wait.
    List<Owner> owners() {
        return List.copyOf(waiting.keySet());
    }

    /// How many writes wait.
    int size() {
        return size.get();
    }

    @Override
    public boolean isEmpty(Owner owner) {
        return !waiting.containsKey(owner);
    }

    @Override
    public WriteResult keep(Write write, boolean loaded, @Nullable OwnerBatch inDoubt) {
        Owner owner = write.owner();
        Deque<Kept> before = waiting.get(owner);
        if (size() >= LIMIT || (before != null && before.size() >= LIMIT_OF_OWNER)) {
            throw new MnemeException(
                    ErrorCode.HUB_UNAVAILABLE,
                    "The hub's database is away, and too many writes wait for it already: nothing was written of this.");
        }
        List<Write> earlier =
                before == null ? List.of() : before.stream().map(Kept::write).toList();
        Write onBase = loaded ? provisional.onItsBase(write) : write;
        WriteResult result = provisional.decide(earlier, onBase, loaded);
        if (result.outcomes().stream().allMatch(Outcome.Rejected.class::isInstance)) {
            return result;
        }
        long number = next.incrementAndGet();
        Kept kept = new Kept(
                number,
                clock.instant(),
                withKey(onBase, number),
                inDoubt == null ? "" : inDoubt.id(),
                inDoubt == null ? 0 : inDoubt.revision());
        disk.put(kept.key(), kept.encode());
        add(kept);
        return new WriteResult(result.outcomes(), new Position(epoch, owner.slot(), number), false);
    }

    /// A write that nobody gave an idempotency key gets one, so that a crash between its commit and its removal here
    /// does not write it twice.
    private Write withKey(Write write, long number) {
        return write.idempotency() != null
                ? write
                : new Write(write.owner(), write.by(), idempotency(number, ""), write.commands());
    }

    private Write.Idempotency idempotency(long number, String what) {
        return new Write.Idempotency(epoch + ":" + number + what, new byte[0]);
    }

    @Override
    public void flush(Owner owner, List<String> recent, long revision, Function<Write, WriteResult> commit) {
        Deque<Kept> all = waiting.get(owner);
        while (all != null && !all.isEmpty()) {
            Kept kept = all.getFirst();
            if (!committedBefore(kept, recent, revision)) {
                write(kept, commit);
            }
            disk.remove(kept.key());
            all.removeFirst();
            size.decrementAndGet();
        }
        waiting.remove(owner);
    }

    /// Whether the commit that was in doubt took place. When too much was written since to know, the write is committed
    /// once more: its idempotency key tells, if it had one then.
    private static boolean committedBefore(Kept kept, List<String> recent, long revision) {
        return !kept.batch().isEmpty()
                && revision - kept.revision() < OwnerHead.RECENT
                && recent.contains(kept.batch());
    }

    private void write(Kept kept, Function<Write, WriteResult> commit) {
        WriteResult result = commit.apply(kept.write());
        for (int i = 0; i < result.outcomes().size(); i++) {
            if (result.outcomes().get(i) instanceof Outcome.Rejected why) {
                Write lost = new Write(
                        kept.write().owner(),
                        kept.write().by(),
                        null,
                        List.of(kept.write().commands().get(i)));
                String key = idempotency(kept.number(), "/" + i).key();
                Optional<Write> conflict = conflicts.of(lost, why, kept.at(), key);
                if (conflict.isPresent()) {
                    WriteResult ignored = Writes.accepted(commit.apply(conflict.get()));
                    assert !ignored.outcomes().isEmpty();
                }
            }
        }
    }
}
