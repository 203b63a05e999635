package dev.mneme.api.websocket;

import dev.mneme.core.model.Owner;
import dev.mneme.wire.live.LivePresent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Which instances of an owner are connected to this server.
///
/// **Threads**: any number may call. Listeners run on the thread that joins or leaves, and must neither block nor
/// throw.
final class Presence {
    private final Map<Owner, Room> rooms = new ConcurrentHashMap<>();

    /// The presence of one connection, until it is closed.
    final class Stay implements AutoCloseable {
        private final Owner owner;
        private final String instance;

        private Stay(Owner owner, String instance) {
            this.owner = owner;
            this.instance = instance;
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    /// Adds a connection. One that was present before is never counted twice: for the same owner it moves in one step,
    /// and from another owner it leaves first.
    ///
    /// @param before the connection's former stay, which this closes
    /// @param onChange called when a count changed, also by this call; null: it is not told
    Stay join(Owner owner, String instance, @Nullable Runnable onChange, @Nullable Stay before) {
        boolean moves = before != null && before.owner.equals(owner);
        if (before != null && !moves) {
            before.close();
        }
        Stay left = moves ? before : null;
        Stay stay = new Stay(owner, instance);
        List<Runnable> toldOf = new ArrayList<>();
        rooms.compute(owner, (key, room) -> {
            Room entered = room == null ? new Room() : room;
            entered.add(stay, onChange, left, toldOf);
            return entered;
        });
        toldOf.forEach(Runnable::run);
        return stay;
    }

    private void leave(Stay stay) {
        List<Runnable> toldOf = new ArrayList<>();
        rooms.computeIfPresent(stay.owner, (key, room) -> room.remove(stay, toldOf) ? null : room);
        toldOf.forEach(Runnable::run);
    }

    /// The instances, by name; at most `limit`.
    List<LivePresent> of(Owner owner, int limit) {
        Room room = rooms.get(owner);
        return room == null ? List.of() : room.list(limit);
    }

    /// How many instances there are.
    int count(Owner owner) {
        Room room = rooms.get(owner);
        return room == null ? 0 : room.size();
    }

    /// How many owners have somebody here.
    int owners() {
        return rooms.size();
    }

    /// The instances of one owner. Its lock is held only for counting or copying.
    private static final class Room {
        private final ReentrantLock lock = new ReentrantLock();
        private final TreeMap<String, Integer> instances = new TreeMap<>();
        private final Map<Stay, Runnable> listeners = new ConcurrentHashMap<>();

        /// @param left the former stay of the same connection
        void add(Stay stay, @Nullable Runnable onChange, @Nullable Stay left, List<Runnable> toldOf) {
            lock.lock();
            try {
                if (left != null) {
                    remove(left);
                }
                instances.merge(stay.instance, 1, Integer::sum);
                if (onChange != null) {
                    listeners.put(stay, onChange);
                }
                if (left == null || !left.instance.equals(stay.instance)) {
                    toldOf.addAll(listeners.values());
                } else if (onChange != null) {
                    toldOf.add(onChange);
                }
            } finally {
                lock.unlock();
            }
        }

        /// @return whether nobody is left
        boolean remove(Stay stay, List<Runnable> toldOf) {
            lock.lock();
            try {
                remove(stay);
                toldOf.addAll(listeners.values());
                return instances.isEmpty();
            } finally {
                lock.unlock();
            }
        }

        private void remove(Stay stay) {
            listeners.remove(stay);
            instances.computeIfPresent(stay.instance, (name, now) -> now == 1 ? null : now - 1);
        }

        List<LivePresent> list(int limit) {
            lock.lock();
            try {
                List<LivePresent> present = new ArrayList<>();
                Iterator<Map.Entry<String, Integer>> each = instances.entrySet().iterator();
                while (each.hasNext() && present.size() < limit) {
                    Map.Entry<String, Integer> entry = each.next();
                    present.add(new LivePresent(entry.getKey(), entry.getValue()));
                }
                return present;
            } finally {
                lock.unlock();
            }
        }

        int size() {
            lock.lock();
            try {
                return instances.size();
            } finally {
                lock.unlock();
            }
        }
    }
}
