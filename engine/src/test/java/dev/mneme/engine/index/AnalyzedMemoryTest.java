package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Timestamp;
import dev.mneme.engine.index.AnalyzedMemory.TermFrequency;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnalyzedMemoryTest {
    private static final Instant LATE_ON_8_MAY = Instant.parse("2023-05-08T23:59:59Z");

    private final RandomMemories memories = new RandomMemories(new Random(1));

    private AnalyzedMemory analyzed(String text, @Nullable String name, @Nullable Instant timestamp) {
        return AnalyzedMemory.of(memories.memory(text, name, "user", null, timestamp, null));
    }

    @Test
    void holdsAllThatScoringNeeds() {
        AnalyzedMemory memory = analyzed("Ann Lee: Did you buy tea yesterday? Tea!", null, LATE_ON_8_MAY);
        assertThat(memory.speaker()).isEqualTo("Ann Lee");
        assertThat(memory.terms())
                .extracting(TermFrequency::term)
                .containsExactly("8", "2023", "ann", "lee", "bui", "tea", "yesterdai");
        assertThat(memory.length()).isEqualTo(8);
        assertThat(memory.bodyWords()).isEqualTo(6);
        assertThat(memory.question()).isTrue();
        assertThat(memory.temporal()).isTrue();
        assertThat(memory.date()).isEqualTo(LocalDate.of(2023, 5, 8));
        assertThat(memory.told()).containsExactly(LocalDate.of(2023, 5, 7));
        assertThat(memory.episode()).isNotNull();
    }

    @Test
    void withoutATimestampDaysAreSeenFromWhenItWasMade() {
        LocalDate made = LocalDate.ofInstant(RandomMemories.START, ZoneOffset.UTC);
        assertThat(analyzed("we met two days ago", null, null).told()).containsExactly(made.minusDays(2));
    }

    /// Of phrases that no other rule for times looks for, too.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The race is three days from now        | 2023-05-11",
                "I travel in the coming week            | 2023-05-18",
                "I was ill during the past two weeks    | 2023-05-01",
                "We lost the previous weekend's match   | 2023-05-07",
                "It rained this afternoon, a few days from now it will not | 2023-05-12",
                "The dentist is on Friday               |",
                "This is now the last of the tea        |",
            })
    void tellsOfDays(String text, @Nullable LocalDate day) {
        assertThat(analyzed(text, null, LATE_ON_8_MAY).told()).isEqualTo(day == null ? List.of() : List.of(day));
    }

    /// Whoever changes what is stored of a text raises the version, then these digits.
    @Test
    void aVersionStoresTheSameOfATextForEver() throws GeneralSecurityException {
        String text =
                "Zo\u00eb Lee: Last weekend we ran 12 km in the mountains, \u6771\u4eac is for next month. Isn't it late?"
                        + " I began two years ago; the dentist's is on Friday, and three days from now I'm back.";
        byte[] stored = AnalyzedMemory.of(memories.memory(text, null, "user", "run", LATE_ON_8_MAY, null))
                .encode();
        assertThat(Analyzer.VERSION).isEqualTo(3);
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stored)))
                .isEqualTo("aba2be725d3c4ef7eba1a18ae3ea6eaa7771eef9c2364ca1bbff46f721a651cd");
    }

    @Test
    void daysAreSeenFromItsOwnClock() {
        Memory utc = memories.memory("we met yesterday", null, null, null, LATE_ON_8_MAY, null);
        Memory inTokyo = new Memory(
                utc.id(),
                utc.scope(),
                utc.text(),
                null,
                null,
                utc.metadata(),
                List.of(),
                new Timestamp(LATE_ON_8_MAY, ZoneOffset.ofHours(9)),
                utc.createdAt(),
                utc.updatedAt(),
                null,
                1,
                null);

        assertThat(AnalyzedMemory.of(utc).told()).containsExactly(LocalDate.of(2023, 5, 7));
        assertThat(AnalyzedMemory.of(inTokyo).told()).containsExactly(LocalDate.of(2023, 5, 8));
        assertThat(AnalyzedMemory.of(inTokyo).date()).isEqualTo(LocalDate.of(2023, 5, 9));
    }

    @Test
    void aNameApartIsSpokenBeforeTheText() {
        AnalyzedMemory apart = analyzed("Note: I like tea", "Ann", null);
        AnalyzedMemory inText = analyzed("Ann: Note: I like tea", "Ann", null);
        assertThat(apart).isEqualTo(inText);
        assertThat(apart.bodyWords()).isEqualTo(4);
        assertThat(apart.episode()).isNull();
    }

    @Test
    void aPrefixIsASpeakerUpToFortyCharacters() {
        assertThat(analyzed("a".repeat(40) + ": x", null, null).speaker()).hasSize(40);
        assertThat(analyzed("a".repeat(41) + ": x", null, null).speaker()).isNull();
        assertThat(analyzed(": x", null, null).speaker()).isNull();
        assertThat(analyzed("at 12:30", null, null).speaker()).isNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void isReadAsItWasWritten(long seed) {
        RandomMemories random = new RandomMemories(new Random(seed));
        for (int i = 0; i < 200; i++) {
            Memory memory = random.memory(RandomMemories.START);
            AnalyzedMemory analyzed = AnalyzedMemory.of(memory);
            assertThat(AnalyzedMemory.decode(analyzed.encode())).isEqualTo(analyzed);
        }
        AnalyzedMemory old = new AnalyzedMemory(
                List.of(new TermFrequency("\u8336", 70_000)),
                null,
                null,
                300,
                false,
                true,
                LocalDate.of(-5, 1, 1),
                List.of(LocalDate.of(-5, 1, 2), LocalDate.of(9999, 12, 31)),
                "e");
        assertThat(AnalyzedMemory.decode(old.encode())).isEqualTo(old);
    }

    @Test
    void damagedBytesAreRefused() {
        byte[] bytes = analyzed("Ann: I like tea", null, LATE_ON_8_MAY).encode();
        for (int length = 0; length < bytes.length; length++) {
            refuses(Arrays.copyOf(bytes, length));
        }
        refuses(Arrays.copyOf(bytes, bytes.length + 1));
        byte[] later = bytes.clone();
        later[0]++;
        refuses(later);
    }

    private static void refuses(byte[] bytes) {
        assertThatExceptionOfType(MnemeException.class)
                .isThrownBy(() -> AnalyzedMemory.decode(bytes))
                .matches(e -> e.code() == ErrorCode.INTEGRITY_VIOLATION);
    }
}
