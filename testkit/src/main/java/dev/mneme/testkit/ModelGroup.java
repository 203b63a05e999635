package dev.mneme.testkit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A model of an agreement among replicas that does the worst that [Agreement] allows: the primary changes at any
/// point, and is told late; what it had proposed is taken back, or agreed on later, by another; outcomes are
/// unknown; proposals are refused; indexes have gaps; replicas lag, and are given snapshots at any index. All of
/// it comes from a seed, and happens only in [#step].
///
/// **Threads**: any; its own lock guards all of it. A simulation uses one.
public final class ModelGroup {
    private final SplittableRandom random;
    private final @Nullable Life[] lives;
    private final long[] durable;

    /// What was agreed, and is still held.
    private final List<Agreed> agreed = new ArrayList<>();

    private long heldAfter;
    private long lastIndex;

    /// What the primary has proposed, in order.
    private final ArrayDeque<Proposal> tail = new ArrayDeque<>();

    /// What an earlier primary had proposed, of which the next may agree on a beginning.
    private final ArrayDeque<Proposal> limbo = new ArrayDeque<>();

    private final NavigableMap<Long, byte[]> everAgreed = new TreeMap<>();
    private long term;
    private int primary = -1;
    private boolean faults;
    private int snapshots;
    private int agreedLater;

    private record Agreed(long index, Proposal proposal) {}

    /// Compared by identity.
    private static final class Proposal {
        final Life by;
        final long id;
        final byte[] entry;
        final int duty;
        boolean saidUnknown;

        Proposal(Life by, long id, byte[] entry) {
            this.by = by;
            this.id = id;
            this.entry = entry;
            this.duty = by.duties;
        }
    }

    private record NextRole(Agreement.Role role, long term, long after) {}

    public ModelGroup(long seed, int replicas) {
        this.random = new SplittableRandom(seed);
        this.lives = new Life[replicas];
        this.durable = new long[replicas];
    }

    /// Whether things go wrong from now on.
    public synchronized void faults(boolean on) {
        faults = on;
    }

    /// A new life of a replica; the one before ends as by a kill.
    public synchronized Agreement open(int replica) {
        Life before = lives[replica];
        if (before != null) {
            before.close();
        }
        Life life = new Life(replica);
        lives[replica] = life;
        return life;
    }

