package dev.mneme.api.live;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// The places of live connections that have shown no key. They are limited apart from all others, and each address
/// apart. A newcomer always gets a place: when its address, or all together, have as many as they may, the oldest
/// connection goes. So clients that show their key soon are never kept out by those that do not.
///
/// **Threads**: any; one lock.
final class Strangers {
    private final int most;
    private final int mostPerAddress;
    private final SequencedMap<LiveConnection, String> all = new LinkedHashMap<>(); // guarded by this
    private final Map<String, SequencedSet<LiveConnection>> perAddress = new HashMap<>(); // guarded by this

    Strangers(int most) {
        this.most = most;
        this.mostPerAddress = Math.max(1, most / 4);
    }

    /// @return the connection that has to go for it, to be cut by the caller; null when there is room
    synchronized @Nullable LiveConnection add(LiveConnection connection, String address) {
        SequencedSet<LiveConnection> ofAddress = perAddress.get(address);
        LiveConnection goes = null;
        if (ofAddress != null && ofAddress.size() >= mostPerAddress) {
            goes = ofAddress.getFirst();
        } else if (all.size() >= most) {
            goes = all.firstEntry().getKey();
        }
        if (goes != null) {
            remove(goes);
        }
        all.put(connection, address);
        perAddress.computeIfAbsent(address, none -> new LinkedHashSet<>()).add(connection);
        return goes;
    }

    synchronized void remove(LiveConnection connection) {
        String address = all.remove(connection);
        if (address != null) {
            perAddress.computeIfPresent(address, (same, connections) -> {
                connections.remove(connection);
                return connections.isEmpty() ? null : connections;
            });
        }
    }

    synchronized int count() {
        return all.size();
    }
}
