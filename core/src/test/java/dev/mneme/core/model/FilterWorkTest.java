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
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
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
