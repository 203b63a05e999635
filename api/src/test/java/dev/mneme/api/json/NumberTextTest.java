package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What is read fast is what the JDK reads, to the bit.
class NumberTextTest {
    private static float read(String text) {
        byte[] padded = ("9" + text + "]").getBytes(StandardCharsets.US_ASCII);
        NumberText number = new NumberText(padded, 1, padded.length);
        float value = number.number();
        if (!Float.isNaN(value)) {
            assertThat(number.at()).as(text).isEqualTo(1 + text.length());
        }
        return value;
    }

    /// @return whether something was said
    private static boolean agrees(String text) {
        float fast = read(text);
        if (Float.isNaN(fast)) {
            return false;
        }
        if (Float.floatToRawIntBits(fast) != Float.floatToRawIntBits(Float.parseFloat(text))) {
            throw new AssertionError(text + " was read as " + fast + " and is " + Float.parseFloat(text));
        }
        return true;
    }

    @Test
    void itReadsUsualNumbersRight() {
        SplittableRandom random = new SplittableRandom(42);
        int said = 0;
        for (int n = 0; n < 100_000; n++) {
            double value = (random.nextDouble() - .5) * Math.pow(10, random.nextInt(-4, 4));
            said += agrees(Float.toString((float) value)) ? 1 : 0;
            said += agrees(Double.toString(value)) ? 1 : 0;
            said += agrees(BigDecimal.valueOf(value).toPlainString()) ? 1 : 0;
        }
        assertThat(said).isGreaterThan(280_000);
    }

    @Test
    void betweenTwoFloatsItSaysTheRightOneOrNothing() {
        SplittableRandom random = new SplittableRandom(43);
        for (int n = 0; n < 100_000; n++) {
            float low = Float.intBitsToFloat(random.nextInt(0x3000_0000, 0x4f00_0000));
            BigDecimal middle =
                    new BigDecimal(low).add(new BigDecimal(Math.nextUp(low))).divide(BigDecimal.TWO);
            agrees(middle.toPlainString());
            agrees(middle.round(new MathContext(random.nextInt(8, 19))).toPlainString());
        }
    }

    @Test
    void itReadsTheGrammarsCornersRight() {
        for (String text : List.of(
                "0",
                "-0",
                "0.0",
                "-0.0e5",
                "1",
                "-1",
                "10",
                "1e0",
                "1E+2",
                "1e-2",
                "16777217",
                "0.1",
                "1e22",
                "1e38",
                "3.4028235e38",
                "3.4028236e38",
                "1e39",
                "1e-38",
                "1.1754943e-38",
                "1e-45",
                "1e400",
                "1e-400",
                "1e99999",
                "1e0000000005",
                "1e-0000000005",
                "123456789012345678",
                "1234567890123456789",
                "99999999999999999999",
                "0.000000000000000000000000001",
                "0.00000000000000000000000",
                "100000000000000000000000",
                "33554433.0000000000",
                "9007199254740993e-9",
                "0.100000001490116119")) {
            agrees(text);
        }
        assertThat(Float.floatToRawIntBits(read("-0"))).isEqualTo(Float.floatToRawIntBits(-0.0f));
        assertThat(read("-12.5")).isEqualTo(-12.5f);
        assertThat(read("1.25e-3")).isEqualTo(.00125f);
    }

    @Test
    void itTakesNothingForANumberThatJsonDoesNot() {
        for (String text : List.of(
                "",
                "-",
                "+1",
                "--1",
                "01",
                "-01",
                "00",
                "1.",
                "-1.",
                ".5",
                "-.5",
                "1e",
                "1e+",
                "1E-",
                "e5",
                "1.e5",
                "1.5e",
                "NaN",
                "Infinity",
                "x",
                "\"1\"")) {
            assertThat(read(text)).as(text).isNaN();
        }
    }
}
