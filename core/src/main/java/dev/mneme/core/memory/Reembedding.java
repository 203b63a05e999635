package dev.mneme.core.memory;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.job.Duty;
import dev.mneme.core.job.Job;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import dev.mneme.core.spi.Embedder;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.SpacePage;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.Store;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Moves owners whose vectors were made by a former embedder of the server to the space of the present one, in the
/// background.
///
/// ```text
/// for each such owner:  BeginSpace -> StageEmbedding, a few at a time -> SwitchSpace -> DropOldVectors
///                                          ^ a memory changed meanwhile ___/
/// ```
///
/// The store's rows tell how far it is, so it goes on after a restart. Vectors that callers made, by embedders that the
/// server never had, are left alone. A vector that names an embedder which the server has had counts as the server's.
///
/// It embeds one text at a time, as bulk work that waits for everybody else's, and rests after each for as long as that
/// took, so that it uses half of one worker at most. An owner that cannot be moved, for example while the embedder is
/// overloaded, delays no other owner; it is tried again after a second, then after two, and so on up to a minute.
///
/// A walk over the owners is a step of its execution, and long rests are timers.
///
/// **Threads**: its execution does the work; any thread may call [#expect] and [#ownersLeft].
public final class Reembedding implements Job, AutoCloseable {
    private static final Logger LOG = System.getLogger(Reembedding.class.getName());
    private static final Provenance BY = Provenance.ofKey("reembedding");
    private static final Owner SYSTEM = Owner.ofServer("embedders");
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(10);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OWNERS_A_PAGE = 256;
    private static final int OWNERS_A_ROUND = 4_096;
    private static final int TEXTS_A_WRITE = 16;
    private static final int DROPPED_A_WRITE = 512;

    private final Store store;
    private final Embedder embedder;
    private final EmbeddingSpace own;
    private final Set<EmbeddingSpace> former;
    private final NodeRuntime runtime;
    private final Execution execution;
    private volatile @Nullable Work work;
    private volatile long left = -1;

    /// What is done between a start and a stop.
    private final class Work {
        private final Duty duty;
        private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

        /// Of the execution alone.
        private Duration pause = FIRST_PAUSE;

        private long restsUntil;
        private boolean idle;

        Work(Duty duty) {
            this.duty = duty;
        }

        boolean isEnded() {
            return ended.isDone() || !duty.lasts();
        }

        /// A rest of a step itself, which ends when the work does.
        void rest(Duration time) {
            try {
                runtime.await(ended, time);
            } catch (TimeoutException over) {
                LOG.log(Level.TRACE, "Rested", over);
            } catch (ExecutionException never) {
                throw new IllegalStateException(never);
            } catch (InterruptedException e) {
                ended.complete(null); // nobody interrupts it but a process that ends
                Thread.currentThread().interrupt();
            }
        }
    }

    /// @param former the result of [#former]
    public Reembedding(Store store, Embedder embedder, Set<EmbeddingSpace> former, NodeRuntime runtime) {
        this.store = store;
        this.embedder = embedder;
        this.own = embedder.space();
        this.former = Set.copyOf(former);
        this.runtime = runtime;
        this.execution = runtime.execution("reembedding");
    }

    /// The spaces of the server's former embedders; remembers the present one for later starts.
    public static Set<EmbeddingSpace> former(Store store, EmbeddingSpace present) {
        Set<EmbeddingSpace> former = new LinkedHashSet<>(store.embedders());
        if (!former.remove(present)) {
            store.writeSystem(new Write(SYSTEM, BY, null, List.of(new Command.PutEmbedder(present))));
        }
        return former;
    }

    @Override
    public String name() {
        return "re-embedding";
    }

    @Override
    public Place place() {
        return Place.OWNERS;
    }

    /// What was left of the work before ends first, since both would embed the same texts.
    @Override
    public void start(Duty duty) {
        if (former.isEmpty()) {
            left = 0;
            return;
        }
        Work begun = new Work(duty);
        work = begun;
        execution.execute(() -> turn(begun));
    }

    /// How many owners' vectors are still to be moved; empty until they have been counted.
    public OptionalLong ownersLeft() {
        long count = left;
        return count < 0 ? OptionalLong.empty() : OptionalLong.of(count);
    }

