package dev.mneme.engine.index;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Timestamp;
import dev.mneme.engine.index.Speakers.Speaker;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is known of each memory of an owner, in columns: a search reads a few of them from end to end. The next memory
/// uses a freed slot again.
final class Slots {
    static final int NONE = -1;

    /// The states of a slot.
    static final byte FREE = 0;

    static final byte LIVING = 1;
    static final byte EXPIRED = 2;

    private static final int QUESTION = 1;
    private static final int TEMPORAL = 2;
    private static final int AFTER_QUESTION = 4;
    private static final int IN_CONTEXT = 8;
    private static final int TURN = 16;
    private static final int BYTES_PER_SLOT = 8 + 1 + 1 + 2 + 4 + 4 + 4 + 4 + 4 + 4 + 4 + 4 * Kernel.NEIGHBOURS + 6 * 4;

    private static final int[] NO_DAYS = {};

    private int capacity;
    private int end;
    private int[] free = new int[0];
    private int freeCount;

    private byte[] states = new byte[0];
    private byte[] flags = new byte[0];
    private long[] ordinals = new long[0];
    private int[] lengths = new int[0];
    private int[] contextLengths = new int[0];
    private int[] dates = new int[0];
    private int[] days = new int[0];
    private short[] minutes = new short[0];
    private int[][] told = new int[0][];
    private int[] neighbours = new int[0];
    private float[] norms = new float[0];
    private float[] lengthParts = new float[0];
    private float[] longParts = new float[0];
    private @Nullable Memory[] headers = new Memory[0];
    private @Nullable AnalyzedMemory[] analyses = new AnalyzedMemory[0];
    private @Nullable Speaker[] speakers = new Speaker[0];
    private @Nullable Episode[] episodes = new Episode[0];
    private Postings[][] terms = new Postings[0][];

    /// One more than the highest slot that was ever used.
    int end() {
        return end;
    }

    int freeCount() {
        return freeCount;
    }

    /// A slot for a memory, EXPIRED until it is enlivened.
    int allocate(long ordinal, Memory header, AnalyzedMemory analyzed, Postings[] postings) {
        int slot = freeCount > 0 ? free[--freeCount] : end++;
        if (slot >= capacity) {
            grow(Math.max(16, capacity + (capacity >> 1)));
        }
        states[slot] = EXPIRED;
        flags[slot] = (byte) ((analyzed.question() ? QUESTION : 0) | (analyzed.temporal() ? TEMPORAL : 0));
        ordinals[slot] = ordinal;
        lengths[slot] = analyzed.length();
        dates[slot] = DateCue.pack(analyzed.date());
        days[slot] = dates[slot] == 0 ? DateCue.pack(AnalyzedMemory.told(header).day()) : dates[slot];
        minutes[slot] = minute(AnalyzedMemory.told(header));
        told[slot] = analyzed.told().isEmpty()
                ? NO_DAYS
                : analyzed.told().stream().mapToInt(DateCue::pack).toArray();
        lengthParts[slot] = (float) Formula.lengthPart(analyzed.bodyWords());
        longParts[slot] = (float) Formula.longPart(analyzed.bodyWords());
        headers[slot] = header;
        analyses[slot] = analyzed.withoutTerms();
        terms[slot] = postings;
        standAlone(slot);
        return slot;
    }

    private static short minute(Timestamp told) {
        return told.offset() == null
                ? (short) told.at().atOffset(ZoneOffset.UTC).get(ChronoField.MINUTE_OF_DAY)
                : NONE;
    }

