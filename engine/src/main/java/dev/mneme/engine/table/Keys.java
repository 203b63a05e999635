package dev.mneme.engine.table;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;

/// The keys of a shard's rows. Everything of an owner begins with a table letter and the owner's
/// 16-byte hash, so that one range holds it; numbers are eight bytes big-endian, so that rows lie in
/// their order.
///
/// ```text
/// 0                              applied index (kept by the tables themselves)
/// s                              the shard: last command time, counts of owners and memories
/// h owner                        head: the owner, sequence, oldest retained change, embedding space
/// m owner arrival                memory: its newest version
/// e owner arrival                embedding of the memory: the first generation
/// y owner generation arrival     embedding of the memory: later generations, see Spaces
/// v owner arrival version        earlier versions of the memory, and its deletion
/// p id                           pointer from a memory's id to owner and arrival; stays after a deletion
/// u owner sequence               the memory that the change last touched: the order of updates
/// d owner content-hash           the live memory with that content: duplicates
/// c owner sequence               change
/// i owner key-hash               idempotency record
/// j owner ordinal                idempotency records in their order
/// n kind id 0 owner              entity: how many memories of the owner carry the id
/// o log-index ordinal            operator's feed: owner and sequence
/// k key-id                       API key (system shard)
/// x owner key                    context: its newest version, or where its versions stood when it was deleted
/// g owner key-hash version       earlier versions of the context
/// a owner instance               mode of one of the user's instances
/// t owner sequence               transition
/// q owner sequence               response source
/// r owner chat-message-hash      the sequence of the response source of that chat and message
/// z owner sequence               sync event
/// w owner id                     the sequence of the sync event
/// P owner priority sequence      the sync event again, in the order in which they are pending
/// T owner                        there when memories were imported: arrivals are then not in the order of
/// times
/// f time owner table rest        what expires then: the key of its row
/// l owner collection 0 id         document of the owner (of the server, in the system shard)
/// b dimension embedder           a space of the server's embedders (system shard)
/// U                              the shard began in the first format: how far its rows were brought to the
/// second
/// ```
///
/// *Arrival* is the owner's sequence at the add: the order in which memories came.
public final class Keys {
    /// How long an owner's hash is.
    public static final int OWNER = 16;

    /// The tables whose rows begin with their owner, but for the head.
    public static final String OWNED_TABLES = "meyvudcijxgatqrzwPTl";

    private Keys() {}

    /// Whether a row lies with its owner, so that the owner's head covers it.
    public static boolean isOwned(byte[] key) {
        return OWNED_TABLES.indexOf(key[0]) >= 0;
    }

    public static byte[] shard() {
        return new byte[] {'s'};
    }

    /// Whether a row says what an earlier format left in this folder, and is no state of the shard.
    public static boolean isOfFormat(byte[] key) {
        return key[0] == upgraded()[0];
    }

    static byte[] upgraded() {
        return new byte[] {'U'};
    }

    public static byte[] head(byte[] owner) {
        return owned('h', owner);
    }

    public static byte[] memory(byte[] owner, long arrival) {
        return numbered('m', owner, arrival);
    }

    public static byte[] embedding(byte[] owner, long generation, long arrival) {
        return ByteBuffer.allocate(1 + OWNER + (generation == 0 ? 8 : 16))
                .put(embeddings(owner, generation))
                .putLong(arrival)
                .array();
    }

    /// All embeddings of a generation: the prefix.
    public static byte[] embeddings(byte[] owner, long generation) {
        return generation == 0 ? owned('e', owner) : numbered('y', owner, generation);
    }

    public static byte[] embedder(EmbeddingSpace space) {
        return new ByteWriter(32)
                .u8('b')
                .fixed64(space.dimension())
                .raw(space.embedder().getBytes(StandardCharsets.UTF_8))
                .toByteArray();
    }

    public static byte[] version(byte[] owner, long arrival, long version) {
        return ByteBuffer.allocate(1 + OWNER + 16)
                .put((byte) 'v')
                .put(owner)
                .putLong(arrival)
                .putLong(version)
                .array();
    }

