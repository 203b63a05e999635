package dev.mneme.engine.state;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A row of an owner as it travels between nodes: without the owner, and without what is a node's own.
///
/// Only *primary* rows travel. Rows that follow from them (pointers, duplicates, entities, expiries, the operator's
/// feed …) are made on each node: [DerivedRows].
///
/// @param table its letter: see [Keys]
/// @param rest the rest of its key, after the owner's hash if it has one
/// @param fields the value after its envelope; empty: the row was deleted
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record OwnerRow(char table, byte[] rest, Optional<byte[]> fields) {
    private static final int FORMAT = 1;

    /// The tables whose rows travel.
    private static final String OWNED = "hmeyvcixgatqzlT";

    /// The same of tables whose rows have no owner in their key: they travel with the server's owner that put them.
    private static final String OF_SERVER = "kb";

    /// Whether rows of this table travel.
    static boolean travels(byte[] key) {
        return OWNED.indexOf(key[0]) >= 0 || isOfServer(key[0]);
    }

    private static boolean isOfServer(int table) {
        return OF_SERVER.indexOf(table) >= 0;
    }

    /// @param key the row's, of a table that travels
    /// @param row null: deleted
    static OwnerRow of(byte[] key, byte @Nullable [] row) {
        int from = isOfServer(key[0]) ? 1 : 1 + Keys.OWNER;
        byte[] rest = Arrays.copyOfRange(key, from, key.length);
        return new OwnerRow((char) key[0], rest, row == null ? Optional.empty() : Optional.of(Rows.fields(row)));
    }

    /// The row's key on this node.
    byte[] key(byte[] owner) {
        ByteBuffer key = ByteBuffer.allocate(1 + (isOfServer(table) ? 0 : Keys.OWNER) + rest.length)
                .put((byte) table);
        if (!isOfServer(table)) {
            key.put(owner);
        }
        return key.put(rest).array();
    }

    /// The value with an envelope of this node.
    byte[] row() {
        return Rows.sealedFields(fields.orElseThrow());
    }

    /// The API key that this row is; empty when it was deleted.
    public Optional<ApiKey> apiKey() {
        return fields.map(ignored -> Rows.apiKey(row()));
    }

    /// The id of the API key whose row this is.
    public String apiKeyId() {
        return new String(rest, StandardCharsets.UTF_8);
    }

    /// Its name among the rows of its owner.
    public String name() {
        return table + HexFormat.of().formatHex(rest);
    }

    /// Whether the feed tells of it.
    public boolean isChange() {
        return table == 'c' && fields.isPresent();
    }

    /// The last number of the key.
    long lastNumber() {
        return ByteBuffer.wrap(rest, rest.length - 8, 8).getLong();
    }

    /// The first number of the key's rest.
    long firstNumber() {
        return ByteBuffer.wrap(rest, 0, 8).getLong();
    }

    /// @throws MnemeException `INTEGRITY_VIOLATION` when the bytes are not rows
    public static List<OwnerRow> decode(byte[] bytes) {
        return ByteReader.decode(bytes, in -> {
            int format = in.u8();
            if (format != FORMAT) {
                throw new MnemeException(
                        ErrorCode.INTEGRITY_VIOLATION,
                        "Rows of a hub have the format " + format
                                + ", which this version does not know: a newer version wrote them.");
            }
            List<OwnerRow> rows = new ArrayList<>();
            while (in.hasMore()) {
                char table = (char) in.u8();
                byte[] rest = in.bytes();
                rows.add(new OwnerRow(table, rest, in.bool() ? Optional.of(in.bytes()) : Optional.empty()));
            }
            return rows;
        });
    }

    /// No bytes when there are no rows.
    public static byte[] encode(Collection<OwnerRow> rows) {
        if (rows.isEmpty()) {
            return new byte[0];
        }
        int size = 1;
        for (OwnerRow row : rows) {
            size += 16
                    + row.rest().length
                    + row.fields().map(fields -> fields.length).orElse(0);
        }
        ByteWriter out = new ByteWriter(size).u8(FORMAT);
        for (OwnerRow row : rows) {
            out.u8(row.table()).bytes(row.rest()).bool(row.fields().isPresent());
            row.fields().ifPresent(out::bytes);
        }
        return out.toByteArray();
    }
}
