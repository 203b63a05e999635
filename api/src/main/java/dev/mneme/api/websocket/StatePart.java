package dev.mneme.api.websocket;

import dev.mneme.core.model.MnemeException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The parts of the state that a `state-request` may ask for.
enum StatePart {
    MODE,
    CONTEXTS,
    PRESENCE,
    RESPONSES;

    /// @param names empty: all parts
    static Set<StatePart> of(List<String> names) {
        if (names.isEmpty()) {
            return EnumSet.allOf(StatePart.class);
        }
        Set<StatePart> parts = EnumSet.noneOf(StatePart.class);
        for (String name : names) {
            parts.add(java.util.Arrays.stream(values())
                    .filter(part -> part.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> MnemeException.invalid(
                            "include", "include may hold \"mode\", \"contexts\", \"presence\", \"responses\".")));
        }
        return parts;
    }
}
