package dev.mneme.testkit;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Not;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Filter.Or;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Times;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/// Filters over the values that [Histories] draw from, so that each matches something now and then.
final class RandomFilter {
    private static final List<String> SCOPE_IDS = List.of("alice", "bob", "bot", "chat", "r1", "nobody");
    private static final List<String> POINTERS = List.of("/a", "/b", "/a/b", "/d~1e", "/c/1/n", "/none", "");
    private static final List<String> WORDS = List.of("tea", "chess", "Chess", "caf\u00e9", "k");

    private final SplittableRandom random;

    RandomFilter(SplittableRandom random) {
        this.random = random;
    }

    Filter of(int depth) {
        int dice = random.nextInt(depth > 0 ? 10 : 7);
        return switch (dice) {
            case 0, 1 -> scope();
            case 2 -> compare(Name.CATEGORIES, pick(List.of("drinks", "games", "music", "none")));
            case 3 -> metadata();
            case 4 -> time();
            case 5 -> compare(Name.TEXT, pick(WORDS));
            case 6 -> named();
            case 7 -> new And(List.of(of(depth - 1), of(depth - 1)));
            case 8 -> new Or(List.of(of(depth - 1), of(depth - 1)));
            default -> new Not(of(depth - 1));
        };
    }

    private Filter scope() {
        Field field = new Field.Scope(pick(List.of(OwnerKind.values())));
        return switch (random.nextInt(5)) {
            case 0 -> new Compare(field, Operator.EQ, new JsonNull());
            case 1 -> new Compare(field, Operator.EXISTS, new JsonBoolean(random.nextBoolean()));
            case 2 -> new Compare(field, Operator.IN, strings(SCOPE_IDS));
            case 3 -> new Compare(field, Operator.NE, new JsonString(pick(SCOPE_IDS)));
            default -> new Compare(field, Operator.EQ, new JsonString(pick(SCOPE_IDS)));
        };
    }

    private Filter compare(Name name, String value) {
        Operator operator = pick(
                List.of(Operator.EQ, Operator.NE, Operator.CONTAINS, Operator.ICONTAINS, Operator.GT, Operator.LTE));
        return new Compare(new Field.Named(name), operator, new JsonString(value));
    }

    private Filter metadata() {
        Field field = new Field.Metadata(pick(POINTERS));
        Json value = switch (random.nextInt(4)) {
            case 0 -> number(random.nextInt(3));
            case 1 -> new JsonBoolean(true);
            case 2 -> new JsonNull();
            default -> new JsonString("mail");
        };
        return switch (random.nextInt(5)) {
            case 0 -> new Compare(field, Operator.EXISTS, new JsonBoolean(random.nextBoolean()));
            case 1 -> new Compare(field, Operator.NIN, new JsonArray(List.of(value, number(1))));
            case 2 -> new Compare(field, Operator.GTE, value);
            case 3 -> new Compare(field, Operator.NE, value);
            default -> new Compare(field, Operator.EQ, value);
        };
    }

    private Filter time() {
        Name name = pick(List.of(Name.CREATED_AT, Name.UPDATED_AT, Name.EXPIRES_AT, Name.TIMESTAMP));
        Duration since = Duration.ofHours(random.nextInt(24 * 20) - 24L);
        Json at = new JsonString(Times.format(ManualClock.START.plus(since)));
        Operator operator = pick(List.of(Operator.GT, Operator.GTE, Operator.LT, Operator.LTE, Operator.NE));
        return new Compare(new Field.Named(name), operator, at);
    }

    private Filter named() {
        return switch (random.nextInt(3)) {
            case 0 -> new Compare(new Field.Named(Name.ROLE), Operator.EQ, new JsonString("user"));
            case 1 -> new Compare(new Field.Named(Name.VERSION), Operator.GT, number(1 + random.nextInt(2)));
            default -> new Compare(new Field.Named(Name.EXPIRES_AT), Operator.EXISTS, new JsonBoolean(true));
        };
    }

    private static Json number(long value) {
        return new JsonNumber(BigDecimal.valueOf(value));
    }

    private static Json strings(List<String> values) {
        return new JsonArray(values.stream().<Json>map(JsonString::new).toList());
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
