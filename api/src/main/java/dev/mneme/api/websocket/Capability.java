package dev.mneme.api.websocket;

import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// What a client may ask to be told, beyond what the first generation knew.
enum Capability {
    MEMORIES,
    RESPONSES,
    PRESENCE,
    CONFLICTS;

    /// The capabilities with these names. Names of later versions are ignored.
    static Set<Capability> of(Collection<String> names) {
        Set<Capability> found = EnumSet.noneOf(Capability.class);
        for (Capability each : values()) {
            if (names.contains(each.name().toLowerCase(Locale.ROOT))) {
                found.add(each);
            }
        }
        return found;
    }
}
