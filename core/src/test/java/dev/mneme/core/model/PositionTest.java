package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PositionTest {
    @Test
    void whatIsPrintedIsReadAgain() {
        Position position = new Position("k7f3q2ab", 0x1a4, 42);
        assertThat(position).hasToString("k7f3q2ab:1a4:42");
        assertThat(Position.parse("k7f3q2ab:1a4:42")).contains(position);
        assertThat(Position.parse("a:0:999999999999999999")).contains(new Position("a", 0, 999_999_999_999_999_999L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a:0",
                "a:0:",
                "a:0:-1",
                "A:0:1",
                "a:1000:1",
                "a:0:1 ",
                " a:0:1",
                "a:0:1:2",
                "a:G:1",
                "a:0:9999999999999999999"
            })
    void anythingElseIsNoPosition(String text) {
        assertThat(Position.parse(text)).isEmpty();
    }
}
