package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a document may hold, at each edge.
final class StrictJsonTest {
    private static Json value(String document) {
        return JsonReader.read(document, "body");
    }

    private static <T> T read(String document, JsonReader.Reading<T> reading) {
        return JsonReader.read(document.getBytes(StandardCharsets.UTF_8), "body", ParsedHeap.unlimited(), reading);
    }

    private static String refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        String[] message = new String[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(MnemeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            message[0] = String.valueOf(e.getMessage());
        });
        return message[0];
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static String named(int length) {
        return "{\"" + "a".repeat(length) + "\":1}";
    }

    @Test
    void depthAndLengthsEndWhereTheySay() {
        assertThat(value(nested(64))).isNotNull();
        assertThat(refusal(() -> value(nested(65)))).contains("nests deeper than 64");
        assertThat(value(named(1_024))).isNotNull();
        assertThat(refusal(() -> value(named(1_025)))).contains("too long");
        assertThat(value("1".repeat(400))).isNotNull();
        assertThat(refusal(() -> value("1".repeat(401)))).isNotEmpty();
        assertThat(value("1e400")).isNotNull();
        assertThat(value("1e-400")).isNotNull();
        assertThat(refusal(() -> value("1e401"))).contains("400 digits");
        assertThat(refusal(() -> value("1e-401"))).contains("400 digits");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] document = {'"', (byte) 0xc3, '"'};
        assertThat(refusal(() -> JsonReader.read(document, "body", ParsedHeap.unlimited(), JsonReader::value)))
                .isEqualTo("The body must be well-formed UTF-8.");
    }

    @Test
    void halfOfASurrogatePairIsRefusedAndAWholeOneIsNot() {
        assertThat(value("\"\\ud83c\\udf75\"")).isEqualTo(new Json.JsonString("\ud83c\udf75"));
        assertThat(refusal(() -> value("\"\\ud83c\""))).contains("half of a surrogate pair");
        for (String name :
                List.of("\\udf75", "\\ud83c", "x\\ud83cx", "\\ud83c\\ud83c", "a name of some length\\udf75")) {
            assertThat(refusal(() -> value("{\"" + name + "\":1}"))).as(name).contains("not valid JSON");
        }
    }

    @Test
    void aMemberTwiceIsRefusedAlsoWhenOneIsEscaped() {
        assertThat(refusal(() -> value("{\"a\":{\"b\":1,\"b\":2}}"))).isEqualTo("a.b is there twice.");
        assertThat(refusal(() -> value("{\"a\":1,\"\\u0061\":1}"))).isEqualTo("a is there twice.");
        assertThat(value("{\"a\":1,\"A\":1}")).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 2", "{}{}", "[]]", "\"a\",", "null null"})
    void nothingComesAfterTheEnd(String document) {
        assertThat(refusal(() -> value(document))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n"})
    void nothingAtAllIsSaidToBeEmpty(String document) {
        assertThat(refusal(() -> value(document))).isEqualTo("The body is empty: send a JSON value.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1",
                "[1,",
                "[1",
                "\"a",
                "{\"a\"",
                "{\"a\":",
                "tru",
                "01",
                "+1",
                ".5",
                "1.",
                "NaN",
                "'a'",
                "{a:1}",
                "[1,]",
                "{\"a\":1,}",
                "/**/1",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\t\""
            })
    void whatIsCutOffOrLooseIsNoJson(String document) {
        assertThat(refusal(() -> value(document))).contains("body");
    }

    @Test
    void wholeNumbersAreWholeAndFitALong() {
        assertThat(read("9223372036854775807", JsonReader::integer)).isEqualTo(Long.MAX_VALUE);
        assertThat(read("-9223372036854775808", JsonReader::integer)).isEqualTo(Long.MIN_VALUE);
        assertThat(refusal(() -> read("9223372036854775808", JsonReader::integer)))
                .contains("too large");
        assertThat(refusal(() -> read("1.0", JsonReader::integer))).contains("whole number");
        assertThat(refusal(() -> read("1e2", JsonReader::integer))).contains("whole number");
    }

    @Test
    void realsAndFloatsAreFinite() {
        assertThat(read("1e308", JsonReader::real)).isEqualTo(1e308);
        assertThat(refusal(() -> read("1e309", JsonReader::real))).contains("too large");
        float[] floats = read("[1,2.5,3e38]", in -> in.floats(3));
        assertThat(floats).containsExactly(1, 2.5f, 3e38f);
        assertThat(refusal(() -> read("[1,1e39]", in -> in.floats(3)))).contains("look at [1]");
        assertThat(refusal(() -> read("[1,2,3,4]", in -> in.floats(3)))).contains("3 numbers at most");
        assertThat(refusal(() -> read("[1e0,2e0,3e0,4e0]", in -> in.floats(3)))).contains("3 numbers at most");
    }

    @Test
    void membersKeepTheirOrder() {
        String document = "{\"z\":1,\"a\":null,\"m\":[true,false]}";
        assertThat(((JsonObject) value(document)).members().keySet()).containsExactly("z", "a", "m");
        assertThat(read(document, JsonReader::map).keySet()).containsExactly("z", "a", "m");
        assertThat(read(document, JsonReader::map))
                .containsEntry("m", List.of(true, false))
                .containsEntry("a", null);
        assertThat(((JsonObject) value(document)).members().get("a")).isEqualTo(new Json.JsonNull());
    }

    @Test
    void aMistakeNamesItsPlace() {
        assertThat(refusal(() -> value("{\"a\":{\"b\":1},\"c\":[1,\"\\ud83c\"]}")))
                .startsWith("c[1] ");
    }

    /// As when a member is missing.
    @Test
    void whatIsWrongWithAnObjectAsAWholeNamesNoneOfItsMembers() {
        JsonReader.Reading<Json> lacking = in -> {
            in.object(name -> in.skip());
            throw in.wrong("lacks b.");
        };
        assertThat(refusal(() -> read("{\"a\":1}", lacking))).isEqualTo("body lacks b.");
    }

    @Test
    void aDocumentHasAHundredThousandValues() {
        String items = "1,".repeat(JsonReader.MAX_VALUES - 1);
        assertThat(value("[" + items + "1]")).isNotNull();
        assertThatThrownBy(() -> value("[" + items + "1,1]"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void aTimeKeepsItsOffset() {
        assertThat(read("\"2026-05-01T10:00:00+02:00\"", JsonReader::placedTime))
                .isEqualTo("2026-05-01T10:00:00+02:00");
        assertThat(read("\"2026-05-01T10:00:00+02:00\"", JsonReader::time)).isEqualTo("2026-05-01T08:00:00.000Z");
    }
}
