package dev.mneme.api.request;

import dev.mneme.api.json.PlainJson;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.wire.ContextRequest;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes the core's command from a request that puts a context.
public final class ContextDrafts {
    private ContextDrafts() {}

    /// @param expected the version that the caller saw, or [Command#ANY_VERSION]
    public static PutContext of(String key, ContextRequest body, long expected) {
        MergeStrategy strategy = body.mergeStrategy() == null
                ? MergeStrategy.REPLACE
                : MergeStrategy.valueOf(body.mergeStrategy().toUpperCase(Locale.ROOT));
        if (strategy != MergeStrategy.REPLACE && expected == Command.ANY_VERSION) {
            throw MnemeException.invalid(
                    "expectedVersion",
                    "mergeStrategy " + body.mergeStrategy()
                            + " needs the version that you saw: send expectedVersion, or If-Match.");
        }
        return new PutContext(
                key,
                type(body.contextType()).orElse(ContextType.CUSTOM),
                mode(body.mode()),
                PlainJson.toJson(body.data()),
                Objects.requireNonNullElse(body.tags(), List.of()),
                SentTimes.instant(body.expiresAt()),
                expected,
                strategy);
    }

    public static Optional<ContextType> type(@Nullable String name) {
        return Optional.ofNullable(name).flatMap(ContextType::of);
    }

    public static @Nullable Mode mode(@Nullable String name) {
        return name == null ? null : Mode.of(name).orElse(null);
    }
}