    /// Lets one thing happen, any of those that can.
    ///
    /// @return whether there was any
    public synchronized boolean step() {
        List<BooleanSupplier> things = new ArrayList<>();
        things.add(this::elect);
        things.add(this::agreeOnNext);
        LongStream.range(0, lives.length).forEach(replica -> {
            Life life = lives[(int) replica];
            if (life != null) {
                things.add(life::deliverNext);
                things.add(life::tellRole);
                things.add(life::answerBarrier);
            }
        });
        if (faults) {
            things.add(() -> rarely(40) && loseThePrimary());
            things.add(() -> rarely(10) && leaveOneUnknown());
            things.add(() -> rarely(20) && refuseOne());
            things.add(() -> rarely(30) && deposeUnheard());
            things.add(() -> rarely(10) && forgetTheOldest());
        }
        while (!things.isEmpty()) {
            if (things.remove(random.nextInt(things.size())).getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    private boolean rarely(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    /// The oldest proposal of the primary is agreed on.
    private boolean agreeOnNext() {
        Proposal next = tail.poll();
        if (next != null) {
            agree(next);
        }
        return next != null;
    }

    private void agree(Proposal proposal) {
        skipSome();
        lastIndex++;
        agreed.add(new Agreed(lastIndex, proposal));
        everAgreed.put(lastIndex, proposal.entry.clone());
    }

    /// Indexes that the agreement uses for itself.
    private void skipSome() {
        lastIndex += rarely(8) ? 1 + random.nextInt(2) : 0;
    }

    /// There is no primary any more. The one that was may hear of it much later.
    public synchronized boolean loseThePrimary() {
        if (primary < 0) {
            return false;
        }
        Life old = Objects.requireNonNull(lives[primary]);
        int kept = random.nextInt(tail.size() + 1);
        while (kept-- > 0) {
            limbo.add(tail.remove());
        }
        while (!tail.isEmpty()) {
            Proposal dropped = tail.remove();
            if (!dropped.saidUnknown && random.nextBoolean()) {
                dropped.by.refuse(dropped, random.nextBoolean() ? ErrorCode.NOT_PRIMARY : ErrorCode.OUTCOME_UNKNOWN);
            }
        }
        primary = -1;
        Agreement.Role next = random.nextBoolean() ? Agreement.Role.NO_PRIMARY : Agreement.Role.SECONDARY;
        old.roles.add(new NextRole(next, term, 0));
        return true;
    }

    /// Another term begins where the last one ended, while its primary knows nothing of that.
    private boolean deposeUnheard() {
        return loseThePrimary() && elect();
    }

    private boolean elect() {
        List<Integer> candidates = LongStream.range(0, lives.length)
                .mapToObj(replica -> (int) replica)
                .filter(replica -> lives[replica] != null && lives[replica].canLead())
                .toList();
        if (primary >= 0 || candidates.isEmpty()) {
            return false;
        }
        int kept = random.nextInt(limbo.size() + 1);
        agreedLater += kept;
        while (kept-- > 0) {
            agree(limbo.remove());
        }
        limbo.clear();
        skipSome();
        term++;
        primary = candidates.get(random.nextInt(candidates.size()));
        for (int replica : candidates) {
            Objects.requireNonNull(lives[replica])
                    .roles
                    .add(
                            replica == primary
                                    ? new NextRole(Agreement.Role.PRIMARY, term, lastIndex)
                                    : new NextRole(Agreement.Role.SECONDARY, term, 0));
        }
        return true;
    }

    private boolean leaveOneUnknown() {
        List<Proposal> said = tail.stream().filter(each -> !each.saidUnknown).toList();
        if (said.isEmpty()) {
            return false;
        }
        Proposal one = said.get(random.nextInt(said.size()));
        one.by.refuse(one, ErrorCode.OUTCOME_UNKNOWN);
        return true;
    }

    private boolean refuseOne() {
        List<Proposal> open = tail.stream().filter(each -> !each.saidUnknown).toList();
        if (open.isEmpty()) {
            return false;
        }
        Proposal one = open.get(random.nextInt(open.size()));
        tail.removeIf(each -> each.equals(one));
        one.by.refuse(one, ErrorCode.STORAGE_FULL);
        return true;
    }

    /// What some replica has durably in its rows need not be held.
    public synchronized boolean forgetTheOldest() {
        long most = LongStream.of(durable).max().orElse(0);
        if (agreed.isEmpty() || agreed.getFirst().index() > most) {
            return false;
        }
        heldAfter = agreed.removeFirst().index();
        while (!agreed.isEmpty() && agreed.getFirst().index() <= most && random.nextInt(6) > 0) {
            heldAfter = agreed.removeFirst().index();
        }
        return true;
    }

    /// Every entry that was ever agreed on, by its index.
    public synchronized NavigableMap<Long, byte[]> agreedEntries() {
        return new TreeMap<>(everAgreed);
    }

    /// The replica that leads, whether it knows it or not; -1 when none does.
    public synchronized int primary() {
        return primary;
    }

    /// How many snapshots were installed.
    public synchronized int snapshots() {
        return snapshots;
    }

    /// How many entries were agreed on after the role had ended in which they were proposed.
    public synchronized int agreedLater() {
        return agreedLater;
    }

    /// The last index that was used, of an entry or not.
    public synchronized long lastIndex() {
        return lastIndex;
    }

    /// One life of one replica.
    private final class Life implements Agreement {
        private final int replica;
        private final Queue<NextRole> roles = new ArrayDeque<>();
        private final ArrayDeque<CompletableFuture<Long>> barriers = new ArrayDeque<>();
        private final ArrayDeque<Long> ahead = new ArrayDeque<>();
        private @Nullable Member member;
        private long delivered;
        private long lastId;
        private boolean leads;
        private long leadsInTerm;
        private int duties;
        private boolean closed;

        Life(int replica) {
            this.replica = replica;
        }

        boolean canLead() {
            return member != null && !closed;
        }

        @Override
        public void start(Member follows, long after) {
            synchronized (ModelGroup.this) {
                if (after > lastIndex) {
                    throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "Nobody agreed on entry " + after + ".");
                }
                member = follows;
                delivered = after;
                if (primary >= 0) {
                    roles.add(new NextRole(Role.SECONDARY, term, 0));
                }
            }
        }

        @Override
        public void propose(long id, byte[] entry) {
            synchronized (ModelGroup.this) {
                if (id <= lastId) {
                    throw new IllegalArgumentException("the id " + id + " came after " + lastId);
                }
                lastId = id;
                Proposal proposal = new Proposal(this, id, entry);
                if (closed) {
                    refuse(proposal, ErrorCode.OVERLOADED);
                } else if (!leads) {
                    refuse(proposal, random.nextBoolean() ? ErrorCode.NOT_PRIMARY : ErrorCode.NO_QUORUM);
                } else if (entry.length > maxEntryBytes()) {
                    refuse(proposal, ErrorCode.TOO_LARGE);
                } else if (faults && rarely(20)) {
                    refuse(proposal, ErrorCode.OVERLOADED);
                } else if (primary == replica && term == leadsInTerm) {
                    tail.add(proposal);
                } // else nobody hears of it
            }
        }

        void refuse(Proposal proposal, ErrorCode code) {
            proposal.saidUnknown = true;
            if (!closed || code == ErrorCode.OVERLOADED) {
                Objects.requireNonNull(member).refused(proposal.id, new MnemeException(code, "The model refused it."));
            }
        }

        boolean deliverNext() {
            Member to = member;
            if (to == null || closed || ahead.size() >= AHEAD) {
                return false;
            }
            if (delivered < heldAfter || (faults && rarely(60))) {
                return installed(to);
            }
            for (Agreed each : agreed) {
                if (each.index() > delivered) {
                    delivered = each.index();
                    ahead.add(delivered);
                    to.apply(delivered, each.proposal().entry, idOf(each.proposal()));
                    return true;
                }
            }
            return false;
        }

        /// Named while the role lasts in which it was proposed; afterwards as it may happen.
        private long idOf(Proposal proposal) {
            boolean mine = proposal.by == this;
            boolean onDuty = mine && leads && proposal.duty == duties;
            return onDuty || (mine && random.nextBoolean()) ? proposal.id : NONE;
        }

        private boolean installed(Member to) {
            for (Life other : lives) {
                if (other == null || other == this || other.member == null || other.closed) {
                    continue;
                }
                Snapshot snapshot = other.member.snapshot();
                if (snapshot.index() > delivered && snapshot.index() >= heldAfter) {
                    delivered = snapshot.index();
                    ahead.add(delivered);
                    snapshots++;
                    to.install(snapshot);
                    return true;
                }
                snapshot.close();
            }
            return false;
        }

        boolean tellRole() {
            NextRole next = roles.peek();
            if (next == null || closed || lastDeliverable() < next.after()) {
                return false;
            }
            roles.remove();
            leads = next.role() == Role.PRIMARY;
            leadsInTerm = next.term();
            duties++;
            Objects.requireNonNull(member).role(next.role(), next.term());
            return true;
        }

        /// Up to where this replica was delivered everything that there is.
        private long lastDeliverable() {
            for (Agreed each : agreed) {
                if (each.index() > delivered) {
                    return each.index() - 1;
                }
            }
            return delivered < heldAfter ? delivered : lastIndex;
        }

        boolean answerBarrier() {
            CompletableFuture<Long> barrier = barriers.poll();
            if (barrier == null) {
                return false;
            }
            if (primary < 0 || (faults && rarely(10))) {
                barrier.completeExceptionally(new MnemeException(ErrorCode.NO_QUORUM, "Nobody answers."));
            } else {
                barrier.complete(lastAgreed());
            }
            return true;
        }

        private long lastAgreed() {
            return agreed.isEmpty() ? heldAfter : agreed.getLast().index();
        }

        @Override
        public int maxEntryBytes() {
            return 1 << 20;
        }

        @Override
        public CompletableFuture<Long> readBarrier() {
            synchronized (ModelGroup.this) {
                CompletableFuture<Long> barrier = new CompletableFuture<>();
                if (closed) {
                    barrier.completeExceptionally(new MnemeException(ErrorCode.OVERLOADED, "It is closed."));
                } else if (!faults && primary == replica) {
                    barrier.complete(lastAgreed());
                } else {
                    barriers.add(barrier);
                }
                return barrier;
            }
        }

        @Override
        public long lastIndex() {
            return ModelGroup.this.lastIndex();
        }

        @Override
        public void applied(long index) {
            synchronized (ModelGroup.this) {
                while (!ahead.isEmpty() && ahead.getFirst() <= index) {
                    ahead.remove();
                }
            }
        }

        @Override
        public void checkpointed(long index) {
            synchronized (ModelGroup.this) {
                durable[replica] = Math.max(index, durable[replica]);
            }
        }

        @Override
        public void close() {
            synchronized (ModelGroup.this) {
                if (!closed) {
                    closed = true;
                    if (primary == replica && lives[replica] == this) {
                        loseThePrimary();
                    }
                    barriers.forEach(barrier ->
                            barrier.completeExceptionally(new MnemeException(ErrorCode.OVERLOADED, "It is closed.")));
                    barriers.clear();
                }
            }
        }
    }
}
