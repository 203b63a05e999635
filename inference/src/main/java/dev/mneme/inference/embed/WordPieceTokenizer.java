package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Cuts texts into word pieces as BERT's uncased models know them (Devlin et al. 2019, `tokenization.py`): characters
/// are cleaned, decomposed, stripped of accents and lower-cased; words end at white space, punctuation and CJK
/// ideographs; each word is cut greedily into the longest pieces of the vocabulary, those after the first written with
/// `##`. A word that cannot be cut so becomes one `[UNK]`.
///
/// The result is equal, piece by piece, to that of the HuggingFace tokenizer of the same `tokenizer.json`, with which
/// tests compare it. There is one exception: `[SEP]` and the like in a text are ordinary words, so that no text can
/// forge a boundary. Characters are classified by the running JDK's Unicode tables.
///
/// Immutable; any number of threads may call. Takes time and space linear in the text.
final class WordPieceTokenizer {
    private static final String UNKNOWN = "[UNK]";
    private static final String CONTINUED = "##";
    private static final int MAX_WORD_CHARACTERS = 100;
    private static final int FIRST_DECOMPOSABLE = 0xC0;

    /// Each of the 30,000 field names is read only once; interning them would cost more than everything else.
    private static final JsonFactory ONE_TIME_NAMES = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private final Map<String, Integer> words;
    private final Map<String, Integer> continuations; // without their ##
    private final int unknown;
    private final int longest;

    private WordPieceTokenizer(Map<String, Integer> words, Map<String, Integer> continuations) {
        this.words = words;
        this.continuations = continuations;
        this.unknown = words.getOrDefault(UNKNOWN, -1);
        this.longest = longest(words, longest(continuations, 1));
        if (unknown < 0) {
            throw new IllegalArgumentException("the vocabulary has no " + UNKNOWN);
        }
    }

    private static int longest(Map<String, Integer> pieces, int least) {
        int longest = least;
        for (String piece : pieces.keySet()) {
            longest = Math.max(longest, piece.length());
        }
        return longest;
    }

    /// Reads the vocabulary (`model.vocab`) of a `tokenizer.json`.
    static WordPieceTokenizer read(InputStream json) throws IOException {
        Map<String, Integer> words = HashMap.newHashMap(30_000);
        Map<String, Integer> continuations = HashMap.newHashMap(8_000);
        try (JsonParser parser = ONE_TIME_NAMES.createParser(json)) {
            seek(parser, "vocab");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String piece = parser.currentName();
                int id = parser.nextIntValue(-1);
                if (piece.startsWith(CONTINUED) && piece.length() > CONTINUED.length()) {
                    continuations.put(piece.substring(CONTINUED.length()), id);
                } else {
                    words.put(piece, id);
                }
            }
        }
        return new WordPieceTokenizer(words, continuations);
    }

    private static void seek(JsonParser parser, String object) throws IOException {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.START_OBJECT && object.equals(parser.currentName())) {
                return;
            }
        }
        throw new IOException("no object " + object + " in the tokenizer's file");
    }

    Tokens tokenize(String text) {
        Cut cut = new Cut(text.length());
        int end;
        for (int start = 0; start < text.length(); start = end) {
            int c = text.codePointAt(start);
            end = start + Character.charCount(c);
            if (isSpace(c)) {
                cut.endWord();
            } else if (isIdeograph(c)) {
                cut.endWord();
                append(cut, c, start, end);
                cut.endWord();
            } else if (!isDropped(c)) {
                append(cut, c, start, end);
            }
        }
        cut.endWord();
        return cut.tokens();
    }

    private static void append(Cut cut, int c, int start, int end) {
        if (c < FIRST_DECOMPOSABLE) {
            cut.append(Character.toLowerCase(c), start, end);
            return;
        }
        String parts = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        parts.codePoints()
                .filter(part -> Character.getType(part) != Character.NON_SPACING_MARK)
                .forEach(part -> cut.append(Character.toLowerCase(part), start, end));
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
    }

    /// Controls, formats, private use, halves of surrogate pairs, and the sign for what could not be read.
    private static boolean isDropped(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
            default -> c == 0xFFFD;
        };
    }

    /// The blocks that BERT's tokenizer names, which leave out kana and hangul.
    private static boolean isIdeograph(int c) {
        return within(c, 0x3400, 0x4DBF)
                || within(c, 0x4E00, 0x9FFF)
                || within(c, 0xF900, 0xFAFF)
                || within(c, 0x20000, 0x2A6DF)
                || within(c, 0x2A700, 0x2B73F)
                || within(c, 0x2B740, 0x2B81F)
                || within(c, 0x2B920, 0x2CEAF)
                || within(c, 0x2F800, 0x2FA1F);
    }

    private static boolean within(int c, int first, int last) {
        return c >= first && c <= last;
    }

    private static boolean isPunctuation(int c) {
        if (c < 0x80) {
            return c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    /// One text's cutting: the word being read, each of its UTF-16 units with the span it came from, and the pieces
    /// so far.
    private final class Cut {
        private final StringBuilder word = new StringBuilder();
        private int[] from = new int[32];
        private int[] until = new int[32];
        private int characters;

        private int[] ids;
        private int[] starts;
        private int[] ends;
        private int count;

        Cut(int textLength) {
            int expected = textLength / 4 + 8;
            ids = new int[expected];
            starts = new int[expected];
            ends = new int[expected];
        }

        void append(int c, int start, int end) {
            if (isPunctuation(c)) {
                endWord();
                extend(c, start, end);
                endWord();
            } else {
                extend(c, start, end);
            }
        }

        private void extend(int c, int start, int end) {
            characters++;
            if (characters <= MAX_WORD_CHARACTERS) {
                int at = word.length();
                word.appendCodePoint(c);
                reserve(word.length());
                Arrays.fill(from, at, word.length(), start);
                Arrays.fill(until, at, word.length(), end);
            } else {
                until[word.length() - 1] = end; // too long a word: only its span still counts
            }
        }

        private void reserve(int length) {
            if (from.length < length) {
                from = Arrays.copyOf(from, 2 * length);
                until = Arrays.copyOf(until, 2 * length);
            }
        }

        void endWord() {
            if (characters == 0) {
                return;
            }
            int before = count;
            if (characters > MAX_WORD_CHARACTERS || !cutWord()) {
                count = before;
                add(unknown, 0, word.length());
            }
            word.setLength(0);
            characters = 0;
        }

        /// False when no piece fits at some place; the caller then removes the pieces that were added.
        private boolean cutWord() {
            int start = 0;
            while (start < word.length()) {
                Map<String, Integer> pieces = start == 0 ? words : continuations;
                int end = Math.min(word.length(), start + longest);
                Integer id = null;
                while (end > start) {
                    id = pieces.get(word.substring(start, end));
                    if (id != null) {
                        break;
                    }
                    end--;
                }
                if (id == null) {
                    return false;
                }
                add(id, start, end);
                start = end;
            }
            return true;
        }

        private void add(int id, int start, int end) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
                starts = Arrays.copyOf(starts, 2 * count);
                ends = Arrays.copyOf(ends, 2 * count);
            }
            ids[count] = id;
            starts[count] = from[start];
            ends[count] = until[end - 1];
            count++;
        }

        Tokens tokens() {
            return new Tokens(Arrays.copyOf(ids, count), Arrays.copyOf(starts, count), Arrays.copyOf(ends, count));
        }
    }
}
