package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelativeDatesTest {
    /// A Wednesday.
    private static final LocalDate NOW = LocalDate.of(2024, 3, 13);

    /// First and last day.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "What did I eat yesterday?        | 2024-03-12 | 2024-03-12",
                "yesterday's lunch                | 2024-03-12 | 2024-03-12",
                "the day before yesterday         | 2024-03-11 | 2024-03-11",
                "TODAY                            | 2024-03-13 | 2024-03-13",
                "this  morning                    | 2024-03-13 | 2024-03-13",
                "this afternoon                   | 2024-03-13 | 2024-03-13",
                "this evening                     | 2024-03-13 | 2024-03-13",
                "tonight                          | 2024-03-13 | 2024-03-13",
                "last night                       | 2024-03-12 | 2024-03-12",
                "tomorrow                         | 2024-03-14 | 2024-03-14",
                "the day after tomorrow           | 2024-03-15 | 2024-03-15",
                "last week                        | 2024-03-04 | 2024-03-10",
                "earlier this week                | 2024-03-11 | 2024-03-17",
                "next week                        | 2024-03-18 | 2024-03-24",
                "the coming week                  | 2024-03-18 | 2024-03-24",
                "last weekend                     | 2024-03-09 | 2024-03-10",
                "this past weekend                | 2024-03-09 | 2024-03-10",
                "over the weekend                 | 2024-03-09 | 2024-03-10",
                "this weekend                     | 2024-03-16 | 2024-03-17",
                "next weekend                     | 2024-03-23 | 2024-03-24",
                "last month                       | 2024-02-01 | 2024-02-29",
                "the previous month               | 2024-02-01 | 2024-02-29",
                "this month                       | 2024-03-01 | 2024-03-31",
                "next month                       | 2024-04-01 | 2024-04-30",
                "last year                        | 2023-01-01 | 2023-12-31",
                "this time last year              | 2023-01-01 | 2023-12-31",
                "this year                        | 2024-01-01 | 2024-12-31",
                "next year                        | 2025-01-01 | 2025-12-31",
                "last summer                      | 2023-06-01 | 2023-08-31",
                "this summer                      | 2024-06-01 | 2024-08-31",
                "next summer                      | 2024-06-01 | 2024-08-31",
                "last spring                      | 2023-03-01 | 2023-05-31",
                "this spring                      | 2024-03-01 | 2024-05-31",
                "next spring                      | 2025-03-01 | 2025-05-31",
                "last fall                        | 2023-09-01 | 2023-11-30",
                "last autumn                      | 2023-09-01 | 2023-11-30",
                "last winter                      | 2023-12-01 | 2024-02-29",
                "last February                    | 2024-02-01 | 2024-02-29",
                "last March                       | 2023-03-01 | 2023-03-31",
                "this March                       | 2024-03-01 | 2024-03-31",
                "next march                       | 2025-03-01 | 2025-03-31",
                "last May                         | 2023-05-01 | 2023-05-31",
                "on Friday                        | 2024-03-08 | 2024-03-08",
                "last Friday                      | 2024-03-08 | 2024-03-08",
                "this Friday                      | 2024-03-15 | 2024-03-15",
                "next Friday                      | 2024-03-15 | 2024-03-15",
                "on Wednesday                     | 2024-03-06 | 2024-03-06",
                "this Wednesday                   | 2024-03-13 | 2024-03-13",
                "next Wednesday                   | 2024-03-20 | 2024-03-20",
                "a day ago                        | 2024-03-12 | 2024-03-12",
                "two days ago                     | 2024-03-11 | 2024-03-11",
                "13 days ago                      | 2024-02-29 | 2024-02-29",
                "three days from now              | 2024-03-16 | 2024-03-16",
                "a week ago                       | 2024-03-03 | 2024-03-09",
                "a couple of weeks ago            | 2024-02-25 | 2024-03-02",
                "two weekends ago                 | 2024-03-02 | 2024-03-03",
                "a month ago                      | 2024-01-29 | 2024-02-28",
                "a year ago                       | 2022-09-13 | 2023-09-13",
                "12 years ago                     | 2011-09-13 | 2012-09-13",
                "a few days ago                   | 2024-03-08 | 2024-03-11",
                "few months ago                   | 2023-10-13 | 2024-01-13",
                "in a few weeks from now          | 2024-03-27 | 2024-04-17",
                "in the last 3 months             | 2023-12-13 | 2024-03-13",
                "during the past two weeks        | 2024-02-28 | 2024-03-13",
                "past week                        | 2024-03-06 | 2024-03-13",
                "in the last month                | 2024-02-13 | 2024-03-13",
                "over the past year               | 2023-03-13 | 2024-03-13",
                "in the next 10 days              | 2024-03-13 | 2024-03-23",
                "since yesterday                  | 2024-03-12 | 2024-03-13",
                "since last week                  | 2024-03-04 | 2024-03-13",
                "since last summer                | 2023-06-01 | 2024-03-13",
                "since next week                  | 2024-03-18 | 2024-03-24",
                "\u00e9t\u00e9: last week, \u4eca\u65e5                   | 2024-03-04 | 2024-03-10",
            })
    void meansDays(String text, LocalDate first, LocalDate last) {
        assertThat(RelativeDates.mayBeIn(Analyzer.words(text).stream()
                        .map(Analyzer.Word::surface)
                        .toList()))
                .isTrue();
        assertThat(RelativeDates.in(text, NOW)).containsExactly(new DayRange(first, last.plusDays(1)));
    }

    /// Ends of weeks, months and years, leap days and seasons across New Year.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-01-01 | yesterday     | 2023-12-31 | 2023-12-31",
                "2024-12-31 | tomorrow      | 2025-01-01 | 2025-01-01",
                "2024-01-01 | last week     | 2023-12-25 | 2023-12-31",
                "2024-12-31 | this week     | 2024-12-30 | 2025-01-05",
                "2024-03-10 | last week     | 2024-02-26 | 2024-03-03",
                "2024-03-11 | last week     | 2024-03-04 | 2024-03-10",
                "2024-03-10 | last weekend  | 2024-03-02 | 2024-03-03",
                "2024-03-10 | on the weekend | 2024-03-09 | 2024-03-10",
                "2024-01-31 | last month    | 2023-12-01 | 2023-12-31",
                "2024-01-31 | next month    | 2024-02-01 | 2024-02-29",
                "2024-02-29 | last year     | 2023-01-01 | 2023-12-31",
                "2024-02-29 | a year ago    | 2022-08-28 | 2023-08-28",
                "2024-02-29 | past year     | 2023-02-28 | 2024-02-29",
                "2024-03-01 | yesterday     | 2024-02-29 | 2024-02-29",
                "2023-03-01 | yesterday     | 2023-02-28 | 2023-02-28",
                "2024-03-31 | a month ago   | 2024-02-14 | 2024-03-15",
                "2024-01-15 | this winter   | 2023-12-01 | 2024-02-29",
                "2024-01-15 | last winter   | 2022-12-01 | 2023-02-28",
                "2024-01-15 | next winter   | 2024-12-01 | 2025-02-28",
                "2024-12-15 | this winter   | 2024-12-01 | 2025-02-28",
                "2024-12-15 | last winter   | 2023-12-01 | 2024-02-29",
                "2024-12-15 | next winter   | 2025-12-01 | 2026-02-28",
                "2024-09-01 | last summer   | 2024-06-01 | 2024-08-31",
                "2024-08-31 | last summer   | 2023-06-01 | 2023-08-31",
                "2024-08-31 | this summer   | 2024-06-01 | 2024-08-31",
                "2024-05-31 | last May      | 2023-05-01 | 2023-05-31",
                "2024-06-01 | last May      | 2024-05-01 | 2024-05-31",
                "2024-12-01 | next December | 2025-12-01 | 2025-12-31",
                "2024-12-01 | this December | 2024-12-01 | 2024-12-31",
            })
    void knowsTheCalendar(LocalDate reference, String text, LocalDate first, LocalDate last) {
        assertThat(RelativeDates.in(text, reference)).containsExactly(new DayRange(first, last.plusDays(1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Where does she live?",
                "What was the last thing that he said?",
                "at last",
                "the last day of school",
                "the next 5 pages",
                "last 3",
                "may I go next?",
                "this may be",
                "they march on",
                "in May",
                "on 7 May 2023",
                "every Friday, on Fridays",
                "Friday",
                "how long ago?",
                "long ago",
                "recently",
                "99999999999 years ago",
                "2.5 years ago",
                "1,000 years ago",
                "half a year ago",
                "a half year ago",
                "3 hours ago",
                "yesterdays todayish past-week",
                "a week agog",
                "gestern, letzte Woche, vor zwei Tagen",
                "\u6628\u65e5 \u5148\u9031",
                "\u0432\u0447\u0435\u0440\u0430",
                "lastweek last_week",
                "\u00e9yesterday yesterday\u00e9",
            })
    void meansNoDays(String text) {
        assertThat(RelativeDates.in(text, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "We met yesterday.                        | 2024-03-12",
                "Last week was cold.                      | 2024-03-07",
                "Last weekend was cold.                   | 2024-03-10",
                "The party is next month                  | 2024-04-16",
                "Today I slept, and this morning          |",
                "last summer, last year, a year ago       |",
                "I like tea                               |",
                "The dentist is on Friday.                |",
                "We meet on Friday, and next Friday.      | 2024-03-15",
                "yesterday, yesterday, a day ago, 2 days ago | 2024-03-12;2024-03-11",
            })
    void aTextTellsOfDays(String text, String days) {
        List<LocalDate> told = RelativeDates.told(text, NOW);
        assertThat(String.join(";", told.stream().map(LocalDate::toString).toList()))
                .isEqualTo(days == null ? "" : days);
    }

    @Test
    void ofManyDaysTheFirstAreTold() {
        String text =
                IntStream.rangeClosed(1, 100).mapToObj(n -> n + " days ago").collect(Collectors.joining(", "));
        assertThat(RelativeDates.told(text, NOW))
                .hasSize(RelativeDates.MAX_TOLD)
                .startsWith(LocalDate.of(2024, 3, 12), LocalDate.of(2024, 3, 11));
    }

    @Test
    void everyPhraseOfATextCounts() {
        assertThat(RelativeDates.in("yesterday, on Monday or since last week", NOW))
                .containsExactly(
                        DayRange.of(LocalDate.of(2024, 3, 12)),
                        DayRange.of(LocalDate.of(2024, 3, 11)),
                        new DayRange(LocalDate.of(2024, 3, 4), LocalDate.of(2024, 3, 14)));
    }

    private static final String[] PIECES = ("yesterday today tomorrow day before after last this next past previous"
                    + " coming week weekend month year days weeks months years a an few couple of several two twelve 0 1 7 9999"
                    + " 99999 ago from now since on over in the summer fall winter june may march december friday sunday night"
                    + " morning half . , - \u00e9")
            .split(" ", -1);

    /// From any reference, also those that few calendars have.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void rangesAreNeverEmptyAndNeverOverflow(long seed) {
        Random random = new Random(seed);
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int words = 1 + random.nextInt(6); words > 0; words--) {
                text.append(PIECES[random.nextInt(PIECES.length)]).append(random.nextInt(9) == 0 ? "" : " ");
            }
            LocalDate reference = reference(random);
            List<DayRange> ranges = RelativeDates.in(text.toString(), reference);
            for (DayRange range : ranges) {
                assertThat(range.from()).as("%s from %s", text, reference).isBefore(range.to());
                assertThat(DateCue.pack(range.from())).isLessThan(DateCue.pack(range.to()));
                found++;
            }
            assertThat(AnalyzedQuery.of(text.toString(), reference.atStartOfDay(ZoneOffset.UTC))
                                    .days()
                                    .isEmpty()
                            && !ranges.isEmpty())
                    .as("%s passed over", text)
                    .isFalse();
            DateCue.of(text.toString(), ranges)
                    .part(DateCue.pack(LocalDate.of(2024, 1, 1)), DateCue.pack(LocalDate.of(1, 1, 1)));
        }
        assertThat(found).isGreaterThan(1_000);
    }

    private static LocalDate reference(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> LocalDate.MIN;
            case 1 -> LocalDate.MAX;
            case 2 -> LocalDate.of(1, 1, 1 + random.nextInt(9));
            case 3 -> LocalDate.of(9999, 12, 23 + random.nextInt(9));
            default -> LocalDate.ofEpochDay(random.nextLong(-60_000, 60_000));
        };
    }

    @Test
    void aRangeIsNotEmpty() {
        LocalDate day = LocalDate.of(2024, 2, 29);
        assertThatIllegalArgumentException().isThrownBy(() -> new DayRange(day, day));
    }
}
