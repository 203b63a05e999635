package dev.mneme.bench;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.function.ToIntBiFunction;

/// Two years of made-up notes, one for each day, about things that were done again and again, and questions that say by
/// a relative date which time is meant: "What did I write about the hike last week?". One note in six is written
/// beforehand. Which notes answer a question is decided here by the meaning of the phrase, without the search's own
/// reading of it.
final class Diary {
    private static final LocalDate BEGIN = LocalDate.of(2023, 1, 2);
    private static final int DAYS = 730;

    private static final List<String> THINGS = List.of(
            "hike",
            "choir",
            "dentist",
            "swim",
            "yoga class",
            "chess game",
            "pottery course",
            "garden",
            "guitar lesson",
            "book club",
            "picnic",
            "concert",
            "museum",
            "bike ride",
            "football match",
            "family dinner",
            "car repair",
            "cooking",
            "board game",
            "photo walk",
            "library",
            "market",
            "run",
            "film",
            "theatre",
            "fishing trip",
            "painting",
            "climbing",
            "bakery",
            "volunteering",
            "team meeting",
            "job interview",
            "doctor",
            "haircut",
            "birthday party",
            "train journey",
            "quiz night",
            "language course",
            "sewing",
            "tennis match");
    private static final List<String> PLACES = List.of(
            "by the lake",
            "in the old town",
            "near the station",
            "at the harbour",
            "on the hill",
            "behind the school",
            "at the mill",
            "in the park",
            "at Nora's",
            "with Jonas",
            "with the neighbours",
            "in the rain");
    private static final List<String> REMARKS = List.of(
            "It took longer than planned.",
            "I want to do that again.",
            "Everybody was in a good mood.",
            "It was rather cold.",
            "I met an old friend there.",
            "I forgot my bag.",
            "It cost more than I thought.",
            "We laughed a lot.",
            "It was very quiet.",
            "I was tired afterwards.");

    private final Random random;
    private final List<Note> notes = new ArrayList<>();

    Diary(long seed) {
        this.random = new Random(seed);
        for (int day = 0; day < DAYS; day++) {
            notes.add(note("n" + day, BEGIN.plusDays(day)));
        }
        notes.sort((one, other) -> one.told().compareTo(other.told()));
    }

    /// @param happened the day that the note is of
    /// @param told the day on which it was written: up to seven days earlier or three later
    record Note(String id, String thing, String text, LocalDate happened, LocalDate told) {}

    /// @param reference the day on which it is asked
    /// @param answers ids of the notes that it asks for, at least one
    record Question(Phrase phrase, String text, LocalDate reference, List<String> answers) {}

    /// A way to say when.
    ///
    /// @param name the phrase, with a word in capitals where it depends on the day
    /// @param means whether a day (first) is meant when the phrase is said on another (second)
    /// @param laterBy how many days after what happened it may be asked; before it, if less than 0
    record Phrase(String name, BiPredicate<LocalDate, LocalDate> means, ToIntBiFunction<LocalDate, Random> laterBy) {
        String says(LocalDate happened) {
            return name.replace("FRIDAY", happened.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                    .replace("SUMMER", season(happened));
        }
    }

