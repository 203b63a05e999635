package dev.mneme.engine.index;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Timestamp;
import dev.mneme.engine.index.Analyzer.Word;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What scoring needs of a memory besides its vectors, so that its text need not be read again.
///
/// @param terms the distinct terms of the text with its date, in order of appearance
/// @param speaker the caller's `name`, else the text before its first `": "`; null if there is neither
/// @param role the caller's role, which says who speaks if no speaker is known
/// @param bodyWords words of the text without its speaker, stop words included
/// @param question whether the text contains `?`
/// @param temporal whether the text tells a time
/// @param date the day of the caller's timestamp, at its own offset, else in UTC
/// @param told the days that the text tells of relative to the day on which it was told, such as "yesterday": see
///     [RelativeDates#told]
/// @param episode a key that memories told together share; null for a memory that belongs to no episode
public record AnalyzedMemory(
        List<TermFrequency> terms,
        @Nullable String speaker,
        @Nullable String role,
        int bodyWords,
        boolean question,
        boolean temporal,
        @Nullable LocalDate date,
        List<LocalDate> told,
        @Nullable String episode) {

    /// A term and how often it occurs, at least once.
    public record TermFrequency(String term, int frequency) {}

    static final int MAX_SPEAKER_LENGTH = 40;

    private static final String SEPARATOR = ": ";
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

    public AnalyzedMemory {
        terms = List.copyOf(terms);
        told = List.copyOf(told);
    }

    public static AnalyzedMemory of(Memory memory) {
        String text = spokenText(memory);
        String speaker = speaker(memory);
        int bodyStart = speaker == null ? 0 : text.indexOf(SEPARATOR) + SEPARATOR.length();
        if (memory.name() != null && speaker != null) {
            bodyStart = speaker.length() + SEPARATOR.length();
        }
        LocalDate date = memory.timestamp() == null ? null : memory.timestamp().day();
        Map<String, Integer> frequencies = new LinkedHashMap<>();
        if (date != null) {
            count(Analyzer.words("(" + DATE.format(date) + ")"), frequencies);
        }
        List<Word> words = Analyzer.words(text);
        count(words, frequencies);
        return new AnalyzedMemory(
                frequencies.entrySet().stream()
                        .map(entry -> new TermFrequency(entry.getKey(), entry.getValue()))
                        .toList(),
                speaker,
                memory.role(),
                wordsFrom(bodyStart, words),
                text.indexOf('?') >= 0,
                TemporalCue.tells(text),
                date,
                told(text, words, memory),
                episode(memory));
    }

    private static List<LocalDate> told(String text, List<Word> words, Memory memory) {
        List<String> surfaces = words.stream().map(Word::surface).toList();
        return RelativeDates.mayBeIn(surfaces)
                ? RelativeDates.told(text, told(memory).day())
                : List.of();
    }

    /// When the memory was told: by the caller's timestamp, otherwise when it was made.
    static Timestamp told(Memory memory) {
        return memory.timestamp() == null ? Timestamp.of(memory.createdAt()) : memory.timestamp();
    }

    /// The text as it is analysed and embedded: with `name: ` before it, if the caller gave the name apart from the
    /// text.
    public static String spokenText(Memory memory) {
        String name = memory.name();
        if (name == null || name.isBlank() || memory.text().startsWith(name + SEPARATOR)) {
            return memory.text();
        }
        return name + SEPARATOR + memory.text();
    }

    /// Stems of the text with its date, repetitions included: the length that BM25 normalises by.
    public int length() {
        int length = 0;
        for (TermFrequency term : terms) {
            length += term.frequency();
        }
        return length;
    }

    /// Reads what [#encode] wrote.
    ///
    /// @throws dev.mneme.core.model.MnemeException `integrity_violation` for any other bytes, and for an analysis
    ///     of another version: analyse the text again
    public static AnalyzedMemory decode(byte[] bytes) {
        return AnalyzedMemoryCodec.decode(bytes);
    }

    /// The compact form; `AnalyzedMemoryCodec` describes it.
    public byte[] encode() {
        return AnalyzedMemoryCodec.encode(this);
    }

    /// The same without terms, for an index, which has them in its postings.
    AnalyzedMemory withoutTerms() {
        return new AnalyzedMemory(List.of(), speaker, role, bodyWords, question, temporal, date, told, episode);
    }

    AnalyzedMemory withTerms(List<TermFrequency> others) {
        return new AnalyzedMemory(others, speaker, role, bodyWords, question, temporal, date, told, episode);
    }

    private static @Nullable String speaker(Memory memory) {
        String name = memory.name();
        if (name != null && !name.isBlank()) {
            return name;
        }
        int separator = memory.text().indexOf(SEPARATOR);
        if (separator < 1 || separator > MAX_SPEAKER_LENGTH) {
            return null;
        }
        String prefix = memory.text().substring(0, separator);
        return prefix.isBlank() ? null : prefix;
    }

    private static @Nullable String episode(Memory memory) {
        String runId = memory.scope().runId();
        if (runId != null) {
            return "r" + runId;
        }
        Timestamp timestamp = memory.timestamp();
        return timestamp == null ? null : "t" + Long.toString(timestamp.at().toEpochMilli(), Character.MAX_RADIX);
    }

    private static void count(List<Word> words, Map<String, Integer> frequencies) {
        for (Word word : words) {
            for (String term : word.terms()) {
                frequencies.merge(term, 1, Integer::sum);
            }
        }
    }

    private static int wordsFrom(int start, List<Word> words) {
        int count = 0;
        for (Word word : words) {
            count += word.start() >= start ? 1 : 0;
        }
        return count;
    }
}
