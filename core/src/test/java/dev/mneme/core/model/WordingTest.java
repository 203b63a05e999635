package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \t\r\n",
                "\u00a0\u2003\u3000\u2028",
                "\u200b\u200c\u200d\u2060\ufeff", // of no width
                "\u00ad\u200e\u202e\u2066", // soft hyphen, directions
                "\ufe0f\u180b\udb40\udd00", // variation selectors
                "\udb40\udc67", // a tag
                "\u3164\uffa0\u115f\u1160", // Hangul fillers
                "\u034f\u2800\u17b4",
                "\u0000\u0007\u0085",
            })
    void whatCannotBeSeenIsEmpty(String text) {
        assertThat(Wording.isEmpty(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "\u200ba",
                ".",
                "\u0301",
                "\u0600",
                "\ud83d\ude00\ufe0f",
                "\u8336",
                "\ue000",
                "\u0e33",
                "\u2801"
            })
    void whatCanBeSeenIsNot(String text) {
        assertThat(Wording.isEmpty(text)).isFalse();
    }
}