    public static byte[] pointer(MemoryId id) {
        UUID value = id.value();
        return ByteBuffer.allocate(17)
                .put((byte) 'p')
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits())
                .array();
    }

    public static byte[] updated(byte[] owner, long sequence) {
        return numbered('u', owner, sequence);
    }

    public static byte[] duplicate(byte[] owner, byte[] contentHash) {
        return suffixed('d', owner, contentHash);
    }

    public static byte[] change(byte[] owner, long sequence) {
        return numbered('c', owner, sequence);
    }

    public static byte[] idempotency(byte[] owner, byte[] keyHash) {
        return suffixed('i', owner, keyHash);
    }

    public static byte[] idempotencyOrder(byte[] owner, long ordinal) {
        return numbered('j', owner, ordinal);
    }

    public static byte[] entity(OwnerKind kind, String id, byte[] owner) {
        return new ByteWriter(64).raw(entityPrefix(kind, id)).raw(owner).toByteArray();
    }

    /// Where the rows of one scope id begin: they all have this prefix.
    public static byte[] entityPrefix(OwnerKind kind, String id) {
        return new ByteWriter(48)
                .u8('n')
                .u8(ModelCodec.code(kind))
                .raw(id.getBytes(StandardCharsets.UTF_8))
                .u8(0)
                .toByteArray();
    }

    public static byte[] operator(long logIndex, int ordinal) {
        return ByteBuffer.allocate(13)
                .put((byte) 'o')
                .putLong(logIndex)
                .putInt(ordinal)
                .array();
    }

    public static byte[] apiKey(String id) {
        return new ByteWriter(32)
                .u8('k')
                .raw(id.getBytes(StandardCharsets.UTF_8))
                .toByteArray();
    }

    /// The id in the key of an API key's row.
    public static String apiKeyId(byte[] row) {
        return new String(row, 1, row.length - 1, StandardCharsets.UTF_8);
    }

    public static byte[] context(byte[] owner, String key) {
        return suffixed('x', owner, key.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] contextVersion(byte[] owner, String key, long version) {
        byte[] versions = contextVersions(owner, key);
        return ByteBuffer.allocate(versions.length + 8)
                .put(versions)
                .putLong(version)
                .array();
    }

    /// All earlier versions of a context: the prefix.
    public static byte[] contextVersions(byte[] owner, String key) {
        return suffixed('g', owner, shortHash(key));
    }

    public static byte[] mode(byte[] owner, String instanceId) {
        return suffixed('a', owner, instanceId.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] transition(byte[] owner, long sequence) {
        return numbered('t', owner, sequence);
    }

    public static byte[] response(byte[] owner, long sequence) {
        return numbered('q', owner, sequence);
    }

    public static byte[] responseOf(byte[] owner, String chatId, String messageId) {
        return suffixed('r', owner, shortHash(chatId.length() + ":" + chatId + messageId));
    }

    public static byte[] syncEvent(byte[] owner, long sequence) {
        return numbered('z', owner, sequence);
    }

    public static byte[] imported(byte[] owner) {
        return owned('T', owner);
    }

    /// @param priority the most urgent is 0
    public static byte[] pendingEvent(byte[] owner, int priority, long sequence) {
        return ByteBuffer.allocate(1 + OWNER + 1 + 8)
                .put((byte) 'P')
                .put(owner)
                .put((byte) priority)
                .putLong(sequence)
                .array();
    }

    public static byte[] syncEventOf(byte[] owner, MemoryId id) {
        UUID value = id.value();
        return suffixed(
                'w',
                owner,
                ByteBuffer.allocate(16)
                        .putLong(value.getMostSignificantBits())
                        .putLong(value.getLeastSignificantBits())
                        .array());
    }

    public static byte[] document(byte[] owner, String collection, String id) {
        byte[] documents = documents(owner, collection);
        byte[] name = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(documents.length + name.length)
                .put(documents)
                .put(name)
                .array();
    }

    /// All documents of a collection: the prefix.
    public static byte[] documents(byte[] owner, String collection) {
        return suffixed('l', owner, (collection + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /// @param row the key of a row of an owner, which says what expires
    public static byte[] expiry(Instant at, byte[] row) {
        return ByteBuffer.allocate(1 + 8 + row.length)
                .put((byte) 'f')
                .putLong(at.toEpochMilli() ^ Long.MIN_VALUE) // so that times before 1970 lie before those after
                .put(row, 1, OWNER)
                .put(row[0])
                .put(row, 1 + OWNER, row.length - 1 - OWNER)
                .array();
    }

    /// The end of what has expired by a time.
    public static byte[] expiryAfter(Instant now) {
        return ByteBuffer.allocate(9)
                .put((byte) 'f')
                .putLong((now.toEpochMilli() + 1) ^ Long.MIN_VALUE)
                .array();
    }

    /// The key of the row that an expiry is of.
    public static byte[] expiring(byte[] expiry) {
        int owner = 1 + 8;
        int table = owner + OWNER;
        return ByteBuffer.allocate(expiry.length - owner)
                .put(expiry[table])
                .put(expiry, owner, OWNER)
                .put(expiry, table + 1, expiry.length - table - 1)
                .array();
    }

    /// The owner's hash in the key of a row of an owner.
    public static byte[] ownerOf(byte[] row) {
        return Arrays.copyOfRange(row, 1, 1 + OWNER);
    }

    /// The first key after this one.
    public static byte[] next(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /// The first 16 bytes of SHA-256: for names that are too long, or of too many parts, to lie in a key.
    private static byte[] shortHash(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// All rows of a table.
    public static byte[] table(char letter) {
        return new byte[] {(byte) letter};
    }

    /// All rows of an owner in one table: the prefix.
    public static byte[] owned(char letter, byte[] owner) {
        return ByteBuffer.allocate(1 + OWNER).put((byte) letter).put(owner).array();
    }

    /// The first key after every key with this prefix.
    public static byte[] end(byte[] prefix) {
        byte[] end = prefix.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (++end[i] != 0) {
                return Arrays.copyOf(end, i + 1);
            }
        }
        throw new IllegalArgumentException("no key follows this prefix");
    }

    /// The arrival in the key of an earlier version of a memory.
    public static long arrivalOf(byte[] version) {
        return ByteBuffer.wrap(version, 1 + OWNER, 8).getLong();
    }

    /// The generation in the key of an embedding of table `y`.
    public static long generationOf(byte[] embedding) {
        return ByteBuffer.wrap(embedding, 1 + OWNER, 8).getLong();
    }

    /// The number at the end of a key.
    public static long lastNumber(byte[] key) {
        return ByteBuffer.wrap(key, key.length - 8, 8).getLong();
    }

    private static byte[] numbered(char letter, byte[] owner, long number) {
        return ByteBuffer.allocate(1 + OWNER + 8)
                .put((byte) letter)
                .put(owner)
                .putLong(number)
                .array();
    }

    private static byte[] suffixed(char letter, byte[] owner, byte[] suffix) {
        return ByteBuffer.allocate(1 + OWNER + suffix.length)
                .put((byte) letter)
                .put(owner)
                .put(suffix)
                .array();
    }
}
