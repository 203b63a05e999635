package dev.mneme.engine.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// What a tag and a link of the chain depend on, byte by byte: the checks above them notice most edits in several ways,
/// so that one that is lost would not be missed there.
final class SealTest {
    private static final Seal SEAL = Seal.under(new byte[32]);
    private static final byte[] KEY = Keys.memory("sixteen bytes of".getBytes(StandardCharsets.US_ASCII), 7);
    private static final byte[] ROW = row("the fields of a row");
    private static final Digest128 BEFORE = new Digest128(1, 2);

    private static byte[] row(String fields) {
        byte[] bytes = fields.getBytes(StandardCharsets.US_ASCII);
        byte[] row = new byte[Rows.FIELDS_AT + bytes.length];
        row[0] = 1;
        row[1] = Digest128.BYTES;
        System.arraycopy(bytes, 0, row, Rows.FIELDS_AT, bytes.length);
        return row;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] other = bytes.clone();
        other[at] ^= 1;
        return other;
    }

    @Test
    void aTagDependsOnEveryByteOfTheKeyAndOfTheRowButItsMac() {
        Seal.Tag tag = SEAL.tag(KEY, ROW);
        for (int at = 0; at < KEY.length; at++) {
            Seal.Tag other = SEAL.tag(flipped(KEY, at), ROW);
            assertThat(other.mac()).as("byte %d of the key", at).isNotEqualTo(tag.mac());
            assertThat(other.hash()).as("byte %d of the key", at).isNotEqualTo(tag.hash());
        }
        for (int at = 0; at < ROW.length; at++) {
            Seal.Tag other = SEAL.tag(KEY, flipped(ROW, at));
            boolean ofTheMac = at >= 1 && at < Rows.FIELDS_AT;
            assertThat(other.equals(tag)).as("byte %d of the row", at).isEqualTo(ofTheMac);
        }
        assertThat(SEAL.tag(KEY, Arrays.copyOf(ROW, ROW.length + 1))).isNotEqualTo(tag);
        assertThat(SEAL.tag(KEY, Arrays.copyOf(ROW, ROW.length - 1))).isNotEqualTo(tag);
    }

    /// A byte goes over from the row to its key: without the key's length both would be one message.
    @Test
    void aKeyDoesNotEndWhereTheRowBegins() {
        byte[] row = row("\1fields");
        byte[] longer = Arrays.copyOf(KEY, KEY.length + 1);
        longer[KEY.length] = row[0];
        byte[] shorter = row("fields");
        shorter[0] = row[Rows.FIELDS_AT];
        assertThat(SEAL.tag(longer, shorter)).isNotEqualTo(SEAL.tag(KEY, row));
    }

    @Test
    void aLinkDependsOnWhatWasBeforeOnTheKeyAndOnTheRow() {
        Digest128 link = SEAL.link(BEFORE, KEY, ROW);
        assertThat(SEAL.link(new Digest128(1, 3), KEY, ROW)).isNotEqualTo(link);
        assertThat(SEAL.link(new Digest128(0, 2), KEY, ROW)).isNotEqualTo(link);
        for (int at = 0; at < KEY.length; at++) {
            assertThat(SEAL.link(BEFORE, flipped(KEY, at), ROW))
                    .as("byte %d of the key", at)
                    .isNotEqualTo(link);
        }
        for (int at = Rows.FIELDS_AT; at < ROW.length; at++) {
            assertThat(SEAL.link(BEFORE, KEY, flipped(ROW, at)))
                    .as("byte %d of the row", at)
                    .isNotEqualTo(link);
        }
    }

    /// The chain before is chosen so that the message of the link is that of a row's tag, byte for byte.
    @Test
    void aLinkIsNoTag() {
        int length = 12 + Integer.BYTES + KEY.length;
        byte[] chain = ByteBuffer.allocate(Digest128.BYTES).putInt(length).array();
        byte[] key = ByteBuffer.allocate(length)
                .put(chain, Integer.BYTES, 12)
                .putInt(KEY.length)
                .put(KEY)
                .array();
        Digest128 link = SEAL.link(Digest128.at(chain, 0), KEY, ROW);
        assertThat(link).isNotEqualTo(SEAL.tag(key, ROW).mac());
    }

    @Test
    void aTextPassesForNoneOfAnotherKindOrKey() {
        String mac = SEAL.textMac("anchor", "a line");
        assertThat(SEAL.textMac("anchored", "a line")).isNotEqualTo(mac);
        assertThat(SEAL.textMac("anchor", "a lines")).isNotEqualTo(mac);
        byte[] another = new byte[32];
        another[31] = 1;
        assertThat(Seal.under(another).textMac("anchor", "a line")).isNotEqualTo(mac);
        assertThat(Seal.under(another).tag(KEY, ROW)).isNotEqualTo(SEAL.tag(KEY, ROW));
        assertThat(Seal.under(another).keyId()).isNotEqualTo(SEAL.keyId());
        assertThat(SEAL.logKey("abcdefgh")).isNotEqualTo(SEAL.logKey("abcdefgi"));
    }
}
