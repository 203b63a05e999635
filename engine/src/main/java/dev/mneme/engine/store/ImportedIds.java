package dev.mneme.engine.store;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.NodeRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Keeps an id that is imported from becoming two owners'. An id that names its shard cannot: that shard decides.
/// One of another form may be in use in any shard, and be on its way into another one; so whoever imports it holds its
/// place here from before looking through the other shards until its own has answered, and all others wait.
///
/// This is enough as long as all shards are of one process. In a cluster, where they are not, an id of another form
/// needs a shard of its own choosing (by the id's hash, say), which gives it to one owner by a command of its log
/// before the owner's shard takes the memory in.
///
/// **Threads**: any.
final class ImportedIds {
    private static final int PLACES = 256;

    private final Router router;
    private final Duration patience;
    private final NodeRuntime runtime;

    /// Of each place, what completes once all who asked for it so far have given it back. Guarded by this.
    private final List<CompletableFuture<?>> places = new ArrayList<>();

    /// @param patience how long a place is waited for
    ImportedIds(Router router, Duration patience, NodeRuntime runtime) {
        this.router = router;
        this.patience = patience;
        this.runtime = runtime;
        for (int i = 0; i < PLACES; i++) {
            places.add(CompletableFuture.completedFuture(null));
        }
    }

    /// Holds the places of all ids that the write imports, once no other shard has one of them.
    ///
    /// @param own the shard that is written to: what it has, it decides itself, as what is there stays as it is
    /// @return gives the places back: to be run once the write is answered, by any thread
    /// @throws MnemeException `VERSION_CONFLICT` for an id that is another owner's
    Runnable hold(Write write, StoreShard own) {
        List<MemoryId> ids = write.commands().stream()
                .<MemoryId>mapMulti((command, out) -> {
                    if (command instanceof Command.Import(Exported.OfMemory memory)) {
                        out.accept(memory.newest().memory().id());
                    }
                })
                .filter(id -> id.slot().isEmpty())
                .toList();
        if (ids.isEmpty()) {
            return () -> {};
        }
        Runnable release = hold(ids);
        try {
            ids.forEach(id -> requireFree(id, own));
            return release;
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
    }

    /// In the order of the places, so that no two imports wait for each other.
    Runnable hold(List<MemoryId> ids) {
        List<Integer> wanted = ids.stream()
                .map(id -> Math.floorMod(id.hashCode(), PLACES))
                .distinct()
                .sorted()
                .toList();
        List<CompletableFuture<@Nullable Void>> held = new ArrayList<>();
        Runnable release = () -> held.forEach(each -> each.complete(null));
        try {
            wanted.forEach(place -> held.add(take(place)));
            return release;
        } catch (MnemeException e) {
            release.run();
            throw e;
        }
    }

    /// @return gives the place back when it is completed
    private CompletableFuture<@Nullable Void> take(int place) {
        CompletableFuture<@Nullable Void> mine = new CompletableFuture<>();
        CompletableFuture<?> before;
        synchronized (this) {
            before = places.get(place);
            places.set(place, CompletableFuture.allOf(before, mine)); // should this one give up, the next waits on
        }
        try {
            runtime.await(before, patience);
            return mine;
        } catch (TimeoutException | ExecutionException e) {
            mine.complete(null);
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "Others import at the same time: send this again a little later.", e);
        } catch (InterruptedException e) {
            mine.complete(null);
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.OVERLOADED, "The wait for other imports was interrupted.", e);
        }
    }

    private void requireFree(MemoryId id, StoreShard own) {
        if (!holds(own, id)
                && router.all().stream().anyMatch(shard -> !shard.id().equals(own.id()) && holds(shard, id))) {
            throw MnemeException.at(ErrorCode.VERSION_CONFLICT, Command.Import.ID, Command.Import.ID_IN_USE);
        }
    }

    private static boolean holds(StoreShard shard, MemoryId id) {
        return shard.reads(Freshness.ANY).has(id);
    }
}
