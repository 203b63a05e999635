package dev.mneme.api.http;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// All open connections, and who goes when there is no place for another: a newcomer is always let in, so that an
/// operator's look at `/health` is, whatever clients hold.
///
/// Connections are an owner's: a key's, or an address's as long as they showed none. The owner with the most loses
/// the one that has been quiet longest: of a key's only such as wait for a request, of others any. Whoever holds more
/// than half of all places, or an eighth when hardly any can go otherwise, loses its oldest in any case: so that
/// requests of one key that wait do not leave newcomers to push each other out.
///
/// **Threads**: any; one lock.
final class Connections {
    private static final int FEW = 8;
    private static final Duration GRACE = Duration.ofSeconds(3);
    private static final String BY_KEY = "key:";
    private static final String BY_ADDRESS = "at:";

    private final int most;
    private final Map<String, Places> owners = new HashMap<>(); // guarded by this, as all below
    private final Map<Peer, String> all = new HashMap<>();
    private long evicted;
    private int leaving; // of these, still closing

    /// Of one owner, in the order in which they last did something.
    private static final class Places {
        private final SequencedSet<Peer> free = new LinkedHashSet<>(); // may go
        private final SequencedSet<Peer> busy = new LinkedHashSet<>();

        int size() {
            return free.size() + busy.size();
        }
    }

    /// @param most open at once
    Connections(int most) {
        this.most = most;
    }

    /// Lets one in.
    ///
    /// @return who has to go for it, to be cut by the caller; the newcomer itself when nobody else can
    synchronized @Nullable Peer enter(Peer peer) {
        Peer goes = all.size() < most ? null : choose();
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

    private Places places(String owner) {
        return owners.computeIfAbsent(owner, none -> new Places());
    }

    private @Nullable Peer choose() {
        int free = 0;
        Places freest = null;
        Places largest = null;
        for (Places each : owners.values()) {
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
            return largest.free.isEmpty() ? largest.busy.getFirst() : largest.free.getFirst();
        }
        return freest.free.isEmpty() ? null : freest.free.getFirst();
    }

    /// How long a newcomer should wait outside: as long as whoever would have to go for it has not been there long
    /// enough to say a request on a busy machine.
    synchronized long waitNanos(long now) {
        Peer goes = all.size() < most ? null : choose();
        return goes == null ? 0 : Math.max(0, GRACE.toNanos() - (now - goes.begunNanos()));
    }

    private void push(Peer goes) {
        remove(goes);
        evicted++;
        leaving++;
    }

    /// Whether those who had to go are so many, and still hold their descriptors, that newcomers had better wait a
    /// little.
    synchronized boolean crowded() {
        return leaving > most / FEW;
    }

    /// Frees one place because the system has no more descriptors.
    synchronized @Nullable Peer shed() {
        Peer goes = choose();
        if (goes != null) {
            push(goes);
        }
        return goes;
    }

    /// The one that has been sending a request's head longest and holds memory for it; to be cut by the caller.
    synchronized @Nullable Peer slowestHead() {
        for (Places each : owners.values()) {
            for (Peer peer : each.free) {
                if (peer.gathered() > 0) {
                    push(peer);
                    return peer;
                }
            }
        }
        return null;
    }

    synchronized void shown(Peer peer, String keyId) {
        String owner = BY_KEY + keyId;
        if (all.containsKey(peer) && !owner.equals(all.get(peer))) {
            remove(peer);
            all.put(peer, owner);
            places(owner).busy.add(peer);
        }
    }

    /// It waits for a request.
    synchronized void waits(Peer peer) {
        String owner = all.get(peer);
        if (owner != null && places(owner).busy.remove(peer)) {
            places(owner).free.add(peer);
        }
    }

    /// It has a request to answer.
    synchronized void works(Peer peer) {
        String owner = all.get(peer);
        if (owner != null) {
            Places places = places(owner);
            places.free.remove(peer);
            (owner.startsWith(BY_KEY) ? places.busy : places.free).add(peer);
        }
    }

    /// @return whether it was still there: false when it was chosen to go
    synchronized boolean leave(Peer peer) {
        boolean there = remove(peer);
        if (!there) {
            leaving--;
        }
        notifyAll();
        return there;
    }

    private boolean remove(Peer peer) {
        String owner = all.remove(peer);
        if (owner == null) {
            return false;
        }
        Places places = places(owner);
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

    /// How many had to go for others.
    synchronized long evicted() {
        return evicted;
    }

    synchronized Collection<Peer> open() {
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
