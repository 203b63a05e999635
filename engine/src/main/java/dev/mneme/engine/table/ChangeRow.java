package dev.mneme.engine.table;

import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import dev.mneme.engine.codec.ByteReader;
import dev.mneme.engine.codec.ByteWriter;
import dev.mneme.engine.codec.ModelCodec;
import dev.mneme.engine.codec.SubjectCodec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One change of an owner.
///
/// @param logIndex of the entry that brought it, and `ordinal` its place among that entry's changes
public record ChangeRow(
        ChangeType type, Ref ref, boolean localOnly, Instant at, Provenance by, long logIndex, int ordinal) {

    /// What the change concerns: versions that have a history by reference, all else as it was.
    public sealed interface Ref {
        /// Nothing: an erasure.
        record Nothing() implements Ref {}

        /// @param version the history's version that the change made
        record OfMemory(long arrival, long version) implements Ref {}

        record OfContext(String key, long version) implements Ref {}

        record Whole(Subject subject) implements Ref {}

        static Ref of(Subject subject) {
            return switch (subject) {
                case Context context -> new OfContext(context.key(), context.version());
                case Memory memory -> throw new IllegalArgumentException("a memory is referred to by its arrival");
                case ModeState state -> new Whole(state);
                case Transition transition -> new Whole(transition);
                case ResponseSource source -> new Whole(source);
                case SyncEvent event -> new Whole(event);
                case Conflict conflict -> new Whole(conflict);
            };
        }
    }

    public byte[] encode() {
        ByteWriter out = Rows.sealed().u8(code(type));
        write(out, ref);
        out.bool(localOnly).instant(at).unsigned(logIndex).unsigned(ordinal);
        ModelCodec.write(out, by);
        return out.toByteArray();
    }

    /// The same change, of which nothing is told but that there was one; of a switch of mode, what may be announced.
    public ChangeRow withheld() {
        Ref told = type == ChangeType.MODE_CHANGED && ref instanceof Ref.Whole(ModeState state)
                ? new Ref.Whole(state.announced())
                : new Ref.Nothing();
        return new ChangeRow(type, told, true, at, by, logIndex, ordinal);
    }

    /// The same change at another place of the shard's log.
    public ChangeRow at(long newLogIndex, int newOrdinal) {
        return new ChangeRow(type, ref, localOnly, at, by, newLogIndex, newOrdinal);
    }

    public static ChangeRow decode(byte[] row) {
        return Rows.read(row, ChangeRow::fields);
    }

    private static ChangeRow fields(ByteReader in) {
        ChangeType type = typeOf(in.u8());
        Ref ref = ref(in);
        boolean localOnly = in.bool();
        Instant at = in.instant();
        long logIndex = in.unsigned();
        int ordinal = Math.toIntExact(in.unsigned());
        return new ChangeRow(type, ref, localOnly, at, ModelCodec.provenance(in), logIndex, ordinal);
    }

    private static void write(ByteWriter out, Ref ref) {
        switch (ref) {
            case Ref.Nothing nothing -> out.u8(0);
            case Ref.OfMemory(long arrival, long version) ->
                out.u8(1).unsigned(arrival).unsigned(version);
            case Ref.OfContext(String key, long version) ->
                out.u8(2).string(key).unsigned(version);
            case Ref.Whole(Subject subject) -> writeWhole(out, subject);
        }
    }

    static void writeWhole(ByteWriter out, Subject subject) {
        switch (subject) {
            case ModeState state -> SubjectCodec.write(out.u8(3), state);
            case Transition transition -> SubjectCodec.write(out.u8(4), transition);
            case ResponseSource source -> SubjectCodec.write(out.u8(5), source);
            case SyncEvent event -> SubjectCodec.write(out.u8(6), event);
            case Conflict conflict -> SubjectCodec.write(out.u8(7), conflict);
            case Context context -> throw new IllegalArgumentException("a context is kept by reference");
            case Memory memory -> throw new IllegalArgumentException("a memory is kept by reference");
        }
    }

    private static Ref ref(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case 0 -> new Ref.Nothing();
            case 1 -> new Ref.OfMemory(in.unsigned(), in.unsigned());
            case 2 -> new Ref.OfContext(in.string(), in.unsigned());
            default -> new Ref.Whole(whole(tag, in));
        };
    }

    static Subject whole(int tag, ByteReader in) {
        return switch (tag) {
            case 3 -> SubjectCodec.modeState(in);
            case 4 -> SubjectCodec.transition(in);
            case 5 -> SubjectCodec.responseSource(in);
            case 6 -> SubjectCodec.syncEvent(in);
            case 7 -> SubjectCodec.conflict(in);
            default -> throw Rows.unknown("change's reference", tag);
        };
    }

    /// The name of what changed, as far as the row itself knows it: see [dev.mneme.core.model.Change].
    public @Nullable String key() {
        return switch (ref) {
            case Ref.Nothing nothing -> null;
            case Ref.OfMemory memory -> null;
            case Ref.OfContext(String key, long version) -> key;
            case Ref.Whole(Subject subject) -> keyOf(subject);
        };
    }

    /// The name of a record among those of its kind.
    public static String keyOf(Subject subject) {
        return switch (subject) {
            case Memory memory -> memory.id().toString();
            case Context context -> context.key();
            case ModeState state -> state.instanceId();
            case Transition transition -> transition.instanceId();
            case ResponseSource source -> source.chatId() + "/" + source.messageId();
            case SyncEvent event -> event.id().toString();
            case Conflict conflict -> conflict.id().toString();
        };
    }

    private static int code(ChangeType type) {
        return switch (type) {
            case MEMORY_ADDED -> 0;
            case MEMORY_UPDATED -> 1;
            case MEMORY_DELETED -> 2;
            case OWNER_ERASED -> 3;
            case CONTEXT_PUT -> 4;
            case CONTEXT_DELETED -> 5;
            case MODE_CHANGED -> 6;
            case MODE_CONFIGURED -> 7;
            case TRANSITION_RECORDED -> 8;
            case RESPONSE_RECORDED -> 9;
            case SYNC_POSTED -> 10;
            case SYNC_PROCESSED -> 11;
            case CONFLICT_RECORDED -> 12;
            case CONFLICT_RESOLVED -> 13;
        };
    }

    private static ChangeType typeOf(int code) {
        for (ChangeType type : ChangeType.values()) {
            if (code(type) == code) {
                return type;
            }
        }
        throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "A change has the unknown type " + code + ".");
    }
}
