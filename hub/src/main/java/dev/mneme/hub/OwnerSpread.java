package dev.mneme.hub;

import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Execution;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Stores what was committed of one owner in the collections, one batch after another, and takes it out of the head.
/// It is idempotent: several nodes may spread the same batch.
///
/// ```text
/// add -> waiting -> spread -> told -> (nothing waits) settle
/// ```
///
/// **Threads**: any may call; the steps run on one execution.
final class OwnerSpread {
    private static final Duration RETRY = Duration.ofMillis(200);

    private final Owner owner;
    private final HubDatabase database;
    private final Reachability reachability;
    private final RecordsOf records;
    private final Spread told;
    private final Execution execution;

    private final Deque<OwnerBatch> waiting = new ArrayDeque<>();
    private long added; // the revision of the last batch that was ever added
    private long spread; // the revision of the last batch that is in the collections
    private long settled; // the revision up to which nothing of this node is in the head
    private boolean running;
    private final CountedLog unspreadable =
            new CountedLog(System.getLogger(OwnerSpread.class.getName()), Level.WARNING);
    private @Nullable CompletableFuture<@Nullable Void> idle;

    /// What a batch did to records.
    interface RecordsOf {
        List<RecordChange> changes(OwnerBatch batch);

        /// Whether every record goes that the batch does not itself put.
        boolean erases(OwnerBatch batch);
    }

    /// Hears of a batch that is in the collections.
    interface Spread {
        void spread(OwnerBatch batch);
    }

    OwnerSpread(
            Owner owner,
            HubDatabase database,
            Reachability reachability,
            RecordsOf records,
            Spread told,
            Execution execution) {
        this.owner = owner;
        this.database = database;
        this.reachability = reachability;
        this.records = records;
        this.told = told;
        this.execution = execution;
    }

    /// Spreads these batches, those apart that it was given before.
    synchronized void add(List<OwnerBatch> batches) {
        for (OwnerBatch batch : batches) {
            if (batch.revision() > added) {
                waiting.add(batch);
                added = batch.revision();
            }
        }
        runSoon();
    }

    /// What the next head must still carry.
    synchronized List<OwnerBatch> unspread() {
        return List.copyOf(waiting);
    }

    /// The next head was stored, without what was spread before.
    synchronized void tookOut(long upTo) {
        settled = Math.max(settled, upTo);
    }

    /// Completes when nothing waits. At once when that is so.
    synchronized CompletableFuture<@Nullable Void> idle() {
        if (waiting.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<@Nullable Void> all = idle;
        if (all == null) {
            all = new CompletableFuture<>();
            idle = all;
        }
        return all;
    }

    /// The revision of the last batch that is in the collections.
    synchronized long spread() {
        return spread;
    }

    synchronized int size() {
        return waiting.size();
    }

    void close() {
        execution.close();
    }

    private synchronized void runSoon() {
        if (!running && !waiting.isEmpty()) {
            running = true;
            execution.execute(this::run);
        }
    }

    private void run() {
        try {
            spreadAll();
            settle();
        } catch (MnemeException e) {
            unspreadable.log("What was committed of an owner is not in the collections yet: " + e.getMessage());
            execution.after(RETRY, this::run); // still running
            return;
        }
        synchronized (this) {
            running = false;
        }
        runSoon();
    }

    private void spreadAll() {
        for (OwnerBatch next = first(); next != null; next = first()) {
            OwnerBatch batch = next;
            List<RecordChange> changes = records.changes(batch);
            List<RecordChange> all = records.erases(batch) ? withDeletions(batch, changes) : changes;
            reachability.asked(() -> database.spread(owner, batch.revision(), all));
            told.spread(batch);
            finished(batch);
        }
    }

    private List<RecordChange> withDeletions(OwnerBatch batch, List<RecordChange> puts) {
        Set<RecordName> put = puts.stream().map(RecordChange::name).collect(Collectors.toSet());
        List<RecordChange> all = new ArrayList<>(puts);
        reachability.asked(() -> {
            database.load(owner, 0, record -> {
                if (record.revision() < batch.revision() && !put.contains(record.name())) {
                    all.add(new RecordChange(record.name(), Map.of(), null, true));
                }
            });
            return true;
        });
        return all;
    }

    private synchronized @Nullable OwnerBatch first() {
        return waiting.peekFirst();
    }

    private synchronized void finished(OwnerBatch batch) {
        waiting.removeFirst();
        spread = batch.revision();
        CompletableFuture<@Nullable Void> all = idle;
        if (waiting.isEmpty() && all != null) {
            idle = null;
            all.complete(null);
        }
    }

    private void settle() {
        long last = spread();
        if (settled() < last) {
            reachability.asked(() -> database.settle(owner, last));
            tookOut(last);
        }
    }

    private synchronized long settled() {
        return settled;
    }
}