    static final List<Phrase> PHRASES = List.of(
            new Phrase("yesterday", (day, now) -> day.plusDays(1).equals(now), (day, random) -> 1),
            new Phrase("two days ago", (day, now) -> day.plusDays(2).equals(now), (day, random) -> 2),
            new Phrase("on FRIDAY", (day, now) -> within(day, now, 1, 7), (day, random) -> 1 + random.nextInt(6)),
            new Phrase("this week", (day, now) -> week(day).equals(week(now)), (day, random) -> random.nextInt(4)),
            new Phrase(
                    "last week",
                    (day, now) -> week(day).plusWeeks(1).equals(week(now)),
                    (day, random) -> 7 - day.getDayOfWeek().getValue() + 1 + random.nextInt(7)),
            new Phrase(
                    "last weekend",
                    (day, now) -> day.getDayOfWeek().getValue() >= 6
                            && week(day).plusWeeks(1).equals(week(now)),
                    (day, random) -> 7 - day.getDayOfWeek().getValue() + 1 + random.nextInt(5)),
            new Phrase(
                    "three weeks ago", (day, now) -> within(day, now, 18, 24), (day, random) -> 18 + random.nextInt(7)),
            new Phrase(
                    "last month",
                    (day, now) -> YearMonth.from(day).plusMonths(1).equals(YearMonth.from(now)),
                    (day, random) -> day.lengthOfMonth() - day.getDayOfMonth() + 1 + random.nextInt(28)),
            new Phrase(
                    "in the last 3 months", (day, now) -> within(day, now, 0, 91), (day, random) -> random.nextInt(91)),
            new Phrase(
                    "two months ago", (day, now) -> within(day, now, 46, 76), (day, random) -> 50 + random.nextInt(22)),
            new Phrase(
                    "last SUMMER",
                    (day, now) -> season(day).equals(seasonBefore(now)) && within(day, now, 1, 181),
                    (day, random) -> 92 + random.nextInt(60)),
            new Phrase(
                    "a year ago", (day, now) -> within(day, now, 275, 455), (day, random) -> 320 + random.nextInt(90)),
            new Phrase(
                    "last year",
                    (day, now) -> day.getYear() + 1 == now.getYear(),
                    (day, random) -> day.lengthOfYear() - day.getDayOfYear() + 1 + random.nextInt(365)),
            new Phrase("tomorrow", (day, now) -> day.minusDays(1).equals(now), (day, random) -> -1),
            new Phrase(
                    "next week",
                    (day, now) -> week(day).minusWeeks(1).equals(week(now)),
                    (day, random) -> -day.getDayOfWeek().getValue() - random.nextInt(7)));

    List<Note> notes() {
        return notes;
    }

    /// As many questions with each phrase, each about another note.
    List<Question> questions(int each) {
        List<Question> questions = new ArrayList<>();
        for (Phrase phrase : PHRASES) {
            for (int made = 0; made < each; ) {
                Note note = notes.get(random.nextInt(notes.size()));
                LocalDate reference = note.happened().plusDays(phrase.laterBy().applyAsInt(note.happened(), random));
                boolean told = !note.told().isAfter(reference);
                if (told && phrase.means().test(note.happened(), reference)) {
                    questions.add(question(phrase, note, reference));
                    made++;
                }
            }
        }
        return questions;
    }

    private Question question(Phrase phrase, Note asked, LocalDate reference) {
        List<String> answers = notes.stream()
                .filter(note -> note.thing().equals(asked.thing()))
                .filter(note -> !note.told().isAfter(reference))
                .filter(note -> phrase.means().test(note.happened(), reference))
                .filter(note -> !phrase.name().contains("FRIDAY")
                        || note.happened().getDayOfWeek() == asked.happened().getDayOfWeek())
                .map(Note::id)
                .toList();
        String text = "What did I write about the " + asked.thing() + " " + phrase.says(asked.happened()) + "?";
        return new Question(phrase, text, reference, answers);
    }

    private Note note(String id, LocalDate happened) {
        String thing = pick(THINGS);
        int later = random.nextInt(6) == 0 ? -1 - random.nextInt(7) : Math.max(0, random.nextInt(-2, 4));
        String weekday = happened.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
        String when = switch (later) {
            case 0 -> random.nextBoolean() ? "Today was" : "This morning was";
            case 1 -> "Yesterday was";
            case 2 -> "Two days ago was";
            case 3 -> "On " + weekday + " was";
            case -1 -> "Tomorrow is";
            default -> "Next " + weekday + " is";
        };
        String remark = later < 0 ? "I must not forget it." : pick(REMARKS);
        String text = when + " the " + thing + " " + pick(PLACES) + ". " + remark;
        return new Note(id, thing, text, happened, happened.plusDays(later));
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private static boolean within(LocalDate day, LocalDate now, int least, int most) {
        long days = ChronoUnit.DAYS.between(day, now);
        return days >= least && days <= most;
    }

    private static LocalDate week(LocalDate day) {
        return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
    }

    private static String season(LocalDate day) {
        return switch (day.getMonthValue()) {
            case 3, 4, 5 -> "spring";
            case 6, 7, 8 -> "summer";
            case 9, 10, 11 -> "autumn";
            default -> "winter";
        };
    }

    /// The season that is wholly over.
    private static String seasonBefore(LocalDate day) {
        return season(day.minusMonths(3));
    }
}
