package dev.mneme.engine.index;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The words of an owner's vocabulary by length, each with the set of its letters. The few words that a misspelt word
/// may stand for are found without looking at every word's letters: comparing two numbers rules out nearly all.
///
/// The vocabulary contains stems. A misspelt word is compared with what a stem may have been: the stem itself, and the
/// stem with English endings.
///
/// **Threads**: none of its own; [OwnerIndex] holds the lock.
final class Spellings {
    static final int MIN_LENGTH = 5;
    static final int MAX_DISTANCE = 2;

    private static final int MIN_TERM = 3;
    private static final int MAX_TERM = 24;
    private static final int LONGEST_ENDING = 7;
    private static final int MAX_MATCHES = 5;
    private static final int ENTRY_BYTES = 12;

    /// Endings that Porter's stemmer may have cut.
    private static final List<String> ENDINGS = List.of(
            "s", "e", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "al", "ally", "ment", "ments", "ness", "ion",
            "ions", "ation", "ations", "ance", "ances", "ence", "ences", "ant", "ants", "ent", "ents", "able", "ible",
            "ic", "ical", "ity", "ities", "ive", "ives", "ous", "ously", "ism", "ful", "fully", "ate", "ated", "ating",
            "ize", "ized", "izing", "est");
    private static final List<String> ENDINGS_FOR_I = List.of("y", "ys", "ies", "ied", "ier", "ying", "ily", "iness");

    private static final List<String> ENDINGS_AFTER_DOUBLED = List.of("ing", "ed", "er", "ers", "est");

    /// A term within a distance.
    record Match(Postings postings, int distance, boolean sameBeginning) {
        private static final Comparator<Match> BEST_FIRST = Comparator.comparingInt(Match::distance)
                .thenComparing(Match::sameBeginning, Comparator.reverseOrder())
                .thenComparing(match -> match.postings().living(), Comparator.reverseOrder())
                .thenComparing(match -> match.postings().term());
    }

    /// Terms of one length.
    private static final class Bucket {
        private long[] letters = new long[4];
        private Postings[] terms = new Postings[4];
        private int size;

        void add(Postings postings) {
            if (size == letters.length) {
                letters = Arrays.copyOf(letters, size + (size >> 1));
                terms = Arrays.copyOf(terms, letters.length);
            }
            letters[size] = letters(postings.term());
            terms[size] = postings;
            postings.place(size++);
        }

        void remove(Postings postings) {
            int place = postings.place();
            Postings last = terms[--size];
            letters[place] = letters[size];
            terms[place] = last;
            last.place(place);
        }
    }

    private final @Nullable Bucket[] buckets = new Bucket[MAX_TERM + 1];

    /// Takes a term of the vocabulary.
    void add(Postings postings) {
        String term = postings.term();
        if (!isSpelt(term, MIN_TERM)) {
            return;
        }
        Bucket bucket = buckets[term.length()];
        if (bucket == null) {
            bucket = new Bucket();
            buckets[term.length()] = bucket;
        }
        bucket.add(postings);
    }

    void remove(Postings postings) {
        if (isSpelt(postings.term(), MIN_TERM)) {
            Bucket bucket = buckets[postings.term().length()];
            if (bucket != null) {
                bucket.remove(postings);
            }
        }
    }

    long sizeBytes() {
        long bytes = 0;
        for (Bucket bucket : buckets) {
            bytes += bucket == null ? 0 : (long) bucket.letters.length * ENTRY_BYTES;
        }
        return bytes;
    }

