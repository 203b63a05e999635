package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// As many numbers as there may be, to the number; `RestApiTest` has what is no base64.
final class Base64FloatsTest {
    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i / 4f;
        }
        return numbers;
    }

    private static float[] read(float[] numbers, int max) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        char[] text = ("\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"").toCharArray();
        return Base64Floats.read(text, 1, text.length - 2, max);
    }

    @Test
    void asManyAsThereMayBeAreReadAndOneMoreIsRefused() {
        for (int max = 1; max <= 12; max++) {
            int most = max;
            assertThat(read(numbers(max), max)).as("%d", max).isEqualTo(numbers(max));
            assertThatThrownBy(() -> read(numbers(most + 1), most))
                    .as("%d", max)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("must hold " + max + " numbers at most.");
        }
        assertThat(read(numbers(4_096), 4_096)).hasSize(4_096);
    }
}
