package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Filter.Or;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What filters cost is counted, and ends a request that a client made dear on purpose; ordinary ones never meet it.
class FilterWorkTest {
    private static final Field ARRAY = new Field.Metadata("/a");
    private static final Field TEXT = new Field.Named(Name.TEXT);

    static Stream<Arguments> dear() {
        return Stream.of(
                Arguments.of("many conditions", many(1_000, i -> eq(new Field.Metadata("/k" + i), "x")), plain("tea")),
                Arguments.of("parts of a text", many(1_000, i -> icontains("no" + i)), plain("x".repeat(20_000))),
                Arguments.of(
                        "parts that begin like the text",
                        many(1_000, i -> icontains("a".repeat(500) + i)),
                        plain("a".repeat(20_000))),
                Arguments.of(
                        "lists against a long array of numbers that are one double",
                        many(7, i -> in(near(900, i))),
                        array(near(3_000, 50))),
                Arguments.of(
                        "objects",
                        many(900, i -> new Compare(ARRAY, Operator.EQ, object(i))),
                        array(IntStream.range(0, 3_000)
                                .mapToObj(i -> object(-1 - i))
                                .toList())),
                Arguments.of(
                        "deep paths",
                        many(1_000, i -> eq(new Field.Metadata("/a".repeat(60) + "/k" + i), "x")),
                        nested(60)),
                Arguments.of(
                        "a path each to one array",
                        many(
                                900,
                                i -> new Compare(
                                        new Field.Metadata("/a/" + i), Operator.CONTAINS, new JsonString("no" + i))),
                        array(IntStream.range(0, 900)
                                .mapToObj(i -> (Json) new JsonArray(strings(30)))
                                .toList())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dear")
    void whatIsDearEndsWithAnErrorThatNamesTheFilter(String name, Filter filter, Memory memory) {
        FilterMatcher matcher = FilterMatcher.of(filter);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 40_000; i++) {
                        assertThat(matcher.matches(memory)).isFalse();
                    }
                })
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE);
                    assertThat(e.field()).isEqualTo("filter");
                })
                .hasMessageContaining("fewer conditions");
    }

    static Stream<Arguments> honest() {
        return Stream.of(
                Arguments.of(
                        "twenty conditions", many(20, i -> eq(new Field.Metadata("/k" + i), "x")), plain("likes tea")),
                Arguments.of(
                        "a thousand ids",
                        new Compare(new Field.Named(Name.ID), Operator.IN, new JsonArray(strings(1_000))),
                        plain("likes tea")),
                Arguments.of(
                        "a few words of a text",
                        many(3, i -> icontains("coffee" + i)),
                        plain("likes tea. ".repeat(45))),
                Arguments.of(
                        "categories",
                        many(3, i -> new Compare(new Field.Named(Name.CATEGORIES), Operator.CONTAINS, string("c" + i))),
                        plain("likes tea")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("honest")
    void whatIsOrdinaryGoesThroughAnyNumberOfMemories(String name, Filter filter, Memory memory) {
        FilterWork work = FilterWork.limited(100);
        FilterMatcher matcher = FilterMatcher.of(filter, work);
        for (int i = 0; i < 10_000; i++) {
            assertThat(matcher.matches(another(memory))).isFalse();
        }
        assertThat(work.left()).isEqualTo(100);
    }

    /// A node and a step of a path, and what is looked at.
    static Stream<Arguments> costs() {
        Json number = new JsonNumber(new BigDecimal("1." + "3".repeat(799)));
        Json object = object(1);
        long weight = FieldValue.weight(object);
        Json objects = new JsonArray(Collections.nCopies(9, object));
        Json texts = new JsonArray(Collections.nCopies(9, string("x")));
        String a = "a".repeat(3_200);
        return Stream.of(
                Arguments.of("a string", compare(Operator.EQ, string(a)), string(a), 2 + 1 + 100),
                Arguments.of("a number", compare(Operator.EQ, number), number, 2 + 1 + 200),
                Arguments.of("an object", compare(Operator.EQ, object), object, 2 + 1 + 2 * weight),
                Arguments.of("a string among others", in(List.of(string("b"))), string(a), 2 + 1 + 100),
                Arguments.of("a number among others", in(List.of(number)), number, 2 + 1 + 2 * 101),
                Arguments.of(
                        "numbers of one double", in(near(100, 1)), near(1, 2).getFirst(), 2 + 1 + 101 * (1 + 26 / 8)),
                Arguments.of(
                        "an object among others",
                        in(List.of(object(2), object(3))),
                        object,
                        2 + 1 + weight + 2 * (1 + weight)),
                Arguments.of("an array of strings", compare(Operator.EQ, string("b")), texts, 2 + 9 * 4 + 1 + 1),
                Arguments.of(
                        "an array of numbers",
                        compare(Operator.EQ, string("b")),
                        new JsonArray(Collections.nCopies(9, number)),
                        2 + 9 * (4 + 100) + 1 + 1),
                Arguments.of(
                        "an array of objects",
                        compare(Operator.EQ, string("b")),
                        objects,
                        2 + 9 * (4 + weight) + 1 + 1),
                Arguments.of(
                        "a short array",
                        compare(Operator.EQ, string(a)),
                        new JsonArray(Collections.nCopies(8, string("b" + a.substring(1)))),
                        2 + 8 * (1 + 100) + 1),
                Arguments.of("a text", compare(Operator.CONTAINS, string("b")), string(a), 2 + 1 + 100),
                Arguments.of("a folded text", compare(Operator.ICONTAINS, string("b")), string(a), 2 + 100 + 1 + 100),
                Arguments.of(
                        "a text that begins alike",
                        compare(Operator.CONTAINS, string("a".repeat(80) + "b")),
                        string(a),
                        2 + 1 + 100 + 400 + 10),
                Arguments.of(
                        "folded texts",
                        compare(Operator.ICONTAINS, string("b")),
                        texts,
                        2 + FieldValue.weight(texts) + 9 * (1 + 1)),
                Arguments.of("an order of strings", compare(Operator.GT, string(a)), string(a), 2 + 100),
                Arguments.of("an order of numbers", compare(Operator.LT, number), number, 2 + 200),
                Arguments.of("a longer path", eq(new Field.Metadata("/a/a/c"), "x"), nested(3), 1 + 3),
                Arguments.of(
                        "conditions of one field", many(7, i -> compare(Operator.GT, number)), string(a), 1 + 7 + 1),
                Arguments.of("negations", new Filter.Not(compare(Operator.GT, number)), string(a), 2 + 1),
                Arguments.of(
                        "categories",
                        new Compare(new Field.Named(Name.CATEGORIES), Operator.EXISTS, new JsonBoolean(true)),
                        string(a),
                        1 + 3));
    }

    /// None is free for whoever finds out which it is.
    @ParameterizedTest(name = "{0}")
    @MethodSource("costs")
    void eachStepIsCounted(String name, Filter filter, Object held, long steps) {
        Memory memory = held instanceof Memory whole ? whole : memory("tea", new JsonObject(Map.of("a", (Json) held)));
        List<Filter> parts = new ArrayList<>(Collections.nCopies(100, new Filter.Not(And.ALL))); // more than it brings
        parts.add(filter);

        assertThat(spent(new Or(parts), memory)).isEqualTo(1 + 100 * 2 - FilterWork.EACH + steps);
    }

    @Test
    void whatOneMemoryBringsIsForItselfAlone() {
        FilterWork work = FilterWork.limited(1_000_000);
        Filter dear = many(1_000, i -> icontains("no" + i));
        FilterMatcher matcher = FilterMatcher.of(dear, work);
        assertThat(matcher.matches(plain("x"))).isFalse();
        long one = 1_000_000 - work.left();
        FilterWork another = FilterWork.limited(1_000_000);
        for (int i = 0; i < 1_000; i++) {
            another.next(plain("x"));
        }
        FilterMatcher.of(dear, another).matches(plain("x"));

        assertThat(1_000_000 - another.left()).isEqualTo(one);
    }

    @Test
    void whatIsWantedIsFoldedAndHashedOnceAndAValueFoundOnce() {
        List<Json> wanted = strings(990);
        Memory memory = array(numbers(30_000));
        long once = spent(in(wanted), memory);
        long seven = spent(many(7, i -> in(wanted)), memory);

        assertThat(seven - once).isLessThan(once / 5); // the array is hashed for the first condition alone
        assertThat(once).isBetween(30_000L, 200_000L);
    }

    @Test
    void aLongPartIsLookedForInTimeThatIsLinearInTheText() {
        String part = "a".repeat(2_000) + "b";
        long one = spent(icontains(part), plain("a".repeat(10_000)));
        long ten = spent(icontains(part), plain("a".repeat(100_000)));

        assertThat(ten).isLessThan(12 * one);
    }

    @Test
    void aLongPartIsPreparedOnceForAllMemories() {
        FilterWork work = FilterWork.limited(1_000_000);
        FilterMatcher matcher = FilterMatcher.of(icontains("a".repeat(8_000) + "b"), work);
        Memory memory = plain("a".repeat(8_100));
        matcher.matches(memory);
        long first = 1_000_000 - work.left();
        matcher.matches(another(memory));

        assertThat(2 * first - (1_000_000 - work.left())).isEqualTo(8_001 / 8);
    }

    @Test
    void unlimitedWorkIsNotRefused() {
        Filter filter = many(1_000, i -> icontains("a".repeat(100) + i));
        FilterMatcher matcher = FilterMatcher.of(filter, FilterWork.unlimited());
        Memory memory = plain("a".repeat(2_000));
        for (int i = 0; i < 100; i++) {
            assertThat(matcher.matches(memory)).isFalse();
        }
    }

    private static long spent(Filter filter, Memory memory) {
        FilterWork work = FilterWork.limited(1_000_000_000);
        FilterMatcher.of(filter, work).matches(memory);
        return 1_000_000_000 - work.left();
    }

    private static Filter many(int count, java.util.function.IntFunction<Filter> each) {
        return new Or(IntStream.range(0, count).mapToObj(each).toList());
    }

    private static Filter eq(Field field, String value) {
        return new Compare(field, Operator.EQ, string(value));
    }

    private static Filter compare(Operator operator, Json value) {
        return new Compare(ARRAY, operator, value);
    }

    private static Filter icontains(String part) {
        return new Compare(TEXT, Operator.ICONTAINS, string(part));
    }

    private static Filter in(List<Json> values) {
        return new Compare(ARRAY, Operator.IN, new JsonArray(values));
    }

    private static Json string(String value) {
        return new JsonString(value);
    }

    private static Json object(int i) {
        return new JsonObject(Map.of("name", string("x".repeat(20)), "n", new JsonNumber(BigDecimal.valueOf(i + 1))));
    }

    private static List<Json> strings(int count) {
        return IntStream.range(0, count).mapToObj(i -> string("v" + i)).toList();
    }

    private static List<Json> numbers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> (Json) new JsonNumber(BigDecimal.valueOf(i)))
                .toList();
    }

    /// Numbers that differ, and are the same as doubles.
    private static List<Json> near(int count, int series) {
        List<Json> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(new JsonNumber(new BigDecimal("1.000000000000000000" + (1_000_000 * (series + 1) + i))));
        }
        return numbers;
    }

    private static Memory nested(int depth) {
        Json inner = new JsonObject(Map.of("z", string("z")));
        for (int i = 0; i < depth; i++) {
            inner = new JsonObject(Map.of("a", inner));
        }
        return memory("tea", (JsonObject) inner);
    }

    private static Memory array(List<Json> items) {
        return memory("tea", new JsonObject(Map.of("a", new JsonArray(items))));
    }

    private static Memory plain(String text) {
        return memory(text, new JsonObject(Map.of("b", string("mail"))));
    }

    private static Memory another(Memory memory) {
        return memory(memory.text(), memory.metadata());
    }

    private static Memory memory(String text, JsonObject metadata) {
        return new Memory(
                new MemoryId(new UUID(0, 1)),
                ScopeIds.user("alice"),
                text,
                null,
                null,
                metadata,
                List.of("drinks", "games", "music"),
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                1,
                null);
    }

    @Test
    void everythingCostsNothing() {
        FilterWork work = FilterWork.limited(0);
        assertThat(FilterMatcher.of(And.ALL, work).matches(plain("tea"))).isTrue();
    }
}