    /// Whether an owner with vectors of the space `now` is moved to the present embedder's space, so that a vector of
    /// the present embedder will be accepted.
    boolean moves(EmbeddingSpace now) {
        return former.contains(now);
    }

    /// Announces that a vector of the present embedder is about to be written for this owner. The owner's move begins,
    /// so that the vector is accepted.
    void expect(Owner owner) {
        if (former.isEmpty() || !toBegin(store.space(owner))) {
            return;
        }
        write(owner, new Command.BeginSpace(own));
        Work now = work;
        if (now != null) {
            execution.execute(() -> {
                if (now.idle) {
                    now.restsUntil = execution.nanos();
                    turn(now);
                }
            });
        }
    }

    private boolean toBegin(OwnerSpace owner) {
        return owner.now() != null && former.contains(owner.now()) && !own.equals(owner.next());
    }

    /// Whether the owner has vectors to be moved, given up, or dropped.
    private boolean toDo(OwnerSpace owner) {
        return toMove(owner) || owner.leftOver() || (own.equals(owner.now()) && owner.next() != null);
    }

    private boolean toMove(OwnerSpace owner) {
        return toBegin(owner) || (owner.next() != null && own.equals(owner.next()));
    }

    private void turn(Work now) {
        if (now.isEnded() || execution.nanos() - now.restsUntil < 0) {
            return;
        }
        now.idle = false;
        Duration next = round(now);
        now.restsUntil = execution.nanos() + next.toNanos();
        execution.after(next, () -> turn(now));
    }

    /// Goes once over the owners.
    ///
    /// @return how long to rest after it: when there is nothing to do, until there may be; when something could not
    ///     be done, twice as long each time
    private Duration round(Work now) {
        List<Owner> owners = new ArrayList<>();
        boolean counted = tried(now, () -> {
            owners.addAll(count(now));
            return true;
        });
        if (counted && owners.isEmpty()) {
            now.pause = FIRST_PAUSE;
            now.idle = true;
            return BETWEEN_LOOKS;
        }
        boolean all = counted && move(now, owners);
        Duration pause = all ? Duration.ZERO : now.pause;
        Duration longer = now.pause.multipliedBy(2);
        now.pause = all ? FIRST_PAUSE : longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        return pause;
    }

    /// @return whether everything that was begun was finished
    private boolean move(Work now, List<Owner> owners) {
        LOG.log(Level.INFO, "Re-embedding into {0}: {1} owners left", own.embedder(), left);
        boolean all = true;
        for (Owner owner : owners) {
            if (now.isEnded()) {
                return true;
            }
            all &= tried(now, () -> move(now, owner)); // one that cannot be moved holds up no other
        }
        if (all && left == 0) {
            LOG.log(Level.INFO, "Re-embedding into {0}: every owner is there", own.embedder());
        }
        return all;
    }

    private static boolean tried(Work now, BooleanSupplier what) {
        try {
            return what.getAsBoolean();
        } catch (RuntimeException e) {
            boolean expected = now.isEnded()
                    || (e instanceof MnemeException m
                            && (m.code() == ErrorCode.OVERLOADED || m.code() == ErrorCode.NOT_PRIMARY));
            LOG.log(
                    expected ? Level.DEBUG : Level.WARNING,
                    "Re-embedding is held up; it is tried again: " + e.getMessage(),
                    e);
            return false;
        }
    }

    /// Counts the owners that are left.
    ///
    /// @return the first of those with something to do
    private List<Owner> count(Work now) {
        List<Owner> owners = new ArrayList<>();
        long toMove = 0;
        String cursor = null;
        do {
            SpacePage page = store.spaces(cursor, OWNERS_A_PAGE);
            for (OwnerSpace owner : page.owners()) {
                if (!now.duty.covers(owner.owner())) {
                    continue;
                }
                toMove += toMove(owner) ? 1 : 0;
                if (toDo(owner) && owners.size() < OWNERS_A_ROUND) {
                    owners.add(owner.owner());
                }
            }
            cursor = page.nextCursor();
        } while (cursor != null && !now.isEnded());
        left = toMove;
        return owners;
    }

