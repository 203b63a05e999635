package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonMergeTest {
    private static final List<String> NAMES = List.of("a", "b", "c");

    private static JsonObject object(Object... namesAndValues) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], json(namesAndValues[i + 1]));
        }
        return new JsonObject(members);
    }

    private static Json json(Object value) {
        return value instanceof Integer number
                ? new JsonNumber(BigDecimal.valueOf(number))
                : value instanceof String text ? new JsonString(text) : (Json) value;
    }

    private static JsonMerge merge(Json base, Json mine, Json theirs) {
        return JsonMerge.of(base, mine, theirs);
    }

    @Test
    void whatOneAloneChangedIsTaken() {
        JsonMerge merge = merge(
                object("a", 1, "b", 1, "gone", 1, "left", object("x", 1)),
                object("a", 2, "b", 1, "left", object("x", 1), "mine", 1),
                object("a", 1, "b", 2, "gone", 1, "left", object("x", 1, "y", 2)));

        assertThat(merge.clashes()).isEmpty();
        assertThat(merge.merged()).isEqualTo(object("a", 2, "b", 2, "left", object("x", 1, "y", 2), "mine", 1));
    }

    @Test
    void whatBothMadeTheSameOfIsNoClash() {
        assertThat(merge(object("a", 1), object("a", 2), object("a", 2)).clashes())
                .isEmpty();
        assertThat(merge(object("a", 1), object(), object())).isEqualTo(new JsonMerge(object(), List.of()));
    }

    @Test
    void whatBothChangedClashesWithItsPointer() {
        JsonMerge merge = merge(
                object("a", object("b/c", 1, "~", 1), "list", new JsonArray(List.of()), "gone", 1, "text", "x"),
                object("a", object("b/c", 2, "~", 2), "list", new JsonArray(List.of(json(1))), "text", object("m", 1)),
                object(
                        "a",
                        object("b/c", 3, "~", 3),
                        "list",
                        new JsonArray(List.of(json(2))),
                        "gone",
                        2,
                        "text",
                        object("t", 1)));

        assertThat(merge.clashes()).containsExactly("/a/b~1c", "/a/~0", "/list", "/gone", "/text");
    }

    @Test
    void whatIsNoObjectClashesAsAWhole() {
        assertThat(merge(object(), json("mine"), json("theirs")).clashes()).containsExactly("");
        assertThat(merge(json("base"), object("a", 1), object("b", 1)).clashes())
                .containsExactly("");
    }

    static LongStream seeds() {
        return LongStream.range(0, 500);
    }

    /// An unedited side yields the other; the sides may be exchanged; every clash is something that both changed.
    @ParameterizedTest
    @MethodSource("seeds")
    void holdsItsLawsForAnyThreeDocuments(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Json base = random(random, 3);
        Json mine = random(random, 3);
        Json theirs = random(random, 3);

        assertThat(merge(base, base, theirs)).isEqualTo(new JsonMerge(theirs, List.of()));
        assertThat(merge(base, mine, base)).isEqualTo(new JsonMerge(mine, List.of()));
        assertThat(merge(base, mine, mine)).isEqualTo(new JsonMerge(mine, List.of()));
        JsonMerge merged = merge(base, mine, theirs);
        JsonMerge exchanged = merge(base, theirs, mine);
        assertThat(exchanged.clashes()).containsExactlyInAnyOrderElementsOf(merged.clashes());
        if (merged.clashes().isEmpty()) {
            assertThat(exchanged.merged()).isEqualTo(merged.merged());
        }
        for (String clash : merged.clashes()) {
            assertThat(mine.at(clash)).isNotEqualTo(theirs.at(clash)).isNotEqualTo(base.at(clash));
            assertThat(theirs.at(clash)).isNotEqualTo(base.at(clash));
        }
    }

    private static Json random(SplittableRandom random, int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return json(random.nextInt(3));
        }
        Map<String, Json> members = new LinkedHashMap<>();
        for (String name : NAMES) {
            if (random.nextInt(3) > 0) {
                members.put(name, random(random, depth - 1));
            }
        }
        return new JsonObject(members);
    }
}