    /// Whether this is a word of letters that can be misspelt letter by letter.
    static boolean isSpelt(String word, int least) {
        if (word.length() < least || word.length() > MAX_TERM) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean letter = c < 128 ? c >= 'a' && c <= 'z' : Character.isLetter(c) || Folding.isMark(c);
            if (!letter || c >= 0x2E80 || (c >= 0xE00 && c < 0x10A0) || (c >= 0x1100 && c < 0x1200)) {
                return false;
            }
        }
        return true;
    }

    /// The terms of living memories that a word of at least [#MIN_LENGTH] letters may mean, best first. All are at the
    /// same distance, which is the least; empty if the word is near a stop word.
    ///
    /// @param vocabulary a term's postings, or null; for irregular forms
    List<Match> nearest(String word, Function<String, @Nullable Postings> vocabulary) {
        if (!isSpelt(word, MIN_LENGTH) || isStopWord(word)) {
            return List.of();
        }
        String compared = word.charAt(0) < 128 ? word : WordTerms.stem(word);
        int limit = compared.length() < MIN_LENGTH ? 1 : MAX_DISTANCE;
        for (int distance = 1; distance <= limit; distance++) {
            List<Match> matches = within(compared, distance);
            addIrregulars(matches, word, distance, vocabulary);
            if (!matches.isEmpty()) {
                matches.sort(Match.BEST_FIRST);
                boolean sameBeginning = matches.getFirst().sameBeginning();
                return matches.stream()
                        .filter(match -> match.sameBeginning() == sameBeginning)
                        .limit(MAX_MATCHES)
                        .toList();
            }
        }
        return List.of();
    }

    private static boolean isStopWord(String word) {
        EditDistance distance = new EditDistance(word, 1);
        return Lexicon.stopWords().stream().anyMatch(stop -> stop.length() >= MIN_LENGTH - 1 && distance.to(stop) <= 1);
    }

    /// A word near an irregular form stands for its base.
    private static void addIrregulars(
            List<Match> matches, String word, int limit, Function<String, @Nullable Postings> vocabulary) {
        EditDistance distance = new EditDistance(word, limit);
        Lexicon.irregulars().forEach((form, base) -> {
            int found = form.length() < MIN_LENGTH - 1 ? limit + 1 : distance.to(form);
            Postings postings = found <= limit ? vocabulary.apply(PorterStemmer.stem(base)) : null;
            if (postings != null
                    && postings.living() > 0
                    && matches.stream().noneMatch(match -> match.postings() == postings)) {
                matches.add(new Match(postings, found, form.charAt(0) == word.charAt(0)));
            }
        });
    }

    private List<Match> within(String word, int limit) {
        List<Match> matches = new ArrayList<>();
        EditDistance distance = new EditDistance(word, limit);
        boolean inflected = word.charAt(0) < 128;
        long letters = letters(word);
        int shortest = Math.max(MIN_TERM, word.length() - limit - (inflected ? LONGEST_ENDING : 0));
        int longest = Math.min(MAX_TERM, word.length() + limit);
        for (int length = shortest; length <= longest; length++) {
            Bucket bucket = buckets[length];
            if (bucket == null) {
                continue;
            }
            for (int i = 0; i < bucket.size; i++) {
                if (Long.bitCount(bucket.letters[i] & ~letters) <= limit) {
                    Postings postings = bucket.terms[i];
                    if (postings.living() > 0 && distance.fromAnyPrefixTo(postings.term()) <= limit) {
                        addIfWithin(matches, distance, postings, word, limit);
                    }
                }
            }
        }
        return matches;
    }

    private static void addIfWithin(
            List<Match> matches, EditDistance distance, Postings postings, String word, int limit) {
        String term = postings.term();
        boolean sameBeginning = term.charAt(0) == word.charAt(0);
        Nearest nearest = new Nearest(distance, term, word.length(), limit);
        nearest.tryWord(term);
        if (term.charAt(0) < 128) {
            nearest.tryInflected();
        }
        if (nearest.least <= limit) {
            matches.add(new Match(postings, nearest.least, sameBeginning));
        }
    }

    /// The nearest of the words that a term is the stem of.
    private static final class Nearest {
        private final EditDistance distance;
        private final String term;
        private final int length;
        private final int limit;
        private int least;

        Nearest(EditDistance distance, String term, int length, int limit) {
            this.distance = distance;
            this.term = term;
            this.length = length;
            this.limit = limit;
            this.least = limit + 1;
        }

        void tryInflected() {
            int last = term.length() - 1;
            if (term.charAt(last) == 'i') {
                tryEndings(term.substring(0, last), ENDINGS_FOR_I);
            }
            tryEndings(term, ENDINGS);
            tryEndings(term + term.charAt(last), ENDINGS_AFTER_DOUBLED);
        }

        private void tryEndings(String beginning, List<String> endings) {
            for (String ending : endings) {
                if (Math.abs(beginning.length() + ending.length() - length) <= limit) {
                    tryWord(beginning + ending);
                }
            }
        }

        void tryWord(String word) {
            int found = distance.to(word);
            if (found < least && (word.equals(term) || PorterStemmer.stem(word).equals(term))) {
                least = found;
            }
        }
    }

    /// One bit for each letter; some letters of other scripts share one.
    private static long letters(String word) {
        long letters = 0;
        for (int i = 0; i < word.length(); i++) {
            letters |= 1L << word.charAt(i);
        }
        return letters;
    }
}
