package dev.mneme.engine.integrity;

import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What an operator calls the record of a row. Rows may be damaged: then the key has to do.
final class RecordNames {
    private static final System.Logger LOG = System.getLogger(RecordNames.class.getName());

    private final Tables.Snapshot rows;
    private final byte[] owner;

    RecordNames(Tables.Snapshot rows, byte[] owner) {
        this.rows = rows;
        this.owner = owner;
    }

    /// @param key of a row of the owner
    String of(byte[] key, byte @Nullable [] row) {
        return switch (key[0]) {
            case 'm' -> memory(number(key), row);
            case 'e', 'y' -> "the embedding of " + memory(number(key), null);
            case 'v' -> version(key, row);
            case 'u' -> "the order of updates at change " + number(key);
            case 'd' -> "a row of equal memories";
            case 'c' -> "change " + number(key);
            case 'x' -> context(suffix(key));
            case 'g' ->
                read(
                        row,
                        Rows::contextVersion,
                        kept -> context(kept.context().key()) + ", version "
                                + kept.context().version(),
                        "version " + number(key) + " of a context");
            case 'a' -> "the mode of instance " + suffix(key);
            case 't' -> "transition " + number(key);
            case 'q' ->
                read(
                        row,
                        Rows::responseSource,
                        source -> "response source " + source.chatId() + "/" + source.messageId(),
                        "response source " + number(key));
            case 'r' -> "the name of a response source";
            case 'z' -> read(row, Rows::syncEvent, event -> "sync event " + event.id(), "sync event " + number(key));
            case 'w' -> "sync event " + id(key);
            case 'l' ->
                read(row, Rows::document, document -> document.collection() + " " + document.id(), "a document");
            case 'P' -> "the order of pending sync events";
            case 'T' -> "the mark of imports";
            case 'i', 'j' -> "an idempotency record";
            default -> "a row of the unknown table " + (key[0] & 0xff);
        };
    }

    static String context(String name) {
        return "context " + name;
    }

    private String version(byte[] key, byte @Nullable [] row) {
        ByteBuffer in = ByteBuffer.wrap(key, key.length - 16, 16);
        long arrival = in.getLong();
        return memory(arrival, row) + ", version " + in.getLong();
    }

    /// @param row a version of the memory, if there is one at hand
    String memory(long arrival, byte @Nullable [] row) {
        byte[] newest = row == null ? rows.get(Keys.memory(owner, arrival)) : row;
        String named = read(
                newest, Version::decode, version -> "memory " + version.memory().id(), "");
        if (!named.isEmpty()) {
            return named;
        }
        MemoryId pointed = pointed(arrival);
        return pointed == null ? "the memory that arrived at change " + arrival : "memory " + pointed;
    }

    /// The id whose pointer leads to an arrival: looked for in all pointers.
    private @Nullable MemoryId pointed(long arrival) {
        MemoryId[] found = new MemoryId[1];
        byte[] table = Keys.table('p');
        rows.scan(table, Keys.end(table), (key, row) -> {
            boolean here = read(row, Pointer::decode, pointer -> leads(pointer, arrival) ? "yes" : "", "")
                    .equals("yes");
            found[0] = here ? id(key) : found[0];
            return !here;
        });
        return found[0];
    }

    private boolean leads(Pointer pointer, long arrival) {
        return pointer.arrival() == arrival && Arrays.equals(pointer.owner(), owner);
    }

    private static MemoryId id(byte[] key) {
        ByteBuffer in = ByteBuffer.wrap(key, key.length - 16, 16);
        return new MemoryId(new UUID(in.getLong(), in.getLong()));
    }

    private static <T> String read(
            byte @Nullable [] row, Function<byte[], T> decode, Function<T, String> name, String otherwise) {
        if (row == null) {
            return otherwise;
        }
        try {
            return name.apply(decode.apply(row));
        } catch (MnemeException e) {
            LOG.log(Level.DEBUG, "A damaged row is named by its key", e);
            return otherwise;
        }
    }

    private static long number(byte[] key) {
        return Keys.lastNumber(key);
    }

    private static String suffix(byte[] key) {
        return new String(key, 1 + Keys.OWNER, key.length - 1 - Keys.OWNER, StandardCharsets.UTF_8);
    }
}
