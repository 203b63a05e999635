package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Wording;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a client writes is read in time that is linear in its length: ten times the text, ten times the work.
class HostileTextsTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 5, 20);
    private static final int SHORT = 2_000;
    private static final int LONGEST = 2 << 20;

    /// What it begins with, and what is repeated.
    private static final List<String> PATTERNS = List.of(
            "a|\u0301",
            "today|\u0301",
            "|\u0301",
            "|\u0301\u0316",
            "a|\u0301\u0316",
            "|a\u0301",
            "|\u200b",
            "|\u200d",
            "|a",
            "|A",
            "|7",
            "|19",
            "|.",
            "|@/",
            "|a.",
            "|\ud83d\ude00",
            "|\ud800",
            "| ",
            "since| ",
            "|since ",
            "in| ",
            "|in ",
            "5 of| ",
            "may| ",
            "may the| ",
            "|may the ",
            "|the ",
            "|a ",
            "|a couple of ",
            "|two ",
            "last| ",
            "|last ",
            "|next ",
            "next |a",
            "|for ",
            "for |b",
            "|this past ",
            "|on ",
            "|half ",
            "|today ",
            "|3 days ago, ",
            "|_",
            "|'");

    static Stream<Arguments> readings() {
        return Stream.of(
                        reading("named dates", text -> DateCue.of(text, List.of())),
                        reading("relative dates", text -> RelativeDates.in(text, TODAY)),
                        reading("told dates", text -> RelativeDates.told(text, TODAY)),
                        reading("asks for a time", TemporalCue::asks),
                        reading("tells a time", TemporalCue::tells))
                .flatMap(reading -> PATTERNS.stream()
                        .map(pattern -> Arguments.of(reading.get()[0], printable(pattern), reading.get()[1], pattern)));
    }

    private static Arguments reading(String name, Consumer<CharSequence> reading) {
        return Arguments.of(name, reading);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("readings")
    void isReadInLinearTime(String name, String shown, Consumer<CharSequence> reading, String pattern) {
        long few = reads(reading, text(pattern, SHORT));
        long many = reads(reading, text(pattern, 10 * SHORT));

        assertThat(many).isLessThanOrEqualTo(12 * few + 1_000);
        assertThat(many).isLessThan(10L * SHORT * 200);
    }

    static Stream<Arguments> longest() {
        List<Arguments> texts = new ArrayList<>();
        for (String pattern : PATTERNS) {
            texts.add(Arguments.of(printable(pattern), text(pattern, LONGEST)));
        }
        texts.add(Arguments.of("parts in one word", distinct("Ab%x")));
        texts.add(Arguments.of("parts of a path", distinct("a.%x/")));
        texts.add(Arguments.of("emoji in one", distinctEmoji()));
        return texts.stream();
    }

    /// With a square of the length this would not come to an end: hours, not seconds.
    @ParameterizedTest(name = "{0}")
    @MethodSource("longest")
    void theLongestTextsAreReadToTheirEnd(String name, String text) {
        List<Analyzer.Word> words = Analyzer.words(text);

        assertThat(words.size()).isLessThanOrEqualTo(text.length());
        assertThat(Wording.of(text).length()).isLessThanOrEqualTo(text.length());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("longest")
    void aQueryComesToABoundedNumberOfTermsAndRanges(String name, String text) {
        AnalyzedQuery query = AnalyzedQuery.of(text.substring(0, 16_384), TODAY.atStartOfDay(ZoneOffset.UTC));

        assertThat(query.words().size()).isLessThanOrEqualTo(AnalyzedQuery.MAX_WORDS);
        assertThat(query.terms().size()).isLessThanOrEqualTo(AnalyzedQuery.MAX_TERMS);
    }

    private static String text(String pattern, int length) {
        int cut = pattern.indexOf('|');
        String rest = pattern.substring(cut + 1);
        return pattern.substring(0, cut) + rest.repeat(length / rest.length());
    }

    private static String distinct(String form) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < LONGEST; i++) {
            text.append(String.format(java.util.Locale.ROOT, form, i));
        }
        return text.toString();
    }

    /// Joined, each with tags of its own.
    private static String distinctEmoji() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < LONGEST; i++) {
            text.append("\ud83d\ude00");
            for (int n = i; n > 0; n >>= 4) {
                text.appendCodePoint(0xE0030 + (n & 15));
            }
            text.append('\u200d');
        }
        return text.toString();
    }

    private static String printable(String pattern) {
        StringBuilder shown = new StringBuilder();
        pattern.chars().forEach(c -> shown.append(c < 127 ? String.valueOf((char) c) : "U+" + Integer.toHexString(c)));
        return shown.toString();
    }

    private static long reads(Consumer<CharSequence> reading, String text) {
        Counted counted = new Counted(text);
        reading.accept(counted);
        return counted.reads;
    }

    /// A text that counts how often a character of it is asked for.
    private static final class Counted implements CharSequence {
        private final String text;
        private long reads;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            reads += end - start;
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            reads += text.length();
            return text;
        }
    }
}