    void release(int slot) {
        states[slot] = FREE;
        headers[slot] = null;
        analyses[slot] = null;
        speakers[slot] = null;
        episodes[slot] = null;
        terms[slot] = new Postings[0];
        told[slot] = NO_DAYS;
        standAlone(slot);
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, Math.max(8, freeCount + (freeCount >> 1)));
        }
        free[freeCount++] = slot;
    }

    /// Removes everything that its episode and its neighbours gave it.
    void standAlone(int slot) {
        Arrays.fill(neighbours, slot * Kernel.NEIGHBOURS, (slot + 1) * Kernel.NEIGHBOURS, NONE);
        flags[slot] &= ~(AFTER_QUESTION | IN_CONTEXT | TURN);
        contextLengths[slot] = 10 * lengths[slot];
    }

    byte state(int slot) {
        return states[slot];
    }

    void state(int slot, byte state) {
        states[slot] = state;
    }

    long ordinal(int slot) {
        return ordinals[slot];
    }

    Memory header(int slot) {
        Memory header = headers[slot];
        if (header == null) {
            throw new IllegalStateException("slot " + slot + " is free");
        }
        return header;
    }

    AnalyzedMemory analysis(int slot) {
        AnalyzedMemory analysis = analyses[slot];
        if (analysis == null) {
            throw new IllegalStateException("slot " + slot + " is free");
        }
        return analysis;
    }

    Postings[] terms(int slot) {
        return terms[slot];
    }

    @Nullable
    Speaker speaker(int slot) {
        return speakers[slot];
    }

    void speaker(int slot, @Nullable Speaker speaker) {
        speakers[slot] = speaker;
    }

    @Nullable
    Episode episode(int slot) {
        return episodes[slot];
    }

    void episode(int slot, @Nullable Episode episode) {
        episodes[slot] = episode;
    }

    boolean question(int slot) {
        return (flags[slot] & QUESTION) != 0;
    }

    boolean temporal(int slot) {
        return (flags[slot] & TEMPORAL) != 0;
    }

    /// Whether the memory before it in its episode holds a question.
    boolean afterQuestion(int slot) {
        return (flags[slot] & AFTER_QUESTION) != 0;
    }

    void markAfterQuestion(int slot) {
        flags[slot] |= AFTER_QUESTION;
    }

    /// Whether it has a neighbour.
    boolean inContext(int slot) {
        return (flags[slot] & IN_CONTEXT) != 0;
    }

    /// Whether it is a turn of a dialogue, with or without neighbours; otherwise it is a fact.
    boolean isTurn(int slot) {
        return (flags[slot] & TURN) != 0;
    }

    void markTurn(int slot) {
        flags[slot] |= TURN;
    }

    int length(int slot) {
        return lengths[slot];
    }

    /// Ten times the sum of its own length and of what its neighbours' lengths lend.
    int contextLength(int slot) {
        return contextLengths[slot];
    }

    /// The day of the caller's timestamp, packed, by its own offset, else in UTC; 0 without a timestamp.
    int date(int slot) {
        return dates[slot];
    }

    /// The minute of its day in UTC at which it was told; NONE if it was told with an offset, which decides the day.
    int minute(int slot) {
        return minutes[slot];
    }

    /// The day on which it was told, packed: by its own offset, else in UTC.
    int day(int slot) {
        return days[slot];
    }

    /// The days that it tells of, packed.
    int[] told(int slot) {
        return told[slot];
    }

    float lengthPart(int slot) {
        return lengthParts[slot];
    }

    float longPart(int slot) {
        return longParts[slot];
    }

    /// The length of the sum of its own vector and what its neighbours' vectors lend.
    float norm(int slot) {
        return norms[slot];
    }

    void norm(int slot, float norm) {
        norms[slot] = norm;
    }

    /// The i-th neighbour by [Kernel#offset], or NONE.
    int neighbour(int slot, int i) {
        return neighbours[slot * Kernel.NEIGHBOURS + i];
    }

    void neighbour(int slot, int i, int other) {
        neighbours[slot * Kernel.NEIGHBOURS + i] = other;
        flags[slot] |= IN_CONTEXT;
        contextLengths[slot] += Kernel.tenths(i) * lengths[other];
    }

    long sizeBytes() {
        return (long) capacity * BYTES_PER_SLOT + 4L * free.length;
    }

    private void grow(int to) {
        int from = capacity;
        capacity = to;
        states = Arrays.copyOf(states, to);
        flags = Arrays.copyOf(flags, to);
        ordinals = Arrays.copyOf(ordinals, to);
        lengths = Arrays.copyOf(lengths, to);
        contextLengths = Arrays.copyOf(contextLengths, to);
        dates = Arrays.copyOf(dates, to);
        days = Arrays.copyOf(days, to);
        minutes = Arrays.copyOf(minutes, to);
        told = Arrays.copyOf(told, to);
        neighbours = Arrays.copyOf(neighbours, to * Kernel.NEIGHBOURS);
        Arrays.fill(neighbours, from * Kernel.NEIGHBOURS, neighbours.length, NONE);
        norms = Arrays.copyOf(norms, to);
        lengthParts = Arrays.copyOf(lengthParts, to);
        longParts = Arrays.copyOf(longParts, to);
        headers = Arrays.copyOf(headers, to);
        analyses = Arrays.copyOf(analyses, to);
        speakers = Arrays.copyOf(speakers, to);
        episodes = Arrays.copyOf(episodes, to);
        terms = Arrays.copyOf(terms, to);
    }
}
