package dev.mneme.engine.replica;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.queue.QueueLimit;
import dev.mneme.core.spi.Agreement;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What only the primary of a shard does, for one term: it orders writes, stamps them with a time that never goes
/// back, proposes them, and answers each caller with what became of its own.
///
/// ```text
/// offer -> [waiting] -> gather, stamp, encode -> agreement.propose(id) ... applied(id) -> answer
///        (bounded, fair)                      [under way, by id]       \.. refused(id) -> refusal
/// ```
///
/// While one batch is being agreed on, the next gathers among those who wait; a few may be under way at once.
///
/// **Threads**: the shard's; [#offer], [#queue] and [#latest] any.
final class Sequencer {
    private static final int MAX_UNDER_WAY = 4;

    /// Whoever comes waits for all that are under way, however few have their turn before.
    private static final int MAX_WRITES_UNDER_WAY = 512;

    private final Agreement agreement;
    private final InstantSource clock;
    private final LongSupplier ids;
    private final WaitingWrites waiting;
    private final Map<Long, UnderWay> underWay = new LinkedHashMap<>();
    private final AtomicInteger writesUnderWay = new AtomicInteger();
    private volatile Instant latest;

    /// An entry of which is yet to be heard.
    private record UnderWay(ShardBatch batch, List<CompletableFuture<WriteResult>> answers) {}

    /// @param floor the time of the last entry that was agreed on before this term
    /// @param ids a new one each time, for proposals
    /// @param limit how many writes may wait before `OVERLOADED`
    Sequencer(Agreement agreement, InstantSource clock, Instant floor, LongSupplier ids, QueueLimit limit) {
        this.agreement = agreement;
        this.clock = clock;
        this.ids = ids;
        this.waiting = new WaitingWrites(agreement.maxEntryBytes(), limit);
        this.latest = floor;
    }

    /// Puts a write among those who wait.
    ///
    /// @return null, or why it cannot wait here
    @Nullable
    MnemeException offer(Write write, CompletableFuture<WriteResult> answer) {
        return waiting.offer(write, answer);
    }

    /// Proposes what waits, as far as it may be under way at once.
    void proposeWaiting() {
        while (!waiting.isEmpty() && underWay.size() < MAX_UNDER_WAY && writesUnderWay.get() < MAX_WRITES_UNDER_WAY) {
            WaitingWrites.Gathered next = waiting.gather();
            next.tooLarge().forEach(refused -> refused.answer().completeExceptionally(refused.why()));
            if (!next.writes().isEmpty()) {
                propose(next);
            }
        }
    }

    private void propose(WaitingWrites.Gathered next) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant at = now.isAfter(latest) ? now : latest;
        latest = at;
        long id = ids.getAsLong();
        underWay.put(id, new UnderWay(new ShardBatch(at, next.writes()), next.answers()));
        writesUnderWay.addAndGet(next.answers().size());
        agreement.propose(id, BatchCodec.encode(at, next.encoded()));
    }

    /// What was proposed under an id, while it is under way: so that it need not be decoded.
    @Nullable
    ShardBatch proposed(long id) {
        UnderWay entry = underWay.get(id);
        return entry == null ? null : entry.batch();
    }

    /// Answers the callers of an entry, if they still wait for it. Until then, it is under way: should it fail to
    /// be applied, they must hear of it.
    void applied(long id, List<WriteResult> results) {
        UnderWay entry = remove(id);
        if (entry != null) {
            for (int i = 0; i < entry.answers().size(); i++) {
                entry.answers().get(i).complete(results.get(i));
            }
        }
    }

    void refused(long id, MnemeException why) {
        UnderWay entry = remove(id);
        if (entry != null) {
            entry.answers().forEach(answer -> answer.completeExceptionally(why));
        }
    }

    private @Nullable UnderWay remove(long id) {
        UnderWay entry = underWay.remove(id);
        if (entry != null) {
            writesUnderWay.addAndGet(-entry.answers().size());
        }
        return entry;
    }

    /// Waits no longer for what is under way.
    void giveUp(MnemeException unknown) {
        List.copyOf(underWay.keySet()).forEach(id -> refused(id, unknown));
    }

    /// Takes nothing more.
    ///
    /// @param unknown what the callers of entries under way are told
    /// @param refusal what those are told of whose writes were not proposed, and whoever comes later
    void end(MnemeException unknown, MnemeException refusal) {
        giveUp(unknown);
        waiting.close(refusal).forEach(answer -> answer.completeExceptionally(refusal));
    }

    boolean nothingUnderWay() {
        return underWay.isEmpty();
    }

    /// Whether nobody waits for an answer.
    boolean idle() {
        return underWay.isEmpty() && waiting.isEmpty();
    }

    /// How many writes wait, or are under way.
    int queue() {
        return waiting.size() + writesUnderWay.get();
    }

    /// The time that the latest write was stamped with.
    Instant latest() {
        return latest;
    }
}
