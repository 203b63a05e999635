package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MemoryIdTest {
    @Test
    void timeSlotAndRandomBitsLieWhereAUuid8HasThem() {
        MemoryId id = MemoryId.create(Instant.ofEpochMilli(0x0123_4567_89abL), 0xdef, () -> -1L);
        assertThat(id).hasToString("01234567-89ab-8def-bfff-ffffffffffff");
        assertThat(id.slot()).hasValue(0xdef);
        assertThat(id.value().version()).isEqualTo(8);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(MemoryId.parse(id.toString())).isEqualTo(id);
    }

    @Test
    void idsOfAnotherFormHaveNoSlot() {
        assertThat(new MemoryId(UUID.fromString("00112233-4455-4677-8899-aabbccddeeff")).slot())
                .isEmpty();
        assertThat(new MemoryId(UUID.fromString("00112233-4455-8677-c899-aabbccddeeff")).slot())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1-2-3-4-5", "00112233-4455-8677-8899-aabbccddeefg", "00112233445586778899aabbccddeeff"})
    void whatIsNoIdNamesNoMemory(String text) {
        assertThatThrownBy(() -> MemoryId.parse(text))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void orderIsThatOfUnsignedBytes() {
        MemoryId low = new MemoryId(new UUID(1, -1));
        MemoryId high = new MemoryId(new UUID(-1, 1));
        assertThat(low).isLessThan(high);
        assertThat(new MemoryId(new UUID(1, 1))).isLessThan(low);
    }
}
