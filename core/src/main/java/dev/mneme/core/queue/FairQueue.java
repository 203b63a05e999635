package dev.mneme.core.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Items of many tenants, handed out in fair turns among keys, and among the owners of a key. Each tenant's items keep
/// their order. Turns have a cost, so that a tenant whose items cost more has fewer turns.
///
/// This is start-time fair queueing (Goyal, Vin and Cheng): see [Turns]. How long a tenant waits depends on how many
/// others wait, not on how much they have queued.
///
/// **Threads**: one, or callers that hold a lock of their own.
///
/// @param <T> what waits
public final class FairQueue<T> {
    private final Turns<String, OfKey<T>> keys = new Turns<>();
    private int size;

    /// The line of one key.
    private static final class OfKey<T> {
        final Turns<Tenant, Deque<Item<T>>> owners = new Turns<>();
    }

    private record Item<T>(T value, long cost) {}

    /// @param cost of its turn, in the queue's own unit; at least 1
    public void add(Tenant tenant, long cost, T value) {
        OfKey<T> ofKey = keys.enter(tenant.key(), OfKey::new);
        ofKey.owners.enter(tenant, ArrayDeque::new).addLast(new Item<>(value, Math.max(1, cost)));
        size++;
    }

    /// The next item, which stays in the queue; null when nothing waits.
    public @Nullable T peek() {
        return size == 0 ? null : first().value();
    }

    /// The cost of the next item's turn.
    public long nextCost() {
        return first().cost();
    }

    private Item<T> first() {
        return Objects.requireNonNull(keys.first().owners.first().peekFirst());
    }

    /// Removes the next item; null when nothing waits.
    public @Nullable T poll() {
        if (size == 0) {
            return null;
        }
        OfKey<T> ofKey = keys.first();
        Deque<Item<T>> ofOwner = ofKey.owners.first();
        Item<T> item = ofOwner.removeFirst();
        ofKey.owners.served(item.cost(), ofOwner.isEmpty());
        keys.served(item.cost(), ofKey.owners.isEmpty());
        size--;
        return item.value();
    }

    /// Removes all items, in the order of their turns.
    public List<T> drain() {
        List<T> all = new ArrayList<>(size);
        for (T next = poll(); next != null; next = poll()) {
            all.add(next);
        }
        return all;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }
}
