package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import dev.mneme.core.service.ReadOptions;
import dev.mneme.core.service.ReadOptions.Consistency;
import org.jspecify.annotations.Nullable;

/// How fresh a read must be, by its headers; and where it stood, for the answer's.
final class Freshness {
    static final String POSITION = "Mneme-Position";
    static final String CONSISTENCY = "Mneme-Consistency";
    static final Parameter[] HEADERS = {
        Parameter.string(POSITION, "see nothing older than this position of the one owner that is asked"),
        Parameter.string(CONSISTENCY, "strong, session (the default) or eventual")
    };

    private Freshness() {}

    static ReadOptions of(Request request) {
        return new ReadOptions(position(request.header(POSITION), POSITION), consistency(request.header(CONSISTENCY)));
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
            case null -> Consistency.SESSION;
            case "session" -> Consistency.SESSION;
            case "strong" -> Consistency.STRONG;
            case "eventual" -> Consistency.EVENTUAL;
            default -> throw MnemeException.invalid(CONSISTENCY, CONSISTENCY + " must be strong, session or eventual.");
        };
    }

    static @Nullable String text(@Nullable Position position) {
        return position == null ? null : position.toString();
    }
}
