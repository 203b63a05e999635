package dev.mneme.core.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Items of many tenants, given out in fair turns: among keys, and among the owners of a key. Each tenant's come in
/// their order. What a turn costs counts, so that whoever asks for much at a time has as many fewer turns.
///
/// This is start-time fair queueing (Goyal, Vin and Cheng): see [Turns]. How long a tenant waits depends on how many
/// others wait, not on how much they have queued.
///
/// **Threads**: one, or a lock of the caller's.
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

    /// @param cost of its turn, in whatever unit the queue counts; at least 1
    public void add(Tenant tenant, long cost, T value) {
        OfKey<T> ofKey = keys.enter(tenant.key(), OfKey::new);
        ofKey.owners.enter(tenant, ArrayDeque::new).addLast(new Item<>(value, Math.max(1, cost)));
        size++;
    }

    /// Whose turn it is; null when nothing waits. It stays there.
    public @Nullable T peek() {
        return size == 0 ? null : first().value();
    }

    /// What the turn costs of whoever is next.
    public long nextCost() {
        return first().cost();
    }

    private Item<T> first() {
        return Objects.requireNonNull(keys.first().owners.first().peekFirst());
    }

    /// Takes out whose turn it is; null when nothing waits.
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

    /// Takes out all, in the order of their turns.
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