    /// @return whether nothing is left to do for the owner
    private boolean move(Work now, Owner owner) {
        OwnerSpace space = store.space(owner);
        if (toMove(space)) {
            write(now, owner, new Command.BeginSpace(own));
            boolean switched = false;
            boolean staged = true;
            while (!switched && staged && mayGoOn(now, owner)) {
                staged = stage(now, owner);
                switched = write(now, owner, new Command.SwitchSpace(own)).getFirst() instanceof Outcome.Done;
            }
            if (!switched) {
                return false;
            }
            left = Math.max(0, left - 1);
        } else if (space.next() != null && own.equals(space.now())) {
            write(now, owner, new Command.BeginSpace(own));
        }
        return !store.space(owner).leftOver() || drop(now, owner);
    }

    /// Stages a vector of every memory that lacks one.
    ///
    /// @return whether there was any
    private boolean stage(Work now, Owner owner) {
        boolean any = false;
        List<Unstaged> page = store.unstaged(owner, 0, TEXTS_A_WRITE);
        while (!page.isEmpty() && mayGoOn(now, owner)) {
            any = true;
            List<Command> commands = new ArrayList<>();
            for (Unstaged each : page) {
                if (!mayGoOn(now, owner)) {
                    return any;
                }
                commands.add(embedded(now, each.memory()));
            }
            write(now, owner, commands.toArray(Command[]::new));
            page = store.unstaged(owner, page.getLast().arrival(), TEXTS_A_WRITE);
        }
        return any;
    }

    /// The command that stages a memory's vector. A memory that must not leave this machine gets a vector without a
    /// direction, which is near no other: it is found by its words.
    private Command embedded(Work now, Memory memory) {
        if (memory.localOnly() && embedder.remote()) {
            Embedding none = new Embedding(own, new float[own.dimension()], null);
            return new Command.StageEmbedding(memory.id(), memory.version(), none);
        }
        long begin = execution.nanos();
        Demand demand =
                new Demand(Purpose.BULK, new Tenant(BY.keyId(), memory.scope().owner()));
        Embedding embedding = embedder.embed(toEmbed(memory.name(), memory.text()), demand);
        Duration took = Duration.ofNanos(execution.nanos() - begin);
        now.rest(took.compareTo(LONGEST_REST) < 0 ? took : LONGEST_REST);
        return new Command.StageEmbedding(memory.id(), memory.version(), embedding);
    }

    /// The text that an embedder is given for a memory.
    static String toEmbed(@Nullable String name, String text) {
        return name == null ? text : name + ": " + text;
    }

    /// @return whether all superfluous vectors are gone
    private boolean drop(Work now, Owner owner) {
        Command drop = new Command.DropOldVectors(DROPPED_A_WRITE);
        while (mayGoOn(now, owner)) {
            if (!(write(now, owner, drop).getFirst() instanceof Outcome.DeletedMany many) || many.count() == 0) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayGoOn(Work now, Owner owner) {
        return !now.isEnded() && now.duty.covers(owner);
    }

    /// For the work: only while it is this node's.
    private List<Outcome> write(Work now, Owner owner, Command... commands) {
        if (!mayGoOn(now, owner)) {
            throw new MnemeException(ErrorCode.NOT_PRIMARY, "Another node works for " + owner + " now.");
        }
        return write(owner, commands);
    }

    private List<Outcome> write(Owner owner, Command... commands) {
        return store.write(new Write(owner, BY, null, List.of(commands))).outcomes();
    }

    /// As [#stop], for good.
    @Override
    public void close() {
        stop();
        execution.close();
    }

    /// Ends the work, waiting for the text under way for 5 s at most.
    @Override
    public void stop() {
        Work ending = work;
        if (ending == null) {
            return;
        }
        work = null;
        ending.ended.complete(null);
        CompletableFuture<@Nullable Void> nothingUnderWay = new CompletableFuture<>();
        execution.execute(() -> nothingUnderWay.complete(null));
        try {
            runtime.await(nothingUnderWay, PATIENCE);
        } catch (TimeoutException e) {
            LOG.log(Level.WARNING, "Re-embedding did not stop in time", e);
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
