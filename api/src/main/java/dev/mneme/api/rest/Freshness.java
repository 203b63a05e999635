package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.request.ReadOptions.Consistency;
import org.jspecify.annotations.Nullable;

/// Reads how fresh a read must be from its headers, and puts the position of the read into the answer's.
final class Freshness {
    static final Parameter CONSISTENCY = Parameter.string("Mneme-Consistency", "how fresh the answer must be")
            .oneOf("strong", "session", "eventual")
            .otherwise("session");
    private static final Parameter AT_LEAST = Parameter.string(
                    "Mneme-Position", "see nothing older than this position of the one owner that is asked")
            .example("k7f3q2ab:1a4:42");

    /// The headers that a read of one owner has.
    static final Parameter[] HEADERS = {AT_LEAST, CONSISTENCY};

    /// The header that an answer about one owner has.
    static final Parameter POSITION = Parameter.string("Mneme-Position", "where the one owner's changes stood")
            .example("k7f3q2ab:1a4:42");

    private Freshness() {}

    static ReadOptions of(Request request) {
        return new ReadOptions(
                position(request.header(AT_LEAST), AT_LEAST.name()), consistency(request.header(CONSISTENCY)));
    }

    static @Nullable Position position(@Nullable String text, String field) {
        return text == null
                ? null
                : Position.parse(text)
                        .orElseThrow(() -> MnemeException.invalid(
                                field, field + " must be a position as an earlier answer gave it."));
    }

    private static Consistency consistency(@Nullable String text) {
        return switch (text) {
            case "strong" -> Consistency.STRONG;
            case "eventual" -> Consistency.EVENTUAL;
            case null, default -> Consistency.SESSION;
        };
    }

    static @Nullable String text(@Nullable Position position) {
        return position == null ? null : position.toString();
    }
}
