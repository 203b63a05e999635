package dev.mneme.engine.table;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.model.Transition;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.GovernCodec;
import dev.mneme.engine.codec.ModelCodec;
import dev.mneme.engine.codec.SubjectCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The values of a shard's rows. Each begins with an envelope, so that a later version can add to it:
///
/// ```text
/// u8 format (1) · u8 length of the MAC (16) · the MAC · the fields
/// ```
///
/// Encoding leaves the MAC blank: it is filled in when the row is stored (`engine.integrity`).
public final class Rows {
    private static final int FORMAT = 1;
    private static final int SMALL_ROW = 256;
    private static final byte[] BLANK_MAC = new byte[Digest128.BYTES];

    /// Where a row's MAC begins.
    public static final int MAC_AT = 2;

    /// Where a row's fields begin.
    public static final int FIELDS_AT = MAC_AT + Digest128.BYTES;

    private Rows() {}

    /// The shard itself.
    ///
    /// @param time the last command time
    /// @param trims how many changes retention has removed
    /// @param trimmedIndex the latest among the removed: its log index, and `trimmedOrdinal` within that entry
    /// @param totals over the rows that no owner's head covers
    /// @param rules what entries are decided by; null before the first [Command.Govern]
    public record Shard(
            Instant time,
            long owners,
            long memories,
            long trims,
            long trimmedIndex,
            int trimmedOrdinal,
            ShardTotals totals,
            Command.@Nullable Govern rules) {
        public static final Shard NEW = new Shard(Instant.EPOCH, 0, 0, 0, 0, 0, ShardTotals.NONE, null);

        public byte[] encode() {
            ByteWriter out = sealed().instant(time)
                    .unsigned(owners)
                    .unsigned(memories)
                    .unsigned(trims)
                    .unsigned(trimmedIndex)
                    .unsigned(trimmedOrdinal);
            totals.write(out);
            if (rules != null) {
                GovernCodec.write(out, rules);
            }
            return out.toByteArray();
        }

        public Shard withTotals(ShardTotals newTotals) {
            return new Shard(time, owners, memories, trims, trimmedIndex, trimmedOrdinal, newTotals, rules);
        }

        /// A row that was encoded without totals, with these.
        public static byte[] filled(byte[] row, ShardTotals totals) {
            byte[] after = read(row, in -> {
                beforeTotals(in);
                ShardTotals.skipped(in);
                return in.rest();
            });
            ByteWriter out = new ByteWriter(row.length + ShardTotals.MAX_BYTES);
            out.raw(Arrays.copyOf(row, row.length - after.length - ShardTotals.NONE_BYTES));
            totals.write(out);
            return out.raw(after).toByteArray();
        }

        /// The totals of a row, and nothing else of it.
        public static ShardTotals totals(byte @Nullable [] row) {
            return row == null
                    ? ShardTotals.NONE
                    : read(row, in -> {
                        beforeTotals(in);
                        return ShardTotals.read(in);
                    });
        }

        private static void beforeTotals(ByteReader in) {
            in.instant();
            for (int field = 0; field < 5; field++) {
                in.unsigned();
            }
        }

        public static Shard decode(byte @Nullable [] row) {
            if (row == null) {
                return NEW;
            }
            return read(row, in -> fields(in, ShardTotals::read));
        }

        /// As [#decode], with [ShardTotals#NONE] for the totals: they are most of the row.
        public static Shard withoutTotals(byte @Nullable [] row) {
            return row == null ? NEW : read(row, in -> fields(in, ShardTotals::skipped));
        }

        private static Shard fields(ByteReader in, Function<ByteReader, ShardTotals> totals) {
            return new Shard(
                    in.instant(),
                    in.unsigned(),
                    in.unsigned(),
                    in.unsigned(),
                    in.unsigned(),
                    Math.toIntExact(in.unsigned()),
                    totals.apply(in),
                    in.hasMore() ? GovernCodec.read(in) : null);
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
    /// @param totals over the owner's rows
    public record Head(
            @Nullable Owner owner,
            long sequence,
            long oldest,
            Spaces spaces,
            long idempotencyOldest,
            long idempotencyNext,
            OwnerTotals totals) {
        public static Head of(Owner owner) {
            return new Head(owner, 0, 1, Spaces.NONE, 0, 0, OwnerTotals.NONE);
        }

        public @Nullable EmbeddingSpace space() {
            return spaces.now();
        }

        /// After a change.
        ///
        /// @param named whose it is
        public Head changed(Owner named, long newSequence) {
            return new Head(named, newSequence, oldest, spaces, idempotencyOldest, idempotencyNext, totals);
        }

        public Head withOldest(long newOldest) {
            return new Head(owner, sequence, newOldest, spaces, idempotencyOldest, idempotencyNext, totals);
        }

        public Head withSpaces(Spaces newSpaces) {
            return new Head(owner, sequence, oldest, newSpaces, idempotencyOldest, idempotencyNext, totals);
        }

        public Head withIdempotency(long newOldest, long newNext) {
            return new Head(owner, sequence, oldest, spaces, newOldest, newNext, totals);
        }

        public Head withTotals(OwnerTotals newTotals) {
            return new Head(owner, sequence, oldest, spaces, idempotencyOldest, idempotencyNext, newTotals);
        }

        /// A row that was encoded without totals, with these.
        public static byte[] filled(byte[] row, OwnerTotals totals) {
            ByteWriter out = new ByteWriter(row.length + OwnerTotals.NONE_BYTES);
            out.raw(Arrays.copyOf(row, row.length - OwnerTotals.NONE_BYTES));
            totals.write(out);
            return out.toByteArray();
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
            totals.write(out);
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
            Spaces spaces = Spaces.readRest(now, in);
            OwnerTotals totals = OwnerTotals.read(in);
            return new Head(owner, sequence, oldest, spaces, idempotencyOldest, idempotencyNext, totals);
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

    /// @param sequence of the change that made the version of the memory that it belongs to
    public static byte[] encode(Embedding embedding, long sequence) {
        TokenVectors tokens = embedding.tokens();
        PassageVectors passages = embedding.passages();
        int rowBytes = (tokens == null ? 0 : tokens.rows().length) + (passages == null ? 0 : passages.rows().length);
        ByteWriter out = sealed(SMALL_ROW + Float.BYTES * embedding.vector().length + rowBytes);
        out.fixed64(sequence);
        ModelCodec.write(out, embedding);
        return out.toByteArray();
    }

    public static Embedding embedding(byte[] row) {
        return read(row, in -> {
            in.fixed64();
            return ModelCodec.embedding(in);
        });
    }

    /// The sequence of the version that an embedding belongs to.
    public static long embeddedAt(byte[] row) {
        return read(row, ByteReader::fixed64);
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
    ///
    /// @param createdAt when the first of them came; null in rows from before it was kept
    public record EntityRow(
            long memories, Instant updatedAt, @Nullable Instant createdAt) {
        public byte[] encode() {
            ByteWriter row = sealed().unsigned(memories).instant(updatedAt);
            return (createdAt == null ? row : row.instant(createdAt)).toByteArray();
        }

        public static EntityRow decode(byte[] row) {
            return read(row, EntityRow::fields);
        }

        /// After a change to one of the memories, which is one more, one less, or as many.
        public EntityRow with(int more, Memory memory, Instant at) {
            boolean earlier = createdAt != null && memory.createdAt().isBefore(createdAt); // imported
            return new EntityRow(memories + more, at, earlier ? memory.createdAt() : createdAt);
        }

        private static EntityRow fields(ByteReader in) {
            return new EntityRow(in.unsigned(), in.instant(), in.hasMore() ? in.instant() : null);
        }
    }

    /// An arrival number on its own.
    public static byte[] encode(long arrival) {
        return sealed().fixed64(arrival).toByteArray();
    }

    public static long arrival(byte[] row) {
        return read(row, ByteReader::fixed64);
    }

    /// Stands first in a row of equal memories that leaves out the older ones.
    public static final long OLDER_LEFT_OUT = 0;

    /// The arrivals of the live memories with one content, in their order.
    public static byte[] encode(List<Long> arrivals) {
        ByteWriter out = sealed(FIELDS_AT + 10);
        arrivals.forEach(out::unsigned);
        return out.toByteArray();
    }

    public static List<Long> arrivals(byte[] row) {
        return read(row, in -> {
            List<Long> arrivals = new ArrayList<>();
            while (in.hasMore()) {
                arrivals.add(in.unsigned());
            }
            return arrivals;
        });
    }

    /// A row whose key says it all.
    public static byte[] mark() {
        return sealed(FIELDS_AT).toByteArray();
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

    /// A context, or the place of one that is gone.
    ///
    /// @param version the latest that there was; a deletion counts as one
    /// @param context null once deleted, or removed after its expiry
    public record ContextRow(long version, @Nullable Context context) {
        public byte[] encode() {
            ByteWriter out = sealed().unsigned(version).bool(context != null);
            if (context != null) {
                SubjectCodec.write(out, context);
            }
            return out.toByteArray();
        }

        public static ContextRow decode(byte[] row) {
            return read(row, in -> new ContextRow(in.unsigned(), in.bool() ? SubjectCodec.context(in) : null));
        }
    }

    public static byte[] encode(ContextVersion version) {
        ByteWriter out = sealed().bool(version.deleted());
        SubjectCodec.write(out, version.context());
        return out.toByteArray();
    }

    public static ContextVersion contextVersion(byte[] row) {
        return read(row, in -> {
            boolean deleted = in.bool();
            return new ContextVersion(SubjectCodec.context(in), deleted);
        });
    }

    public static byte[] encode(ModeState state) {
        ByteWriter out = sealed();
        SubjectCodec.write(out, state);
        return out.toByteArray();
    }

    public static ModeState modeState(byte[] row) {
        return read(row, SubjectCodec::modeState);
    }

    public static byte[] encode(Transition transition) {
        ByteWriter out = sealed();
        SubjectCodec.write(out, transition);
        return out.toByteArray();
    }

    public static Transition transition(byte[] row) {
        return read(row, SubjectCodec::transition);
    }

    public static byte[] encode(ResponseSource source) {
        ByteWriter out = sealed();
        SubjectCodec.write(out, source);
        return out.toByteArray();
    }

    public static ResponseSource responseSource(byte[] row) {
        return read(row, SubjectCodec::responseSource);
    }

    public static byte[] encode(SyncEvent event) {
        ByteWriter out = sealed();
        SubjectCodec.write(out, event);
        return out.toByteArray();
    }

    public static SyncEvent syncEvent(byte[] row) {
        return read(row, SubjectCodec::syncEvent);
    }

    public static byte[] encode(EmbeddingSpace space) {
        ByteWriter out = sealed();
        ModelCodec.write(out, space);
        return out.toByteArray();
    }

    public static EmbeddingSpace space(byte[] row) {
        return read(row, ModelCodec::space);
    }

    public static byte[] encode(Document document) {
        ByteWriter out = sealed().string(document.collection()).string(document.id());
        ModelCodec.write(out, document.data());
        return out.unsigned(document.version())
                .instant(document.createdAt())
                .instant(document.updatedAt())
                .toByteArray();
    }

    public static Document document(byte[] row) {
        return read(
                row,
                in -> new Document(
                        in.string(), in.string(), ModelCodec.object(in), in.unsigned(), in.instant(), in.instant()));
    }

    public static byte[] encode(ApiKey key) {
        ByteWriter out = sealed();
        ModelCodec.write(out, key);
        return out.toByteArray();
    }

    public static ApiKey apiKey(byte[] row) {
        return read(row, ModelCodec::apiKey);
    }

    /// A copy of the row as it was encoded.
    public static byte[] withoutMac(byte[] row) {
        byte[] blank = row.clone();
        System.arraycopy(BLANK_MAC, 0, blank, MAC_AT, BLANK_MAC.length);
        return blank;
    }

    /// The fields of a row, without its envelope.
    public static byte[] fields(byte[] row) {
        return read(row, ByteReader::rest);
    }

    /// A row of these fields; its MAC is blank.
    public static byte[] sealedFields(byte[] fields) {
        return sealed(FIELDS_AT + fields.length).raw(fields).toByteArray();
    }

    static ByteWriter sealed() {
        return sealed(SMALL_ROW);
    }

    /// @param capacity about how long the row will be, so that it need not grow
    static ByteWriter sealed(int capacity) {
        return new ByteWriter(capacity).u8(FORMAT).u8(BLANK_MAC.length).raw(BLANK_MAC);
    }

    static <T> T read(byte[] row, Function<ByteReader, T> fields) {
        return ByteReader.decode(row, in -> {
            int format = in.u8();
            if (format != FORMAT) {
                throw unknown("row format", format);
            }
            in.raw(in.u8());
            return fields.apply(in);
        });
    }

    static int eventCode(MemoryEvent event) {
        return switch (event) {
            case ADD -> 0;
            case UPDATE -> 1;
            case DELETE -> 2;
            case NONE -> 3;
        };
    }

    static MemoryEvent eventOf(int code) {
        return switch (code) {
            case 0 -> MemoryEvent.ADD;
            case 1 -> MemoryEvent.UPDATE;
            case 2 -> MemoryEvent.DELETE;
            case 3 -> MemoryEvent.NONE;
            default -> throw unknown("event", code);
        };
    }

    static MnemeException unknown(String what, int code) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "A row has the " + what + " " + code
                        + ", which this version does not know: it is damaged, or a newer version"
                        + " wrote it. Run mneme verify.");
    }
}
