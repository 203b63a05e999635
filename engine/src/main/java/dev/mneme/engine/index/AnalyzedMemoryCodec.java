package dev.mneme.engine.index;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.index.AnalyzedMemory.TermFrequency;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of an [AnalyzedMemory].
///
/// ```text
/// byte    version: the analyser's, so that a changed analyser's old analyses are refused
/// byte    flags: 1 question, 2 temporal, 4 speaker, 8 role, 16 date, 32 episode, 64 days told present
/// varint  words of the body
/// string  speaker    if present
/// string  role       if present
/// varint  date       if present: days since 1970-01-01, zigzag
/// string  episode    if present
/// varint  number of days told, if any, then each as the date
/// varint  number of terms, then for each: string term, varint frequency
///
/// varint: 7 bits a byte, low ones first, the high bit says that more follow; string: varint of its bytes,
/// UTF-8
/// ```
final class AnalyzedMemoryCodec {
    private static final int QUESTION = 1;
    private static final int TEMPORAL = 2;
    private static final int SPEAKER = 4;
    private static final int ROLE = 8;
    private static final int DATE = 16;
    private static final int EPISODE = 32;
    private static final int TOLD = 64;
    private static final int ALL_FLAGS = 127;

    private AnalyzedMemoryCodec() {}

    static byte[] encode(AnalyzedMemory memory) {
        ByteWriter out = new ByteWriter(64 + memory.terms().size() * 10);
        out.u8(Analyzer.VERSION).u8(flags(memory)).unsigned(memory.bodyWords());
        writeIfPresent(out, memory.speaker());
        writeIfPresent(out, memory.role());
        LocalDate date = memory.date();
        if (date != null) {
            out.signed(date.toEpochDay());
        }
        writeIfPresent(out, memory.episode());
        if (!memory.told().isEmpty()) {
            out.unsigned(memory.told().size());
            memory.told().forEach(day -> out.signed(day.toEpochDay()));
        }
        out.unsigned(memory.terms().size());
        for (TermFrequency term : memory.terms()) {
            out.string(term.term()).unsigned(term.frequency());
        }
        return out.toByteArray();
    }

    /// Whether these bytes are of the present version; others are useless.
    static boolean isCurrent(byte[] bytes) {
        return bytes.length > 0 && Byte.toUnsignedInt(bytes[0]) == Analyzer.VERSION;
    }

    static AnalyzedMemory decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != Analyzer.VERSION) {
                throw unreadable("An analysed memory has version " + version + ": analyse its text again.", null);
            }
            int flags = in.readUnsignedByte();
            if ((flags & ~ALL_FLAGS) != 0) {
                throw new IOException("unknown flags");
            }
            int bodyWords = readInt(in);
            String speaker = readIfPresent(in, flags, SPEAKER);
            String role = readIfPresent(in, flags, ROLE);
            LocalDate date = (flags & DATE) == 0 ? null : readDate(in);
            String episode = readIfPresent(in, flags, EPISODE);
            List<LocalDate> told = (flags & TOLD) == 0 ? List.of() : readDates(in);
            List<TermFrequency> terms = readTerms(in);
            if (in.available() > 0) {
                throw new IOException("bytes are left over");
            }
            boolean question = (flags & QUESTION) != 0;
            boolean temporal = (flags & TEMPORAL) != 0;
            return new AnalyzedMemory(terms, speaker, role, bodyWords, question, temporal, date, told, episode);
        } catch (IOException | DateTimeException e) {
            throw unreadable("An analysed memory is damaged: analyse its text again.", e);
        }
    }

    private static MnemeException unreadable(String message, @Nullable Exception cause) {
        return new MnemeException(ErrorCode.INTEGRITY_VIOLATION, message, cause);
    }

    private static int flags(AnalyzedMemory memory) {
        return (memory.question() ? QUESTION : 0)
                | (memory.temporal() ? TEMPORAL : 0)
                | (memory.speaker() != null ? SPEAKER : 0)
                | (memory.role() != null ? ROLE : 0)
                | (memory.date() != null ? DATE : 0)
                | (memory.episode() != null ? EPISODE : 0)
                | (memory.told().isEmpty() ? 0 : TOLD);
    }

    private static List<TermFrequency> readTerms(DataInputStream in) throws IOException {
        int count = readInt(in);
        if (count > in.available()) {
            throw new IOException("more terms than bytes");
        }
        List<TermFrequency> terms = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            terms.add(new TermFrequency(readString(in), readInt(in)));
        }
        return terms;
    }

    private static void writeIfPresent(ByteWriter out, @Nullable String value) {
        if (value != null) {
            out.string(value);
        }
    }

    private static @Nullable String readIfPresent(DataInputStream in, int flags, int flag) throws IOException {
        return (flags & flag) == 0 ? null : readString(in);
    }

    private static LocalDate readDate(DataInputStream in) throws IOException {
        long zigzag = readNumber(in);
        return LocalDate.ofEpochDay((zigzag >>> 1) ^ -(zigzag & 1));
    }

    private static List<LocalDate> readDates(DataInputStream in) throws IOException {
        int count = readInt(in);
        if (count > RelativeDates.MAX_TOLD) {
            throw new IOException("too many days");
        }
        List<LocalDate> dates = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            dates.add(readDate(in));
        }
        return dates;
    }

    private static String readString(DataInputStream in) throws IOException {
        int length = readInt(in);
        if (length > in.available()) {
            throw new IOException("a string longer than the bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    private static int readInt(DataInputStream in) throws IOException {
        long value = readNumber(in);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IOException("a number out of range");
        }
        return (int) value;
    }

    private static long readNumber(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("a number too long");
    }
}
