package dev.mneme.api.http;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// All open connections. When there is no place for another, it decides which one goes: a newcomer is always let in, so
/// that an operator can see `/health` whatever clients hold.
///
/// A connection belongs to an owner: to its key, or to its address as long as it has shown none. The owner with the
/// most connections loses the one that has been quiet longest; of a key's connections only those may go that wait for a
/// request, of others any. An owner with more than half of all places, or an eighth when hardly any others can go,
/// loses its oldest one in any case. Otherwise waiting requests of one key would leave newcomers no choice but to push
/// each other out.
///
/// A connection is quiet while the server waits for it. One that has sent something which the server has not looked at
/// yet is spared, so that a busy machine does not answer a request by closing its connection; but it is not spared for
/// ever.
///
/// **Threads**: any; one lock.
final class Connections<M extends Connections.Member> {
    private static final int FEW = 8;
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final Duration GRACE_OF_THE_WAITING = Duration.ofSeconds(20);
    private static final int LOOKED_AT = 64;
    private static final String BY_KEY = "key:";
    private static final String BY_ADDRESS = "at:";

    private final int most;
    private final Map<String, Places<M>> owners = new HashMap<>(); // guarded by this, as all below
    private final Map<M, String> all = new HashMap<>();
    private long evicted;
    private int leaving; // of these, still closing

    /// One of the connections.
    interface Member {
        String address();

        /// When it was accepted, as `System.nanoTime`.
        long begunNanos();

        /// How many bytes of a request's head it keeps.
        int gathered();

        /// Whether the server waits for it, rather than the other way round.
        boolean isQuiet();
    }

    /// The connections of one owner, in the order in which they last did something.
    private static final class Places<M extends Member> {
        private final SequencedSet<M> free = new LinkedHashSet<>(); // may go
        private final SequencedSet<M> busy = new LinkedHashSet<>();

        int size() {
            return free.size() + busy.size();
        }

        /// The longest quiet one of those that may go, for an owner that has some.
        @Nullable
        M quietest() {
            int looked = 0;
            for (M member : free) {
                if (member.isQuiet()) {
                    return member;
                }
                if (++looked == LOOKED_AT) {
                    break;
                }
            }
            return free.isEmpty() ? null : free.getFirst();
        }
    }

    /// @param most how many may be open at once
    Connections(int most) {
        this.most = most;
    }

    /// Lets a connection in.
    ///
    /// @return the connection that has to go for it, to be cut by the caller; the newcomer itself when no other can
    synchronized @Nullable M enter(M peer) {
        M goes = all.size() < most ? null : choose();
        if (goes == null && all.size() >= most) {
            return peer;
        }
        if (goes != null) {
            push(goes);
        }
        String owner = BY_ADDRESS + peer.address();
        all.put(peer, owner);
        places(owner).free.add(peer);
        return goes;
    }

    private Places<M> places(String owner) {
        return owners.computeIfAbsent(owner, none -> new Places<>());
    }

    private @Nullable M choose() {
        int free = 0;
        Places<M> freest = null;
        Places<M> largest = null;
        for (Places<M> each : owners.values()) {
            free += each.free.size();
            if (freest == null || each.free.size() > freest.free.size()) {
                freest = each;
            }
            if (largest == null || each.size() > largest.size()) {
                largest = each;
            }
        }
        if (freest == null || largest == null) {
            return null;
        }
        int part = free < most / FEW ? most / FEW : most / 2;
        if (largest.size() > part) {
            M quietest = largest.quietest();
            return quietest == null ? largest.busy.getFirst() : quietest;
        }
        return freest.quietest();
    }

    /// How long a newcomer should wait outside: until the connection that would have to go for it has been there long
    /// enough to send a request on a busy machine.
    synchronized long waitNanos(long now) {
        M goes = all.size() < most ? null : choose();
        if (goes == null) {
            return 0;
        }
        Duration grace = goes.isQuiet() ? GRACE : GRACE_OF_THE_WAITING;
        return Math.max(0, grace.toNanos() - (now - goes.begunNanos()));
    }

    private void push(M goes) {
        remove(goes);
        evicted++;
        leaving++;
    }

    /// Whether so many evicted connections still hold their descriptors that newcomers had better wait a little.
    synchronized boolean crowded() {
        return leaving > most / FEW;
    }

    /// Frees one place because the system has no more descriptors.
    synchronized @Nullable M shed() {
        M goes = choose();
        if (goes != null) {
            push(goes);
        }
        return goes;
    }

    /// The connection that has been sending a request's head for the longest time and holds memory for it; the caller
    /// cuts it.
    synchronized @Nullable M slowestHead() {
        for (Places<M> each : owners.values()) {
            for (M peer : each.free) {
                if (peer.gathered() > 0) {
                    push(peer);
                    return peer;
                }
            }
        }
        return null;
    }

    synchronized void shown(M peer, String keyId) {
        String owner = BY_KEY + keyId;
        if (all.containsKey(peer) && !owner.equals(all.get(peer))) {
            remove(peer);
            all.put(peer, owner);
            places(owner).busy.add(peer);
        }
    }

    /// The connection waits for a request.
    synchronized void waits(M peer) {
        String owner = all.get(peer);
        if (owner != null && places(owner).busy.remove(peer)) {
            places(owner).free.add(peer);
        }
    }

    /// The connection has a request to answer.
    synchronized void works(M peer) {
        String owner = all.get(peer);
        if (owner != null) {
            Places<M> places = places(owner);
            places.free.remove(peer);
            (owner.startsWith(BY_KEY) ? places.busy : places.free).add(peer);
        }
    }

    /// @return whether it was still there: false when it was chosen to go
    synchronized boolean leave(M peer) {
        boolean there = remove(peer);
        if (!there) {
            leaving--;
        }
        notifyAll();
        return there;
    }

    private boolean remove(M peer) {
        String owner = all.remove(peer);
        if (owner == null) {
            return false;
        }
        Places<M> places = places(owner);
        places.free.remove(peer);
        places.busy.remove(peer);
        if (places.size() == 0) {
            owners.remove(owner);
        }
        return true;
    }

    synchronized int count() {
        return all.size();
    }

    /// How many connections had to go for others.
    synchronized long evicted() {
        return evicted;
    }

    synchronized Collection<M> open() {
        return List.copyOf(all.keySet());
    }

    /// Waits until all have left.
    ///
    /// @return whether they have
    synchronized boolean awaitNone(long nanos) {
        long until = System.nanoTime() + nanos;
        try {
            for (long left = nanos; !all.isEmpty() && left > 0; left = until - System.nanoTime()) {
                wait(left / 1_000_000 + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return all.isEmpty();
    }
}
