package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Position;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.request.ReadOptions.Consistency;
import org.jspecify.annotations.Nullable;

/// How fresh a read must be, by its headers; and where it stood, for the answer's.
final class Freshness {
    static final Parameter CONSISTENCY = Parameter.string("Mneme-Consistency", "how fresh the answer must be")
            .oneOf("strong", "session", "eventual")
            .otherwise("session");
    private static final Parameter AT_LEAST = Parameter.string(
                    "Mneme-Position", "see nothing older than this position of the one owner that is asked")
            .example("k7f3q2ab:1a4:42");

    /// What a read of one owner reads.
    static final Parameter[] HEADERS = {AT_LEAST, CONSISTENCY};

    /// What an answer about one owner has.
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
