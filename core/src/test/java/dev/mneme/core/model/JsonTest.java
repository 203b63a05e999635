package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class JsonTest {
    /// Names and values in turn.
    static JsonObject object(Object... members) {
        Map<String, Json> map = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            map.put((String) members[i], json(members[i + 1]));
        }
        return new JsonObject(map);
    }

    static Json array(Object... items) {
        return new JsonArray(Stream.of(items).map(JsonTest::json).toList());
    }

    static final Json NULL = new JsonNull();

    private static Json json(Object value) {
        return switch (value) {
            case Json json -> json;
            case String text -> new JsonString(text);
            case Boolean bool -> new JsonBoolean(bool);
            default -> new JsonNumber(new BigDecimal(value.toString()));
        };
    }

    /// The cases of RFC 7396, appendix A, whose target and patch are objects.
    private static Stream<Arguments> patches() {
        return Stream.of(
                Arguments.of(object("a", "b"), object("a", "c"), object("a", "c")),
                Arguments.of(object("a", "b"), object("b", "c"), object("a", "b", "b", "c")),
                Arguments.of(object("a", "b"), object("a", NULL), object()),
                Arguments.of(object("a", "b", "b", "c"), object("a", NULL), object("b", "c")),
                Arguments.of(object("a", array("b")), object("a", "c"), object("a", "c")),
                Arguments.of(object("a", "c"), object("a", array("b")), object("a", array("b"))),
                Arguments.of(
                        object("a", object("b", "c")),
                        object("a", object("b", "d", "c", NULL)),
                        object("a", object("b", "d"))),
                Arguments.of(object("a", array(object("b", "c"))), object("a", array(1)), object("a", array(1))),
                Arguments.of(object("e", NULL), object("a", 1), object("e", NULL, "a", 1)),
                Arguments.of(
                        object(), object("a", object("bb", object("ccc", NULL))), object("a", object("bb", object()))));
    }

    @ParameterizedTest
    @MethodSource("patches")
    void mergesAsRfc7396Says(JsonObject target, JsonObject patch, JsonObject result) {
        assertThat(target.mergePatch(patch)).isEqualTo(result);
    }

    /// The document and the pointers of RFC 6901, section 5.
    @Test
    void pointsAsRfc6901Says() {
        JsonObject document = object(
                "foo",
                array("bar", "baz"),
                "",
                0,
                "a/b",
                1,
                "c%d",
                2,
                "e^f",
                3,
                "g|h",
                4,
                "i\\j",
                5,
                "k\"l",
                6,
                " ",
                7,
                "m~n",
                8);
        assertThat(document.at("")).contains(document);
        assertThat(document.at("/foo")).contains(array("bar", "baz"));
        assertThat(document.at("/foo/0")).contains(json("bar"));
        assertThat(document.at("/")).contains(json(0));
        List<String> pointers = List.of("/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n");
        for (int i = 0; i < pointers.size(); i++) {
            assertThat(document.at(pointers.get(i))).as(pointers.get(i)).contains(json(i + 1));
        }
    }

    @ParameterizedTest
    @MethodSource("missing")
    void whatIsNotThereIsEmpty(String pointer) {
        assertThat(object("foo", array("bar")).at(pointer)).isEmpty();
    }

    private static Stream<String> missing() {
        return Stream.of("/bar", "/foo/1", "/foo/-", "/foo/00", "/foo/-1", "/foo/0/x", "/foo/99999999999");
    }

    @Test
    void escapesAreReadOnce() {
        assertThat(object("~1", 1).at("/~01")).contains(json(1));
    }

    @Test
    void numbersAreEqualByValue() {
        assertThat(json(1)).isEqualTo(json(new BigDecimal("1.0")));
    }
}
