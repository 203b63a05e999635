package dev.mneme.engine.table;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Subject;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a write under an idempotency key was and became.
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record IdempotencyRow(byte[] requestHash, Instant at, long ordinal, long sequence, List<Kept> outcomes) {
    /// An outcome, with records that have a history by reference.
    public sealed interface Kept {
        record Stored(MemoryEvent event, Ref ref) implements Kept {}

        record Deleted(MemoryId id) implements Kept {}

        record DeletedMany(long count, boolean incomplete) implements Kept {}

        record Removed(long version) implements Kept {}

        record Done() implements Kept {}

        record Rejected(
                ErrorCode code,
                String message,
                @Nullable String field,
                List<String> paths,
                @Nullable Ref current) implements Kept {}

        static Kept of(Outcome outcome) {
            return switch (outcome) {
                case Outcome.Stored stored -> new Stored(stored.event(), Ref.of(stored.subject()));
                case Outcome.Deleted deleted -> new Deleted(deleted.id());
                case Outcome.DeletedMany many -> new DeletedMany(many.count(), many.incomplete());
                case Outcome.Removed removed -> new Removed(removed.version());
                case Outcome.Done done -> new Done();
                case Outcome.Rejected rejected ->
                    new Rejected(
                            rejected.code(),
                            rejected.message(),
                            rejected.field(),
                            rejected.paths(),
                            rejected.current() == null ? null : Ref.of(rejected.current()));
            };
        }
    }

    /// One version of a record.
    public sealed interface Ref {
        record OfMemory(MemoryId id, long version) implements Ref {}

        record OfContext(String key, long version) implements Ref {}

        record Whole(Subject subject) implements Ref {}

        static Ref of(Subject subject) {
            return switch (subject) {
                case Memory memory -> new OfMemory(memory.id(), memory.version());
                case Context context -> new OfContext(context.key(), context.version());
                default -> new Whole(subject);
            };
        }
    }

    public byte[] encode() {
        ByteWriter out = Rows.sealed()
                .bytes(requestHash)
                .instant(at)
                .unsigned(ordinal)
                .unsigned(sequence)
                .unsigned(outcomes.size());
        outcomes.forEach(kept -> write(out, kept));
        return out.toByteArray();
    }

    private static void write(ByteWriter out, Kept kept) {
        switch (kept) {
            case Kept.Stored stored -> write(out.u8(0).u8(Rows.eventCode(stored.event())), stored.ref());
            case Kept.Deleted deleted -> ModelCodec.write(out.u8(1), deleted.id());
            case Kept.DeletedMany many -> out.u8(many.incomplete() ? 6 : 2).unsigned(many.count());
            case Kept.Done done -> out.u8(3);
            case Kept.Rejected rejected -> {
                out.u8(4)
                        .string(rejected.code().wireName())
                        .string(rejected.message())
                        .nullableString(rejected.field());
                ModelCodec.writeStrings(out, rejected.paths());
                out.bool(rejected.current() != null);
                if (rejected.current() != null) {
                    write(out, rejected.current());
                }
            }
            case Kept.Removed removed -> out.u8(5).unsigned(removed.version());
        }
    }

    private static void write(ByteWriter out, Ref ref) {
        switch (ref) {
            case Ref.OfMemory memory -> {
                ModelCodec.write(out.u8(1), memory.id());
                out.unsigned(memory.version());
            }
            case Ref.OfContext context -> out.u8(2).string(context.key()).unsigned(context.version());
            case Ref.Whole whole -> ChangeRow.writeWhole(out, whole.subject());
        }
    }

    public static IdempotencyRow decode(byte[] row) {
        return Rows.read(row, IdempotencyRow::fields);
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
            case 0 -> new Kept.Stored(Rows.eventOf(in.u8()), ref(in));
            case 1 -> new Kept.Deleted(ModelCodec.memoryId(in));
            case 2 -> new Kept.DeletedMany(in.unsigned(), false);
            case 3 -> new Kept.Done();
            case 4 ->
                new Kept.Rejected(
                        ErrorCode.valueOf(in.string().toUpperCase(Locale.ROOT)),
                        in.string(),
                        in.nullableString(),
                        ModelCodec.strings(in),
                        in.bool() ? ref(in) : null);
            case 5 -> new Kept.Removed(in.unsigned());
            case 6 -> new Kept.DeletedMany(in.unsigned(), true);
            default -> throw Rows.unknown("outcome", tag);
        };
    }

    private static Ref ref(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> new Ref.OfMemory(ModelCodec.memoryId(in), in.unsigned());
            case 2 -> new Ref.OfContext(in.string(), in.unsigned());
            default -> new Ref.Whole(ChangeRow.whole(tag, in));
        };
    }
}
