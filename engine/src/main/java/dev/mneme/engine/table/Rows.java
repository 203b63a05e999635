package dev.mneme.engine.table;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The values of a shard's rows. Each begins with an envelope, so that a later version can add to it:
///
/// ```text
/// u8 format (1) · u8 length of the MAC (0 for now) · the MAC · the fields
/// ```
public final class Rows {
    private static final int FORMAT = 1;
    private static final int SMALL_ROW = 256;

    private Rows() {}

    /// The shard itself.
    ///
    /// @param time the last command time
    /// @param trims how many changes retention has removed
    /// @param trimmedIndex the latest among the removed: its log index, and `trimmedOrdinal` within that entry
    public record Shard(Instant time, long owners, long memories, long trims, long trimmedIndex, int trimmedOrdinal) {
        public static final Shard NEW = new Shard(Instant.EPOCH, 0, 0, 0, 0, 0);

        public byte[] encode() {
            return sealed().instant(time)
                    .unsigned(owners)
                    .unsigned(memories)
                    .unsigned(trims)
                    .unsigned(trimmedIndex)
                    .unsigned(trimmedOrdinal)
                    .toByteArray();
        }

        public static Shard decode(byte @Nullable [] row) {
            if (row == null) {
                return NEW;
            }
            return read(row, Shard::fields);
        }

        private static Shard fields(ByteReader in) {
            return new Shard(
                    in.instant(),
                    in.unsigned(),
                    in.unsigned(),
                    in.unsigned(),
                    in.unsigned(),
                    Math.toIntExact(in.unsigned()));
        }
    }

    /// What is known of an owner.
    ///
    /// @param owner null once erased
    /// @param sequence of the latest change; 0 before the first
    /// @param oldest the first sequence whose change is still kept; `sequence + 1` when none is
    /// @param spaces of its vectors
    /// @param idempotencyOldest the ordinal of the oldest idempotency record
    /// @param idempotencyNext the ordinal of the next one
    public record Head(
            @Nullable Owner owner,
            long sequence,
            long oldest,
            Spaces spaces,
            long idempotencyOldest,
            long idempotencyNext) {
        public static Head of(Owner owner) {
            return new Head(owner, 0, 1, Spaces.NONE, 0, 0);
        }

        public @Nullable EmbeddingSpace space() {
            return spaces.now();
        }

        public byte[] encode() {
            EmbeddingSpace space = space();
            ByteWriter out = sealed().bool(owner != null);
            if (owner != null) {
                ModelCodec.write(out, owner);
            }
            out.unsigned(sequence).unsigned(oldest).bool(space != null);
            if (space != null) {
                ModelCodec.write(out, space);
            }
            spaces.writeRest(out.unsigned(idempotencyOldest).unsigned(idempotencyNext));
            return out.toByteArray();
        }

        public static Head decode(byte[] row) {
            return read(row, Head::fields);
        }

        private static Head fields(ByteReader in) {
            Owner owner = in.bool() ? ModelCodec.owner(in) : null;
            long sequence = in.unsigned();
            long oldest = in.unsigned();
            EmbeddingSpace now = in.bool() ? ModelCodec.space(in) : null;
            long idempotencyOldest = in.unsigned();
            long idempotencyNext = in.unsigned();
            return new Head(owner, sequence, oldest, Spaces.readRest(now, in), idempotencyOldest, idempotencyNext);
        }
    }

    /// One version of a memory: the newest one, or an earlier one in the history.
    ///
    /// @param version the memory's, but one more for a deletion, which keeps the memory as it last was
    /// @param sequence of the change that made it
    public record Version(MemoryEvent event, Memory memory, long version, long sequence, Instant at, Provenance by) {
        public byte[] encode() {
            ByteWriter out = sealed(SMALL_ROW + memory.text().length())
                    .u8(eventCode(event))
                    .unsigned(version)
                    .unsigned(sequence)
                    .instant(at);
            ModelCodec.write(out, by);
            ModelCodec.write(out, memory);
            return out.toByteArray();
        }

        public static Version decode(byte[] row) {
            return read(row, Version::fields);
        }

        private static Version fields(ByteReader in) {
            MemoryEvent event = eventOf(in.u8());
            long version = in.unsigned();
            long sequence = in.unsigned();
            Instant at = in.instant();
            Provenance by = ModelCodec.provenance(in);
            return new Version(event, ModelCodec.memory(in), version, sequence, at, by);
        }
    }

    /// Where the memory of an id lies.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Pointer(byte[] owner, long arrival) {
        public byte[] encode() {
            return sealed().raw(owner).fixed64(arrival).toByteArray();
        }

        public static Pointer decode(byte[] row) {
            return read(row, Pointer::fields);
        }

