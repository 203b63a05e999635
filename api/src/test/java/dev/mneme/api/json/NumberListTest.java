package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.MnemeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A list of numbers is read at one go or number by number: nobody can tell which.
class NumberListTest {
    private static final int MAX = 1_000;

    /// The list as a member, with one before and one behind it.
    private static float[] read(String list) {
        String document = "{\"a\":1,\"v\":" + list + ",\"b\":\"behind\"}";
        float[][] read = new float[1][];
        JsonReader.read(document.getBytes(StandardCharsets.UTF_8), "body", ParsedHeap.unlimited(), in -> {
            in.object(name -> {
                switch (name) {
                    case "a" -> assertThat(in.integer()).isEqualTo(1);
                    case "v" -> read[0] = in.floats(MAX);
                    default -> assertThat(in.string()).isEqualTo("behind");
                }
            });
            return "";
        });
        return read[0];
    }

    private static String list(float[] values, String between) {
        return IntStream.range(0, values.length)
                .mapToObj(i -> String.valueOf(values[i]))
                .collect(Collectors.joining("," + between, "[" + between, between + "]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "  ", "\n", "\r\n\t", " \n "})
    void theNumbersAreTheSameHoweverTheyAreSetApart(String between) {
        SplittableRandom random = new SplittableRandom(44);
        for (int length : List.of(1, 2, 383, 384, 385, 768, 999, MAX)) {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = (float) ((random.nextDouble() - .5) * Math.pow(10, random.nextInt(-4, 4)));
            }
            assertThat(read(list(values, between))).isEqualTo(values);
        }
    }

    @Test
    void oneUnusualNumberChangesNoOther() {
        float[] values = new float[100];
        for (int i = 0; i < values.length; i++) {
            values[i] = i / 8f;
        }
        for (int at : List.of(0, 1, 50, 99)) {
            values[at] = Float.MIN_VALUE;
            assertThat(read(list(values, ""))).isEqualTo(values);
        }
        assertThat(read("[]")).isEmpty();
        assertThat(read("[ ]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[1,]",
                "[,1]",
                "[1 2]",
                "[01]",
                "[1.]",
                "[.5]",
                "[+1]",
                "[1e]",
                "[--1]",
                "[NaN]",
                "[1}",
                "[1;2]",
                "[1,,2]",
                "[1\u00a0]"
            })
    void whatIsNoJsonIsRefused(String list) {
        assertThatThrownBy(() -> read(list))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("The body is not valid JSON at line 1");
    }

    @Test
    void aMistakeIsNamed() {
        assertThatThrownBy(() -> read("[1,2,\"3\"]")).hasMessage("v must hold numbers only: look at [2].");
        assertThatThrownBy(() -> read("[1,[2]]")).hasMessage("v must hold numbers only: look at [1].");
        assertThatThrownBy(() -> read("[1,null]")).hasMessage("v must hold numbers only: look at [1].");
        assertThatThrownBy(() -> read("[1,1e39]"))
                .hasMessage("v must hold numbers that a 32-bit float holds: look at [1].");
        assertThatThrownBy(() -> read(list(new float[MAX + 1], ""))).hasMessage("v must hold 1000 numbers at most.");
        assertThatThrownBy(() -> read("7")).hasMessage("v must be a list of numbers, or a string with them in base64.");
    }

    @Test
    void whatStandsBehindTheListIsReadWhereItIs() {
        assertThatThrownBy(() -> read("[\n1,\n2\n],\"c\":\nx")).hasMessageContaining("line 5");
        assertThatThrownBy(() -> read("[1,2],x")).hasMessageContaining("line 1, column");
    }
}
