package dev.mneme.api.live;

import dev.mneme.core.model.Change;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The latest changes in a door's own encoding, so that a change which many connections are told is encoded only once.
///
/// It is a direct-mapped cache: a position has one place, and a newer entry takes the place of an older one. A miss
/// costs one encoding and nothing else. The cache holds at most [#PLACES] × [#LARGEST] bytes.
///
/// **Threads**: any number may call; none waits for another.
public final class EncodedChanges {
    private static final int PLACES = 512;
    private static final int LARGEST = 32 << 10;

    private final AtomicReferenceArray<@Nullable Entry> places = new AtomicReferenceArray<>(PLACES);
    private final Function<Change, byte[]> encoder;

    public EncodedChanges(Function<Change, byte[]> encoder) {
        this.encoder = encoder;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(Change change, byte[] bytes) {
        /// Compares position and owner, since two owners of a slot may share a position.
        boolean holds(Change other) {
            return change.position().equals(other.position()) && change.owner().equals(other.owner());
        }
    }

    /// The change's bytes. They are shared, so nobody may write to them.
    public byte[] of(Change change) {
        int place = change.position().hashCode() & (PLACES - 1);
        Entry entry = places.get(place);
        if (entry != null && entry.holds(change)) {
            return entry.bytes;
        }
        byte[] bytes = encoder.apply(change);
        if (bytes.length <= LARGEST) {
            places.set(place, new Entry(change, bytes));
        }
        return bytes;
    }
}