        private static Pointer fields(ByteReader in) {
            return new Pointer(in.raw(Keys.OWNER), in.fixed64());
        }
    }

    public static byte[] encode(Embedding embedding) {
        TokenVectors tokens = embedding.tokens();
        int tokenBytes = tokens == null ? 0 : tokens.rows().length;
        ByteWriter out = sealed(SMALL_ROW + Float.BYTES * embedding.vector().length + tokenBytes);
        ModelCodec.write(out, embedding);
        return out.toByteArray();
    }

    public static Embedding embedding(byte[] row) {
        return read(row, ModelCodec::embedding);
    }

    /// One change of an owner.
    ///
    /// @param arrival the memory that it concerns; 0 for an erasure
    /// @param version the history's version that it made
    /// @param logIndex of the entry that brought it, and `ordinal` its place among that entry's changes
    public record ChangeRow(
            ChangeType type, long arrival, long version, Instant at, Provenance by, long logIndex, int ordinal) {
        public byte[] encode() {
            ByteWriter out = sealed().u8(typeCode(type))
                    .unsigned(arrival)
                    .unsigned(version)
                    .instant(at)
                    .unsigned(logIndex)
                    .unsigned(ordinal);
            ModelCodec.write(out, by);
            return out.toByteArray();
        }

        public static ChangeRow decode(byte[] row) {
            return read(row, ChangeRow::fields);
        }

        private static ChangeRow fields(ByteReader in) {
            ChangeType type = typeOf(in.u8());
            long arrival = in.unsigned();
            long version = in.unsigned();
            Instant at = in.instant();
            long logIndex = in.unsigned();
            int ordinal = Math.toIntExact(in.unsigned());
            return new ChangeRow(type, arrival, version, at, ModelCodec.provenance(in), logIndex, ordinal);
        }
    }

    /// The operator's feed: whose change, and which.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record OperatorRow(byte[] owner, long sequence) {
        public byte[] encode() {
            return sealed().raw(owner).fixed64(sequence).toByteArray();
        }

        public static OperatorRow decode(byte[] row) {
            return read(row, OperatorRow::fields);
        }

        private static OperatorRow fields(ByteReader in) {
            return new OperatorRow(in.raw(Keys.OWNER), in.fixed64());
        }
    }

    /// How many memories of one owner carry a scope id.
    public record EntityRow(long memories, Instant updatedAt) {
        public byte[] encode() {
            return sealed().unsigned(memories).instant(updatedAt).toByteArray();
        }

        public static EntityRow decode(byte[] row) {
            return read(row, EntityRow::fields);
        }

        private static EntityRow fields(ByteReader in) {
            return new EntityRow(in.unsigned(), in.instant());
        }
    }

    /// An arrival number on its own.
    public static byte[] encode(long arrival) {
        return sealed().fixed64(arrival).toByteArray();
    }

    public static long arrival(byte[] row) {
        return read(row, ByteReader::fixed64);
    }

    /// What a write under an idempotency key was and became.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record IdempotencyRow(byte[] requestHash, Instant at, long ordinal, long sequence, List<Kept> outcomes) {
        /// An outcome, with the memory by reference.
        public sealed interface Kept {
            record Stored(MemoryEvent event, MemoryId id, long version) implements Kept {}

            record Deleted(MemoryId id) implements Kept {}

            record DeletedMany(long count) implements Kept {}

            record Done() implements Kept {}

            record Rejected(
                    ErrorCode code,
                    String message,
                    @Nullable String field,
                    @Nullable Stored current) implements Kept {}

            private static @Nullable Stored stored(@Nullable Memory memory) {
                return memory == null ? null : new Stored(MemoryEvent.NONE, memory.id(), memory.version());
            }

            static Kept of(Outcome outcome) {
                return switch (outcome) {
                    case Outcome.Stored stored ->
                        new Stored(
                                stored.event(),
                                stored.memory().id(),
                                stored.memory().version());
                    case Outcome.Deleted deleted -> new Deleted(deleted.id());
                    case Outcome.DeletedMany many -> new DeletedMany(many.count());
                    case Outcome.Done done -> new Done();
                    case Outcome.Rejected rejected ->
                        new Rejected(rejected.code(), rejected.message(), rejected.field(), stored(rejected.current()));
                };
            }
        }

        public byte[] encode() {
            ByteWriter out = sealed().bytes(requestHash)
                    .instant(at)
                    .unsigned(ordinal)
                    .unsigned(sequence)
                    .unsigned(outcomes.size());
            outcomes.forEach(kept -> write(out, kept));
            return out.toByteArray();
        }

        private static void write(ByteWriter out, Kept kept) {
            switch (kept) {
                case Kept.Stored stored -> {
                    ModelCodec.write(out.u8(0).u8(eventCode(stored.event())), stored.id());
                    out.unsigned(stored.version());
                }
                case Kept.Deleted deleted -> ModelCodec.write(out.u8(1), deleted.id());
                case Kept.DeletedMany many -> out.u8(2).unsigned(many.count());
                case Kept.Done done -> out.u8(3);
                case Kept.Rejected rejected -> {
                    out.u8(4)
                            .string(rejected.code().wireName())
                            .string(rejected.message())
                            .nullableString(rejected.field())
                            .bool(rejected.current() != null);
                    if (rejected.current() != null) {
                        ModelCodec.write(out, rejected.current().id());
                        out.unsigned(rejected.current().version());
                    }
                }
            }
        }

        public static IdempotencyRow decode(byte[] row) {
            return read(row, IdempotencyRow::fields);
        }

        private static IdempotencyRow fields(ByteReader in) {
            byte[] requestHash = in.bytes();
            Instant at = in.instant();
            long ordinal = in.unsigned();
            long sequence = in.unsigned();
            int count = in.count();
            List<Kept> outcomes = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                outcomes.add(kept(in));
            }
            return new IdempotencyRow(requestHash, at, ordinal, sequence, outcomes);
        }

        private static Kept kept(ByteReader in) {
            int tag = in.u8();
            return switch (tag) {
                case 0 -> new Kept.Stored(eventOf(in.u8()), ModelCodec.memoryId(in), in.unsigned());
                case 1 -> new Kept.Deleted(ModelCodec.memoryId(in));
                case 2 -> new Kept.DeletedMany(in.unsigned());
                case 3 -> new Kept.Done();
                case 4 ->
                    new Kept.Rejected(
                            ErrorCode.valueOf(in.string().toUpperCase(java.util.Locale.ROOT)),
                            in.string(),
                            in.nullableString(),
                            in.bool()
                                    ? new Kept.Stored(MemoryEvent.NONE, ModelCodec.memoryId(in), in.unsigned())
                                    : null);
                default -> throw unknown("outcome", tag);
            };
        }
    }

    /// Where an idempotency record lies, and when it was made.
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record IdempotencyOrderRow(byte[] keyHash, Instant at) {
        public byte[] encode() {
            return sealed().bytes(keyHash).instant(at).toByteArray();
        }

        public static IdempotencyOrderRow decode(byte[] row) {
            return read(row, IdempotencyOrderRow::fields);
        }

        private static IdempotencyOrderRow fields(ByteReader in) {
            return new IdempotencyOrderRow(in.bytes(), in.instant());
        }
    }

    public static byte[] encode(EmbeddingSpace space) {
        ByteWriter out = sealed();
        ModelCodec.write(out, space);
        return out.toByteArray();
    }

    public static EmbeddingSpace space(byte[] row) {
        return read(row, ModelCodec::space);
    }

    public static byte[] encode(ApiKey key) {
        ByteWriter out = sealed();
        ModelCodec.write(out, key);
        return out.toByteArray();
    }

    public static ApiKey apiKey(byte[] row) {
        return read(row, ModelCodec::apiKey);
    }

    private static ByteWriter sealed() {
        return sealed(SMALL_ROW);
    }

    /// @param capacity about how long the row will be, so that it need not grow
    private static ByteWriter sealed(int capacity) {
        return new ByteWriter(capacity).u8(FORMAT).u8(0);
    }

    private static <T> T read(byte[] row, Function<ByteReader, T> fields) {
        return ByteReader.decode(row, in -> {
            int format = in.u8();
            if (format != FORMAT) {
                throw unknown("row format", format);
            }
            in.raw(in.u8());
            return fields.apply(in);
        });
    }

    private static int eventCode(MemoryEvent event) {
        return switch (event) {
            case ADD -> 0;
            case UPDATE -> 1;
            case DELETE -> 2;
            case NONE -> 3;
        };
    }

    private static MemoryEvent eventOf(int code) {
        return switch (code) {
            case 0 -> MemoryEvent.ADD;
            case 1 -> MemoryEvent.UPDATE;
            case 2 -> MemoryEvent.DELETE;
            case 3 -> MemoryEvent.NONE;
            default -> throw unknown("event", code);
        };
    }

    private static int typeCode(ChangeType type) {
        return switch (type) {
            case MEMORY_ADDED -> 0;
            case MEMORY_UPDATED -> 1;
            case MEMORY_DELETED -> 2;
            case OWNER_ERASED -> 3;
        };
    }

    private static ChangeType typeOf(int code) {
        return switch (code) {
            case 0 -> ChangeType.MEMORY_ADDED;
            case 1 -> ChangeType.MEMORY_UPDATED;
            case 2 -> ChangeType.MEMORY_DELETED;
            case 3 -> ChangeType.OWNER_ERASED;
            default -> throw unknown("change type", code);
        };
    }

    private static MnemeException unknown(String what, int code) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "A row has the " + what + " " + code
                        + ", which this version does not know: it is damaged, or a newer version"
                        + " wrote it. Run mneme verify.");
    }
}
