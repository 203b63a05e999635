package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DateCueTest {
    private static final Instant NOW = Instant.parse("2024-03-13T10:00:00Z"); // a Wednesday

    /// Marks are of 1.5.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "what did she do in June 2023?            | 2023-06-30 | 1",
                "what did she do in June 2022?            | 2023-06-30 | 0",
                "what did she do in june?                 | 2021-06-01 | 1",
                "on 7 June, please                        | 2021-06-07 | 1.5",
                "on 7th of June 2021                      | 2021-06-14 | 1.5",
                "on June the 7th                          | 2021-06-15 | .5",
                "on June 7, 2021                          | 2021-06-06 | .5",
                "on jun 7                                 | 2021-06-06 | 1",
                "in June                                  | 2021-07-10 | .3",
                "in June                                  | 2021-07-11 | 0",
                "in December 2022                         | 2023-01-03 | 0",
                "in December 2023                         | 2023-01-03 | .3",
                "in 2023                                  | 2023-01-03 | .3",
                "in 2022                                  | 2023-01-03 | 0",
                "what may she do?                         | 2023-05-03 | 0",
                "in May                                   | 2023-05-03 | 1",
                "may 3                                    | 2023-05-03 | 1.5",
                "3rd May                                  | 2023-05-03 | 1.5",
                "may 2023                                 | 2023-05-03 | 1",
                "mar 2023                                 | 2023-03-03 | .3",
                "in march                                 | 2023-03-03 | 1",
                "sept                                     | 2023-09-03 | 1",
                "decade of marching juniors               | 2023-12-03 | 0",
                "where does she live?                     | 2023-05-03 | 0",
                "from 5 May or 20 July 2023               | 2023-07-25 | 1.5",
            })
    void marksAMemorysDay(String query, LocalDate day, double mark) {
        assertThat(part(query, day)).isCloseTo(mark / 1.5, within(1e-12));
    }

    /// Seen from Wednesday, 13 March 2024. Marks are of 1.5.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "what did she do last week?               | 2024-03-03 | 0",
                "what did she do last week?               | 2024-03-04 | 1.5",
                "what did she do last week?               | 2024-03-10 | 1.5",
                "what did she do last week?               | 2024-03-11 | 1",
                "what did she do last week?               | 2024-03-17 | 1",
                "what did she do last week?               | 2024-03-18 | 0",
                "yesterday or a year ago                  | 2023-04-01 | 1.5",
                "yesterday or a year ago                  | 2024-03-12 | 1.5",
                "yesterday or a year ago                  | 2024-03-13 | 1",
                "in June last year                        | 2023-06-20 | 1.5",
                "in June last year                        | 2022-06-20 | 1",
                "in June last year                        | 2023-09-20 | .5",
                "in June last year                        | 2024-01-20 | 0",
                "last June                                | 2023-06-20 | 1.5",
                "last June                                | 2022-06-20 | 1",
                "last week, said on 7 June 2023           | 2024-03-05 | 0",
                "last week, said on 7 June 2023           | 2023-06-07 | 1.5",
                "last time                                | 2024-03-12 | 0",
            })
    void marksADayByWhatItIsToTheReference(String query, LocalDate day, double mark) {
        assertThat(part(query, day)).isCloseTo(mark / 1.5, within(1e-12));
    }

    @Test
    void aMemoryWithoutADateGetsNothing() {
        assertThat(cue("yesterday").part(0, 0)).isZero();
        assertThat(cue("in June 2023").part(0, DateCue.pack(LocalDate.of(2023, 6, 1))))
                .isZero();
    }

    private static DateCue cue(String query) {
        return DateCue.of(query, RelativeDates.in(query, LocalDate.ofInstant(NOW, ZoneOffset.UTC)));
    }

    private static double part(String query, LocalDate day) {
        return cue(query).part(DateCue.pack(day), DateCue.pack(day));
    }

    /// What a text tells of happened then, and not some days earlier.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "what did she do last week?               | 2024-03-04 | 1.5",
                "what did she do last week?               | 2024-03-11 | 0",
                "what will she do next week?              | 2024-03-19 | 1.5",
                "on 7 June 2023                           | 2023-06-07 | 1.5",
                "in June last year                        | 2023-06-20 | 1.5",
            })
    void marksADayThatAMemoryTellsOf(String query, LocalDate told, double mark) {
        int day = DateCue.pack(LocalDate.of(2020, 2, 29));
        DateCue cue = cue(query);
        assertThat(cue.part(day, day, day, DateCue.pack(told))).isCloseTo(mark / 1.5, within(1e-12));
        assertThat(cue.part(day, day)).isZero();
    }

    @Test
    void aMemoryWithoutATimestampWasToldWhenItWasMade() {
        int day = DateCue.pack(LocalDate.of(2024, 3, 12));
        assertThat(cue("yesterday").part(0, day)).isEqualTo(1);
        assertThat(cue("in March 2024").part(0, day)).isZero();
    }

    @Test
    void timeCues() {
        assertThat(TemporalCue.asks("  When did she?")).isTrue();
        assertThat(TemporalCue.asks("In which month?")).isTrue();
        assertThat(TemporalCue.asks("Since when?")).isFalse();
        assertThat(TemporalCue.tells("It was two weeks ago")).isTrue();
        assertThat(TemporalCue.tells("last Friday")).isTrue();
        assertThat(TemporalCue.tells("I like tea")).isFalse();
    }
}
