package dev.mneme.engine.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.OwnerKind;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The keys on disk: they never change, since folders hold them.
final class KeysTest {
    private static final byte[] OWNER = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
    private static final String OWNER_HEX = "000102030405060708090a0b0c0d0e0f";

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }

    @Test
    void everyTableHasItsLetterAndItsFields() {
        assertThat(hex(Keys.shard())).isEqualTo("73");
        assertThat(hex(Keys.head(OWNER))).isEqualTo("68" + OWNER_HEX);
        assertThat(hex(Keys.memory(OWNER, 258))).isEqualTo("6d" + OWNER_HEX + "0000000000000102");
        assertThat(hex(Keys.embedding(OWNER, 2, 1))).isEqualTo("79" + OWNER_HEX + "00000000000000020000000000000001");
        assertThat(hex(Keys.embedding(OWNER, 0, 1))).isEqualTo("65" + OWNER_HEX + "0000000000000001");
        assertThat(hex(Keys.version(OWNER, 1, 2))).isEqualTo("76" + OWNER_HEX + "00000000000000010000000000000002");
        assertThat(hex(Keys.updated(OWNER, 3))).isEqualTo("75" + OWNER_HEX + "0000000000000003");
        assertThat(hex(Keys.duplicate(OWNER, new byte[] {9, 8}))).isEqualTo("64" + OWNER_HEX + "0908");
        assertThat(hex(Keys.change(OWNER, 4))).isEqualTo("63" + OWNER_HEX + "0000000000000004");
        assertThat(hex(Keys.idempotency(OWNER, new byte[] {7}))).isEqualTo("69" + OWNER_HEX + "07");
        assertThat(hex(Keys.idempotencyOrder(OWNER, 5))).isEqualTo("6a" + OWNER_HEX + "0000000000000005");
        assertThat(hex(Keys.entity(OwnerKind.AGENT, "ab", OWNER))).isEqualTo("6e01616200" + OWNER_HEX);
        assertThat(hex(Keys.operator(6, 7))).isEqualTo("6f000000000000000600000007");
        assertThat(hex(Keys.apiKey("k1"))).isEqualTo("6b6b31");
        assertThat(hex(Keys.pointer(new MemoryId(UUID.fromString("00112233-4455-8677-8899-aabbccddeeff")))))
                .isEqualTo("7000112233445586778899aabbccddeeff");
    }

    @Test
    void numbersLieInTheirOrder() {
        long[] numbers = {0, 1, 127, 128, 255, 256, 65_535, 65_536, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE};
        for (int i = 1; i < numbers.length; i++) {
            assertThat(Arrays.compareUnsigned(Keys.memory(OWNER, numbers[i - 1]), Keys.memory(OWNER, numbers[i])))
                    .isNegative();
            assertThat(Keys.lastNumber(Keys.memory(OWNER, numbers[i]))).isEqualTo(numbers[i]);
        }
    }

    @Test
    void theEndOfAPrefixFollowsEverythingWithIt() {
        assertThat(hex(Keys.end(new byte[] {'m'}))).isEqualTo("6e");
        assertThat(hex(Keys.end(new byte[] {'m', (byte) 0xff, (byte) 0xff}))).isEqualTo("6e");
        assertThat(hex(Keys.end(new byte[] {'m', 0, (byte) 0xff}))).isEqualTo("6d01");
        byte[] all = new byte[16];
        Arrays.fill(all, (byte) 0xff);
        assertThat(Arrays.compareUnsigned(Keys.memory(all, -1), Keys.end(Keys.owned('m', all))))
                .isNegative();
        assertThatThrownBy(() -> Keys.end(new byte[] {(byte) 0xff})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneScopeIdIsNoPrefixOfAnother() {
        byte[] prefix = Keys.entityPrefix(OwnerKind.USER, "al");
        byte[] longer = Keys.entity(OwnerKind.USER, "alice", OWNER);
        assertThat(Arrays.compareUnsigned(longer, Keys.end(prefix))).isNotNegative();
    }
}
