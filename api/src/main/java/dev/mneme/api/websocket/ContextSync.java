package dev.mneme.api.websocket;

import dev.mneme.api.json.PlainJson;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A client's `context-sync`.
///
/// @param type null: as it is
/// @param mode null: as it is
/// @param data null: delete the context
/// @param tags null: as they are
/// @param expectedVersion the version that the client saw, or [Command#ANY_VERSION]
record ContextSync(
        String key,
        @Nullable ContextType type,
        @Nullable Mode mode,
        @Nullable Json data,
        @Nullable List<String> tags,
        long expectedVersion,
        MergeStrategy strategy) {
    private static final BigDecimal LARGEST = BigDecimal.valueOf(Long.MAX_VALUE);

    /// @param versioned whether the client's version counts. The first generation sent its wall clock, which is ignored
    static ContextSync of(Map<String, @Nullable Object> payload, boolean versioned) {
        String key = Envelope.Fields.string(payload, "contextKey");
        if (key == null) {
            throw MnemeException.invalid("contextKey", "contextKey must say which context.");
        }
        return new ContextSync(
                key,
                type(Envelope.Fields.string(payload, "contextType")),
                mode(Envelope.Fields.string(payload, "mode")),
                data(payload),
                payload.get("tags") == null ? null : Envelope.Fields.strings(payload, "tags"),
                versioned ? version(payload.get("version")) : Command.ANY_VERSION,
                strategy(Envelope.Fields.string(payload, "mergeStrategy")));
    }

    private static @Nullable Json data(Map<String, @Nullable Object> payload) {
        if (Boolean.TRUE.equals(payload.get("deleted"))) {
            return null;
        }
        if (payload.get("data") == null) {
            throw MnemeException.invalid(
                    "data", "data must be the document, and not null; to delete the context send deleted: true.");
        }
        return PlainJson.toJson(payload.get("data"));
    }

    private static @Nullable ContextType type(@Nullable String name) {
        return name == null
                ? null
                : ContextType.of(name)
                        .orElseThrow(() -> MnemeException.invalid(
                                "contextType", "contextType must be \"chat\", \"project\", \"mode\" or \"custom\"."));
    }

    private static @Nullable Mode mode(@Nullable String name) {
        return name == null ? null : Envelope.Fields.mode("mode", name);
    }

    private static long version(@Nullable Object version) {
        return switch (version) {
            case null -> Command.ANY_VERSION;
            case BigDecimal number
            when number.signum() >= 0 && number.scale() == 0 && number.compareTo(LARGEST) <= 0 -> number.longValue();
            default -> throw MnemeException.invalid("version", "version must be a whole number, 0 or more.");
        };
    }

    private static MergeStrategy strategy(@Nullable String name) {
        return Stream.of(MergeStrategy.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(name == null ? "replace" : name))
                .findFirst()
                .orElseThrow(() -> MnemeException.invalid(
                        "mergeStrategy", "mergeStrategy must be \"replace\", \"merge\" or \"ignore\"."));
    }
}
