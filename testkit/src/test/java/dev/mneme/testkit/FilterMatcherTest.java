package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ScopeIds;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The matcher, which folds, hashes and looks up, means what the plain definition says.
class FilterMatcherTest {
    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "A",
            "tea",
            "Tea and TEA",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "aaaaaaaaaaaaaaaaab",
            "aaaaaaaaaaaaaaaaaaaaaaaab",
            "İstanbul ΣΊΣΥΦΟΣ straße",
            "2026-01-01T00:00:00.000Z");
    private static final List<String> POINTERS = List.of("/a", "/a/0", "/a/1/b", "/b", "/b/a", "/~1", "/a/01");

    private final List<Boolean> seen = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void meansWhatTheDefinitionSays(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 400; i++) {
            Filter filter = filter(random, 3);
            FilterMatcher matcher = FilterMatcher.of(filter);
            for (int m = 0; m < 20; m++) {
                Memory memory = memory(random);
                boolean matches = PlainFilter.matches(filter, memory);
                assertThat(matcher.matches(memory))
                        .as("%s of %s", filter, memory)
                        .isEqualTo(matches);
                seen.add(matches);
            }
        }
        assertThat(seen.stream().filter(each -> each).count()).isBetween(seen.size() / 10L, seen.size() * 9L / 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void oneConditionMeansWhatTheDefinitionSays(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            Filter filter = compare(random);
            Memory memory = memory(random);
            assertThat(FilterMatcher.of(filter).matches(memory))
                    .as("%s of %s", filter, memory)
                    .isEqualTo(PlainFilter.matches(filter, memory));
        }
    }

    private static Filter filter(SplittableRandom random, int depth) {
        return switch (depth == 0 ? 3 : random.nextInt(5)) {
            case 0 -> new Filter.And(List.of(filter(random, depth - 1), filter(random, depth - 1)));
            case 1 -> new Filter.Or(List.of(filter(random, depth - 1), filter(random, depth - 1)));
            case 2 -> new Filter.Not(filter(random, depth - 1));
            default -> compare(random);
        };
    }

    private static Filter compare(SplittableRandom random) {
        Field field = random.nextInt(3) == 0
                ? new Field.Named(pick(random, List.of(Name.values())))
                : new Field.Metadata(pick(random, POINTERS));
        Operator operator = pick(random, List.of(Operator.values()));
        Json value = switch (operator) {
            case IN, NIN -> array(random, random.nextInt(14), 1);
            case EXISTS -> new JsonBoolean(random.nextBoolean());
            default -> json(random, 2);
        };
        return new Compare(field, operator, value);
    }

    private static Memory memory(SplittableRandom random) {
        Map<String, Json> metadata = new LinkedHashMap<>();
        for (String name : List.of("a", "b", "/")) {
            if (random.nextInt(4) > 0) {
                metadata.put(name, json(random, 3));
            }
        }
        return new Memory(
                new MemoryId(new UUID(1, random.nextInt(3))),
                ScopeIds.user("alice"),
                pick(random, TEXTS),
                random.nextBoolean() ? "a" : null,
                null,
                new JsonObject(metadata),
                random.nextBoolean() ? List.of() : List.of(pick(random, TEXTS), "tea"),
                null,
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2026-01-02T00:00:00Z"),
                random.nextBoolean() ? null : Instant.parse("2026-01-03T00:00:00Z"),
                1 + random.nextInt(3),
                null);
    }

    private static Json json(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0 ->
                new JsonNumber(pick(
                        random,
                        List.of(
                                new BigDecimal("1"),
                                new BigDecimal("1.0"),
                                new BigDecimal("-0.0"),
                                new BigDecimal("0"),
                                new BigDecimal("9007199254740993"),
                                new BigDecimal("9007199254740992"),
                                new BigDecimal("1e400"),
                                new BigDecimal("2"))));
            case 1 -> new JsonBoolean(random.nextBoolean());
            case 2 -> new JsonNull();
            case 3, 4 -> new JsonString(pick(random, TEXTS));
            case 5 -> new JsonObject(Map.of("b", json(random, depth - 1)));
            default -> array(random, random.nextInt(12), depth - 1);
        };
    }

    private static Json array(SplittableRandom random, int items, int depth) {
        List<Json> all = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            all.add(json(random, depth));
        }
        return new JsonArray(all);
    }

    private static <T> T pick(SplittableRandom random, List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
