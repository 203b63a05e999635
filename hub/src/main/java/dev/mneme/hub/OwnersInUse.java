package dev.mneme.hub;

import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.log.CountedLog;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The owners that this node has in use: loaded when they are first asked for, looked after while they are in use, and
/// dropped when they have rested and there are too many.
///
/// **Threads**: any.
final class OwnersInUse implements AutoCloseable {
    /// How long is waited before a database that is away is asked again.
    static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(10);

    /// How many times as many owners as are meant to be in use may be.
    private static final long MOST = 4;

    private static final int LOOKED_AT_ONCE = 1_000;
    private static final int FINISHED_AT_ONCE = 100;

    private final HubSettings settings;
    private final HubDatabase database;
    private final Reachability reachability;
    private final Function<Owner, HeldOwner> made;
    private final OwnerCopy copy;
    private final NodeRuntime runtime;
    private final Execution looking;
    private final Map<Owner, HeldOwner> held = new ConcurrentHashMap<>();
    private final CountedLog failing = new CountedLog(System.getLogger(OwnersInUse.class.getName()), Level.WARNING);
    private volatile boolean closed;
    private long looks;
    private long swept;

    OwnersInUse(
            HubSettings settings,
            HubDatabase database,
            Reachability reachability,
            OwnerCopy copy,
            Function<Owner, HeldOwner> made,
            NodeRuntime runtime) {
        this.settings = settings;
        this.database = database;
        this.reachability = reachability;
        this.copy = copy;
        this.made = made;
        this.runtime = runtime;
        this.looking = runtime.light("hub-heads");
        this.swept = runtime.nanos();
        reachability.whenBack(() -> held.values().forEach(HeldOwner::goOn));
    }

    /// Begins to look at heads.
    void start() {
        looking.after(settings.poll(), this::look);
    }

    /// The owner, whether it is loaded or not.
    ///
    /// @throws MnemeException `OVERLOADED` when far too many are in use
    HeldOwner of(Owner owner) {
        HeldOwner one = held.computeIfAbsent(owner, this::admitted);
        one.touch();
        return one;
    }

    /// More than those that are meant to be in use may be for a while, since nobody is dropped who has not rested.
    private HeldOwner admitted(Owner owner) {
        if (held.size() >= MOST * settings.owners() && !owner.isOfServer()) {
            throw new MnemeException(
                    ErrorCode.OVERLOADED, "Too many owners are in use on this server: try again in a minute.");
        }
        return made.apply(owner);
    }

    /// The owner, in use until it is unpinned.
    HeldOwner pinned(Owner owner) {
        return held.compute(owner, (name, present) -> {
            HeldOwner one = present == null ? admitted(name) : present;
            one.pin();
            return one;
        });
    }

    /// The owner if it is in use.
    @Nullable
    HeldOwner find(Owner owner) {
        return held.get(owner);
    }

    /// The owner, loaded.
    ///
    /// @param newest whether everything that was committed before this call must be here
    /// @throws MnemeException `HUB_UNAVAILABLE` when the database is away, and what is here is not enough
    HeldOwner use(Owner owner, boolean newest) {
        HeldOwner one = of(owner);
        if (newest || !one.loaded()) {
            await(one.refresh());
        }
        return one;
    }

    private void await(CompletableFuture<@Nullable Void> done) {
        try {
            runtime.await(done, settings.patience());
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.HUB_UNAVAILABLE, "The hub's database did not answer in time: try again.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MnemeException known
                    ? new MnemeException(known.code(), String.valueOf(known.getMessage()), known)
                    : new MnemeException(ErrorCode.INTERNAL, "The owner could not be loaded.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The wait for the hub's database was interrupted.", e);
        }
    }

    /// Owners that are loaded.
    List<Owner> loaded() {
        return held.values().stream()
                .filter(HeldOwner::loaded)
                .map(HeldOwner::owner)
                .toList();
    }

    int size() {
        return held.size();
    }

    /// Another node says that an owner's head advanced.
    void advanced(Owner owner, long revision) {
        HeldOwner one = held.get(owner);
        if (one != null) {
            one.heard(revision);
        }
    }

    /// Looks at the heads of all owners in use at once, when bells may have been missed.
    void lookSoon() {
        looking.execute(this::lookAtHeads);
    }

    private void look() {
        if (closed) {
            return;
        }
        lookAtHeads();
        sweep();
        dropRested();
        looking.after(settings.poll(), this::look);
    }

    private void lookAtHeads() {
        List<Owner> owners = loaded();
        try {
            for (int i = 0; i < owners.size(); i += LOOKED_AT_ONCE) {
                List<Owner> some = owners.subList(i, Math.min(owners.size(), i + LOOKED_AT_ONCE));
                reachability.asked(() -> database.revisions(some)).forEach(this::advanced);
            }
            if (looks++ % 10 == 0) {
                finishForOthers();
            }
        } catch (MnemeException e) {
            failing.log("The heads of the owners in use cannot be looked at: " + e.getMessage());
        }
    }

    /// What the database should have removed by its own clock, where it does not.
    private void sweep() {
        long now = runtime.nanos();
        if (now - swept < BETWEEN_SWEEPS.toNanos() || reachability.away()) {
            return;
        }
        swept = now;
        try {
            Instant time = runtime.clock().instant();
            reachability.asked(() -> database.sweep(time));
        } catch (MnemeException e) {
            failing.log("What has expired could not be removed from the hub's database: " + e.getMessage());
        }
    }

    /// Batches of owners that nobody has in use any more, whose node died before it spread them.
    private void finishForOthers() {
        Instant before = runtime.clock().instant().minus(settings.finishAfter());
        for (Owner owner : reachability.asked(() -> database.unfinished(before, FINISHED_AT_ONCE))) {
            of(owner).lookAfter();
        }
    }

    private void dropRested() {
        int tooMany = held.size() - settings.owners();
        if (tooMany <= 0) {
            return;
        }
        long since = runtime.nanos() - settings.rest().toNanos();
        held.values().stream()
                .filter(one -> !one.owner().isOfServer() && one.restedSince(since))
                .sorted(Comparator.comparingLong(HeldOwner::touched))
                .limit(tooMany)
                .forEach(one -> drop(one, since));
    }

    private void drop(HeldOwner one, long since) {
        held.computeIfPresent(one.owner(), (owner, present) -> {
            if (present != one || !one.restedSince(since)) {
                return present;
            }
            one.close();
            copy.drop(owner);
            return null;
        });
    }

    @Override
    public void close() {
        closed = true;
        looking.close();
        held.values().forEach(HeldOwner::close);
    }
}
