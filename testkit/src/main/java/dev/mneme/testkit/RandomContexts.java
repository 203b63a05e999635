package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Random commands on contexts. Keys and fields are few, so that edits often meet; versions are small,
/// so that a writer often saw one that is or was there.
final class RandomContexts {
    static final List<String> KEYS = List.of("theme", "plan/\u00fc", "plan");
    static final List<String> TAGS = List.of("ui", "work", "home");
    private static final List<String> FIELDS = List.of("a", "b", "c", "d/e");

    private final SplittableRandom random;

    RandomContexts(SplittableRandom random) {
        this.random = random;
    }

    /// @param now what expiries are around
    Command of(Instant now) {
        return switch (random.nextInt(10)) {
            case 0 -> new Command.DeleteContext(pick(KEYS), chance(3) ? version() : Command.ANY_VERSION);
            case 1 ->
                new Command.Expire(Stream.generate(() -> new Command.Expired.OfContext(pick(KEYS), version()))
                        .limit(1 + random.nextInt(6))
                        .map(Command.Expired.class::cast)
                        .toList());
            default -> put(now);
        };
    }

    private Command put(Instant now) {
        return new Command.PutContext(
                pick(KEYS),
                chance(3) ? pick(List.of(ContextType.values())) : ContextType.CUSTOM,
                chance(4) ? pick(List.of(Mode.values())) : null,
                chance(8) ? new JsonString("no object") : object(2),
                TAGS.stream().filter(tag -> chance(3)).toList(),
                chance(3) ? expiry(now) : null,
                chance(3) ? Command.ANY_VERSION : version(),
                pick(List.of(MergeStrategy.values())));
    }

    private long version() {
        return random.nextInt(chance(2) ? 4 : 12);
    }

    private Instant expiry(Instant now) {
        long seconds = chance(2) ? random.nextInt(200) : random.nextInt(1_000_000) - 1_000L;
        return now.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).plus(Duration.ofSeconds(seconds));
    }

    private JsonObject object(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        FIELDS.forEach(field -> {
            Json value = chance(2) ? value(depth) : null;
            if (value != null) {
                members.put(field, value);
            }
        });
        return new JsonObject(members);
    }

    private @Nullable Json value(int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> new JsonString(pick(List.of("x", "y")));
            case 1 -> new Json.JsonNumber(new java.math.BigDecimal(pick(List.of("1", "1.0", "2"))));
            case 2 -> new JsonArray(List.of(new JsonString("x")));
            case 3 -> null;
            default -> object(depth - 1);
        };
    }

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
