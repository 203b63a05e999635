package dev.mneme.core.memory;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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
/// **Threads**: its own thread does the work; any thread may call [#expect] and [#ownersLeft].
public final class Reembedding implements Job, AutoCloseable {
    private static final Logger LOG = System.getLogger(Reembedding.class.getName());
    private static final Provenance BY = Provenance.ofKey("reembedding");
    private static final Owner SYSTEM = Owner.ofServer("embedders");
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(10);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);
    private static final int OWNERS_A_PAGE = 256;
    private static final int OWNERS_A_ROUND = 4_096;
    private static final int TEXTS_A_WRITE = 16;
    private static final int DROPPED_A_WRITE = 512;

    private final Store store;
    private final Embedder embedder;
    private final EmbeddingSpace own;
    private final Set<EmbeddingSpace> former;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// Guarded by the lock.
    private boolean closed;

    /// The thread of the last start; guarded by the lock.
    private @Nullable Thread thread;

    /// Guarded by the lock.
    private boolean expecting;

    private volatile long left = -1;

    /// @param former the result of [#former]
    public Reembedding(Store store, Embedder embedder, Set<EmbeddingSpace> former) {
        this.store = store;
        this.embedder = embedder;
        this.own = embedder.space();
        this.former = Set.copyOf(former);
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
    public void start() {
        if (former.isEmpty()) {
            left = 0;
            return;
        }
        lock.lock();
        try {
            Thread before = thread;
            closed = false;
            thread = Thread.ofPlatform().name("reembedding").daemon().start(() -> runAfter(before));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the former thread first: two at a time would embed the same texts.
    private void runAfter(@Nullable Thread before) {
        try {
            if (before != null) {
                before.join();
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts it but a process that ends
        }
        run();
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
        lock.lock();
        try {
            expecting = true;
            changed.signalAll();
        } finally {
            lock.unlock();
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

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isClosed()) {
            pause = round() ? FIRST_PAUSE : heldUp(pause);
        }
    }

    /// Rests, for twice as long each time.
    private Duration heldUp(Duration pause) {
        rest(pause);
        Duration longer = pause.multipliedBy(2);
        return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    /// Goes once over the owners. If there is nothing to do, waits until there may be.
    ///
    /// @return whether everything that was begun was finished
    private boolean round() {
        List<Owner> owners = new ArrayList<>();
        boolean counted = tried(() -> {
            owners.addAll(count());
            return true;
        });
        if (!counted) {
            return false;
        }
        if (owners.isEmpty()) {
            rest(BETWEEN_LOOKS);
            return true;
        }
        LOG.log(Level.INFO, "Re-embedding into {0}: {1} owners left", own.embedder(), left);
        boolean all = true;
        for (Owner owner : owners) {
            if (isClosed()) {
                return true;
            }
            all &= tried(() -> move(owner)); // one that cannot be moved holds up no other
        }
        if (all && left == 0) {
            LOG.log(Level.INFO, "Re-embedding into {0}: every owner is there", own.embedder());
        }
        return all;
    }

    private boolean tried(BooleanSupplier work) {
        try {
            return work.getAsBoolean();
        } catch (RuntimeException e) {
            boolean expected = isClosed() || (e instanceof MnemeException m && m.code() == ErrorCode.OVERLOADED);
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
    private List<Owner> count() {
        List<Owner> owners = new ArrayList<>();
        long toMove = 0;
        String cursor = null;
        do {
            SpacePage page = store.spaces(cursor, OWNERS_A_PAGE);
            for (OwnerSpace owner : page.owners()) {
                toMove += toMove(owner) ? 1 : 0;
                if (toDo(owner) && owners.size() < OWNERS_A_ROUND) {
                    owners.add(owner.owner());
                }
            }
            cursor = page.nextCursor();
        } while (cursor != null && !isClosed());
        left = toMove;
        return owners;
    }

    /// @return whether nothing is left to do for the owner
    private boolean move(Owner owner) {
        OwnerSpace space = store.space(owner);
        if (toMove(space)) {
            write(owner, new Command.BeginSpace(own));
            boolean switched = false;
            boolean staged = true;
            while (!switched && staged && !isClosed()) {
                staged = stage(owner);
                switched = write(owner, new Command.SwitchSpace(own)).getFirst() instanceof Outcome.Done;
            }
            if (!switched) {
                return false;
            }
            left = Math.max(0, left - 1);
        } else if (space.next() != null && own.equals(space.now())) {
            write(owner, new Command.BeginSpace(own));
        }
        return !store.space(owner).leftOver() || drop(owner);
    }

    /// Stages a vector of every memory that lacks one.
    ///
    /// @return whether there was any
    private boolean stage(Owner owner) {
        boolean any = false;
        List<Unstaged> page = store.unstaged(owner, 0, TEXTS_A_WRITE);
        while (!page.isEmpty() && !isClosed()) {
            any = true;
            List<Command> commands = new ArrayList<>();
            for (Unstaged each : page) {
                if (isClosed()) {
                    return any;
                }
                commands.add(embedded(each.memory()));
            }
            write(owner, commands.toArray(Command[]::new));
            page = store.unstaged(owner, page.getLast().arrival(), TEXTS_A_WRITE);
        }
        return any;
    }

    /// The command that stages a memory's vector. A memory that must not leave this machine gets a vector without a
    /// direction, which is near no other: it is found by its words.
    private Command embedded(Memory memory) {
        if (memory.localOnly() && embedder.remote()) {
            Embedding none = new Embedding(own, new float[own.dimension()], null);
            return new Command.StageEmbedding(memory.id(), memory.version(), none);
        }
        long begin = System.nanoTime();
        Demand demand =
                new Demand(Purpose.BULK, new Tenant(BY.keyId(), memory.scope().owner()));
        Embedding embedding = embedder.embed(toEmbed(memory.name(), memory.text()), demand);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        rest(took.compareTo(LONGEST_REST) < 0 ? took : LONGEST_REST);
        return new Command.StageEmbedding(memory.id(), memory.version(), embedding);
    }

    /// The text that an embedder is given for a memory.
    static String toEmbed(@Nullable String name, String text) {
        return name == null ? text : name + ": " + text;
    }

    /// @return whether all superfluous vectors are gone
    private boolean drop(Owner owner) {
        Command drop = new Command.DropOldVectors(DROPPED_A_WRITE);
        while (!isClosed()) {
            if (!(write(owner, drop).getFirst() instanceof Outcome.DeletedMany many) || many.count() == 0) {
                return true;
            }
        }
        return false;
    }

    private List<Outcome> write(Owner owner, Command... commands) {
        return store.write(new Write(owner, BY, null, List.of(commands))).outcomes();
    }

    /// Whether the calling thread should end, because it was stopped or another thread was started in its place. Call
    /// it with the lock held.
    private boolean ended() {
        return closed || !Thread.currentThread().equals(thread);
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return ended();
        } finally {
            lock.unlock();
        }
    }

    /// Rests until the time is over or the job is stopped; new work ends a long rest early.
    private void rest(Duration time) {
        lock.lock();
        try {
            long nanos = time.toNanos();
            boolean idle = time.equals(BETWEEN_LOOKS);
            while (nanos > 0 && !ended() && !(idle && expecting)) {
                nanos = changed.awaitNanos(nanos);
            }
            expecting = expecting && !idle;
        } catch (InterruptedException e) {
            closed = true; // nobody interrupts it but a process that ends
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /// Ends the work, waiting for the text under way for 5 s at most.
    @Override
    public void stop() {
        Thread working;
        lock.lock();
        try {
            closed = true;
            working = thread;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (working == null) {
            return;
        }
        try {
            working.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
