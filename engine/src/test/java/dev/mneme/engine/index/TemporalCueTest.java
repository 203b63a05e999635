package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemporalCueTest {
    private static final String[] PIECES =
            ("yesterday today tonight tomorrow last night week weekends month year summer next this morning past a two"
                            + " three few couple of 3 12 day weeks years ago recently since january februaryx march April JUNE july"
                            + " august sept september november december october 2023 1999 199 20 monday saturday sun weekend for"
                            + " months the agony forty yearling mayday lasting A \u00e9 e\u0301 \u212a K _ago ago_ - . , \n")
                    .split(" ", -1);

    /// Case folds, marks and digits of other scripts included: what is skipped must not have matched.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void tellsWhatItsExpressionFindsInAnyText(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = text(random);
            assertThat(TemporalCue.tells(text))
                    .as(text)
                    .isEqualTo(TemporalCue.definition().matcher(text).find());
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int pieces = 1 + random.nextInt(4); pieces > 0; pieces--) {
            String piece = PIECES[random.nextInt(PIECES.length)];
            text.append(random.nextInt(5) == 0 ? piece.toUpperCase(Locale.ROOT) : piece);
            text.append(random.nextInt(6) == 0 ? "" : random.nextInt(8) == 0 ? "  " : " ");
        }
        return text.toString();
    }
}
