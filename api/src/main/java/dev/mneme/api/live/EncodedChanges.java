package dev.mneme.api.live;

import dev.mneme.core.model.Change;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The latest changes as a door writes them, so that a change which many connections are told is encoded once
/// and not once for each.
///
/// A direct-mapped cache: a position has one place, and whoever needs the place takes it. A miss costs an
/// encoding and nothing else. It holds at most [#PLACES] × [#LARGEST] bytes.
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
        /// A position names one change of one owner; two owners of a slot may share one.
        boolean holds(Change other) {
            return change.position().equals(other.position()) && change.owner().equals(other.owner());
        }
    }

    /// The change's bytes. They are shared: nobody may write to them.
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
