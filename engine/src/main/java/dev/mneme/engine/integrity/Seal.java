package dev.mneme.engine.integrity;

import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Rows;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Seals rows, changes, anchors and the manifest under the integrity key of a folder.
///
/// A row's tag is HMAC-SHA256 over `u32 length of the key · key · format · fields`, so over table,
/// owner, record, version and content. Its first 16 bytes are the MAC that lies in the row; the last 16
/// lie nowhere: the totals are sums of those, modulo 2^128, so that who can write rows but has not the
/// key knows no term of a sum.
///
/// Rows, chains, the log and texts have keys of their own, each an HMAC of its name under the folder's key.
///
/// **Threads**: any; nothing here changes.
public final class Seal {
    private final Hmac rows;
    private final Hmac chains;
    private final Hmac texts;
    private final byte[] key;
    private final Hmac root;
    private final String keyId;

    private Seal(byte[] key) {
        root = new Hmac(key);
        this.key = key.clone();
        rows = new Hmac(derived(root, "rows"));
        chains = new Hmac(derived(root, "chains"));
        texts = new Hmac(derived(root, "texts"));
        keyId = HexFormat.of().formatHex(derived(root, "id"), 0, 8);
    }

    /// @param key 32 bytes
    public static Seal under(byte[] key) {
        if (key.length != Hmac.LENGTH) {
            throw new IllegalArgumentException("an integrity key has 32 bytes, not " + key.length);
        }
        return new Seal(key);
    }

    private static byte[] derived(Hmac root, String purpose) {
        MessageDigest message = root.begin();
        message.update(("mneme integrity " + purpose).getBytes(StandardCharsets.US_ASCII));
        return root.mac(message);
    }

    /// Tells this key from another, and tells nothing else of it: 16 hex digits.
    public String keyId() {
        return keyId;
    }

    /// The integrity key itself, as its file has it: 64 hex digits.
    public String key() {
        return HexFormat.of().formatHex(key);
    }

    /// The key for the log's batches.
    ///
    /// @param epoch of the folder: the log of another life, before a restore, is not taken for this one's
    public byte[] logKey(String epoch) {
        return derived(root, "log " + epoch);
    }

    /// What a row's key and fields come to.
    ///
    /// @param mac what lies in the row
    /// @param hash what lies nowhere
    public record Tag(Digest128 mac, Digest128 hash) {
        /// Whether the row carries this MAC.
        public boolean isIn(byte[] row) {
            return row.length >= Rows.FIELDS_AT
                    && row[1] == Digest128.BYTES
                    && Digest128.at(row, Rows.MAC_AT).equals(mac);
        }

        /// Puts the MAC into the row.
        public void into(byte[] row) {
            mac.into(row, Rows.MAC_AT);
        }
    }

    /// What a row must carry, and its hash for the totals.
    public Tag tag(byte[] key, byte[] row) {
        MessageDigest message = rows.begin();
        fields(message, key, row);
        byte[] tag = rows.mac(message);
        return new Tag(Digest128.at(tag, 0), Digest128.at(tag, Digest128.BYTES));
    }

    /// Whether a row is as it was sealed, under this key.
    public boolean sound(byte[] key, byte[] row) {
        return tag(key, row).isIn(row);
    }

    /// The chain after one more change.
    public Digest128 link(Digest128 chain, byte[] key, byte[] row) {
        MessageDigest message = chains.begin();
        byte[] before = new byte[Digest128.BYTES];
        chain.into(before, 0);
        message.update(before);
        fields(message, key, row);
        return Digest128.at(chains.mac(message), 0);
    }

    /// All of a row but its MAC. A row that is too short to have one is taken whole.
    private static void fields(MessageDigest message, byte[] key, byte[] row) {
        for (int shift = 24; shift >= 0; shift -= Byte.SIZE) {
            message.update((byte) (key.length >>> shift));
        }
        message.update(key);
        if (row.length < Rows.FIELDS_AT) {
            message.update(row);
            return;
        }
        message.update(row[0]);
        message.update(row, Rows.FIELDS_AT, row.length - Rows.FIELDS_AT);
    }

    /// The MAC of a text beside the rows, in hex.
    ///
    /// @param kind what the text is, so that none passes for one of another kind
    public String textMac(String kind, String text) {
        MessageDigest message = texts.begin();
        message.update((kind + "\n" + text).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(texts.mac(message));
    }
}
