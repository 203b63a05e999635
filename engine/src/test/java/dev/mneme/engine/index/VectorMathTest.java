package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.core.model.TokenVectors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorMathTest {
    private final VectorMath plain = new PlainVectorMath();
    private final VectorMath simd = new SimdVectorMath();
    private final Random random = new Random(3);

    @Test
    void theVectorApiIsTakenWhereItIs() {
        assertThat(VectorMath.BEST).isInstanceOf(SimdVectorMath.class);
    }

    @Test
    void aJvmWithoutTheVectorApiTakesPlainLoops() throws IOException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        Process process = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), PrintVectorMath.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("PlainVectorMath");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 24, 31, 64, 65, 384, 1000, 4096})
    void bothAgreeOnFloats(int dimension) {
        float[] query = floats(dimension);
        float[] rows = floats(5 * dimension + 3);
        float[] expected = new float[7];
        float[] actual = new float[7];
        plain.dots(query, rows, 3, 5, expected, 1);
        simd.dots(query, rows, 3, 5, actual, 1);
        for (int i = 0; i < 7; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-5f));
        }
        double exact = 0;
        for (int i = 0; i < dimension; i++) {
            exact += (double) query[i] * rows[3 + i];
        }
        assertThat((double) actual[1]).isCloseTo(exact, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 24, 63, 64, 65, 384, 4096})
    void bothAgreeOnBytesExactly(int dimension) {
        short[] query = new short[dimension];
        byte[] rows = new byte[4 * dimension + 2];
        float[] scales = {9, 1, 2, .5f, 3};
        for (int i = 0; i < dimension; i++) {
            query[i] = (short) (i % 3 == 0 ? 127 : random.nextInt(-127, 128));
        }
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (byte) (i % 2 == 0 ? 127 : random.nextInt(-127, 128));
        }
        float[] expected = new float[5];
        float[] actual = new float[5];
        plain.dots(query, rows, 2, 4, scales, 1, expected, 0);
        simd.dots(query, rows, 2, 4, scales, 1, actual, 0);
        assertThat(actual).isEqualTo(expected);
        int first = 0;
        for (int i = 0; i < dimension; i++) {
            first += query[i] * rows[2 + i];
        }
        assertThat(actual[0]).isEqualTo((float) first);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 70})
    void bothAgreeOnTokens(int tokens) {
        RandomMemories memories = new RandomMemories(random);
        QueryTokens query = new QueryTokens(memories.tokens(tokens));
        byte[] rows = memories.tokens(9).rows();
        System.arraycopy(new QueryRow(query).row(0), 0, rows, 3 * TokenVectors.DIMENSION, TokenVectors.DIMENSION);
        short[] expected = new short[tokens + 4];
        short[] actual = new short[tokens + 4];
        plain.maxDots(query, rows, TokenVectors.DIMENSION, 8, expected, 2);
        simd.maxDots(query, rows, TokenVectors.DIMENSION, 8, actual, 2);
        assertThat(actual).isEqualTo(expected);
        assertThat(actual[2]).isBetween((short) 15_500, (short) 16_800); // the same direction: about 127²
        assertThat(actual[tokens + 2]).isZero();
    }

    /// A query's token, back from the columns.
    private record QueryRow(QueryTokens query) {
        byte[] row(int token) {
            byte[] row = new byte[TokenVectors.DIMENSION];
            for (int d = 0; d < row.length; d++) {
                row[d] = (byte) query.columns()[d * query.paddedCount() + token];
            }
            return row;
        }
    }

    private float[] floats(int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) (random.nextGaussian() / 20);
        }
        return floats;
    }
}
