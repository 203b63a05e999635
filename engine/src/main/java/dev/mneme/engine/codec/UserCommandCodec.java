package dev.mneme.engine.codec;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.NumberedIds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Commands on things that belong to a user as a whole, as fields; the tag comes first.
final class UserCommandCodec {
    static final int PUT_CONTEXT = 10;
    static final int DELETE_CONTEXT = 11;
    static final int SWITCH_MODE = 12;
    static final int CONFIGURE_MODE = 13;
    static final int RECORD_RESPONSE = 14;
    static final int POST_SYNC_EVENT = 15;
    static final int PROCESS_SYNC_EVENT = 16;
    static final int EXPIRE = 17;
    static final int SWITCH_MODE_FROM = 18;
    static final int RECORD_RESPONSE_NUMBERED = 19;

    static final int RECORD_CONFLICT = 20;
    static final int RESOLVE_CONFLICT = 21;

    private UserCommandCodec() {}

    static void write(ByteWriter out, Command.PutContext put) {
        out.u8(PUT_CONTEXT).string(put.key()).u8(SubjectCodec.code(put.type()));
        SubjectCodec.writeMode(out, put.mode());
        ModelCodec.write(out, put.data());
        ModelCodec.writeStrings(out, put.tags());
        out.nullableInstant(put.expiresAt()).signed(put.expectedVersion()).u8(SubjectCodec.code(put.strategy()));
    }

    static Command.PutContext putContext(ByteReader in) {
        return new Command.PutContext(
                in.string(),
                SubjectCodec.contextType(in.u8()),
                SubjectCodec.nullableMode(in),
                ModelCodec.json(in),
                ModelCodec.strings(in),
                in.nullableInstant(),
                in.signed(),
                SubjectCodec.mergeStrategy(in.u8()));
    }

    static void write(ByteWriter out, Command.DeleteContext delete) {
        out.u8(DELETE_CONTEXT).string(delete.key()).signed(delete.expectedVersion());
    }

    static Command.DeleteContext deleteContext(ByteReader in) {
        return new Command.DeleteContext(in.string(), in.signed());
    }

    static void write(ByteWriter out, Command.SwitchMode mode) {
        out.u8(mode.from() == null ? SWITCH_MODE : SWITCH_MODE_FROM)
                .string(mode.instanceId())
                .u8(SubjectCodec.code(mode.to()));
        out.bool(mode.capabilities() != null);
        if (mode.capabilities() != null) {
            SubjectCodec.write(out, mode.capabilities());
        }
        ModelCodec.writeNullableJson(out, mode.configuration());
        ModelCodec.writeNullableJson(out, mode.contextSnapshot());
        SubjectCodec.writeNullableLong(out, mode.durationMillis());
        out.nullableString(mode.error()).signed(mode.expectedVersion());
        if (mode.from() != null) {
            out.u8(SubjectCodec.code(mode.from()));
        }
    }

    /// @param from whether the former mode is included
    static Command.SwitchMode switchMode(ByteReader in, boolean from) {
        return new Command.SwitchMode(
                in.string(),
                SubjectCodec.mode(in.u8()),
                in.bool() ? SubjectCodec.capabilities(in) : null,
                ModelCodec.nullableObject(in),
                ModelCodec.nullableJson(in),
                SubjectCodec.nullableLong(in),
                in.nullableString(),
                in.signed(),
                from ? SubjectCodec.mode(in.u8()) : null);
    }

    static void write(ByteWriter out, Command.ConfigureMode mode) {
        out.u8(CONFIGURE_MODE).string(mode.instanceId());
        ModelCodec.writeNullableJson(out, mode.configurationPatch());
        out.bool(mode.capabilities() != null);
        if (mode.capabilities() != null) {
            SubjectCodec.write(out, mode.capabilities());
        }
        out.signed(mode.expectedVersion());
    }

    static Command.ConfigureMode configureMode(ByteReader in) {
        return new Command.ConfigureMode(
                in.string(),
                ModelCodec.nullableObject(in),
                in.bool() ? SubjectCodec.capabilities(in) : null,
                in.signed());
    }

    static void write(ByteWriter out, Command.RecordResponse record) {
        boolean numbered = !record.numbered().equals(NumberedIds.NONE);
        out.u8(numbered ? RECORD_RESPONSE_NUMBERED : RECORD_RESPONSE)
                .string(record.instanceId())
                .string(record.chatId())
                .string(record.messageId());
        SubjectCodec.writeMode(out, record.mode());
        out.u8(SubjectCodec.code(record.sourceType())).string(record.provider()).string(record.model());
        SubjectCodec.writeNullableDouble(out, record.confidence());
        out.string(record.responseHash());
        ModelCodec.write(out, record.metadata());
        out.nullableInstant(record.timestamp());
        if (numbered) {
            out.u8(SubjectCodec.code(record.numbered()));
        }
    }

    /// @param numbered whether ids came as numbers
    static Command.RecordResponse recordResponse(ByteReader in, boolean numbered) {
        return new Command.RecordResponse(
                in.string(),
                in.string(),
                in.string(),
                SubjectCodec.nullableMode(in),
                SubjectCodec.sourceType(in.u8()),
                in.string(),
                in.string(),
                SubjectCodec.nullableDouble(in),
                in.string(),
                ModelCodec.object(in),
                in.nullableInstant(),
                numbered ? SubjectCodec.numbered(in.u8()) : NumberedIds.NONE);
    }

    static void write(ByteWriter out, Command.PostSyncEvent post) {
        ModelCodec.write(out.u8(POST_SYNC_EVENT), post.id());
        out.string(post.sourceInstance()).u8(SubjectCodec.code(post.type()));
        ModelCodec.write(out, post.data());
        SubjectCodec.writeNullableSet(out, post.targets());
        out.u8(SubjectCodec.code(post.priority())).nullableInstant(post.expiresAt());
    }

    static Command.PostSyncEvent postSyncEvent(ByteReader in) {
        return new Command.PostSyncEvent(
                ModelCodec.memoryId(in),
                in.string(),
                SubjectCodec.syncEventType(in.u8()),
                ModelCodec.json(in),
                SubjectCodec.nullableSet(in),
                SubjectCodec.priority(in.u8()),
                in.nullableInstant());
    }

    static void write(ByteWriter out, Command.ProcessSyncEvent process) {
        ModelCodec.write(out.u8(PROCESS_SYNC_EVENT), process.id());
        out.string(process.instanceId());
    }

    static Command.ProcessSyncEvent processSyncEvent(ByteReader in) {
        return new Command.ProcessSyncEvent(ModelCodec.memoryId(in), in.string());
    }

    static void write(ByteWriter out, Command.RecordConflict record) {
        ModelCodec.write(out.u8(RECORD_CONFLICT), record.id());
        out.u8(code(record.about().kind())).string(record.about().key());
        ModelCodec.writeNullableJson(out, record.base() == null ? null : ConflictJson.side(record.base()));
        ModelCodec.write(out, ConflictJson.side(record.mine()));
        ModelCodec.write(out, ConflictJson.side(record.theirs()));
        out.bool(record.localOnly());
    }

    static Command.RecordConflict recordConflict(ByteReader in) {
        MemoryId id = ModelCodec.memoryId(in);
        Conflict.About about = new Conflict.About(conflictKind(in.u8()), in.string());
        JsonObject base = ModelCodec.nullableObject(in);
        return new Command.RecordConflict(
                id,
                about,
                base == null ? null : ConflictJson.side(base),
                ConflictJson.side(ModelCodec.object(in)),
                ConflictJson.side(ModelCodec.object(in)),
                in.bool());
    }

    /// @param write writes the command that the resolution stands for
    static void write(ByteWriter out, Command.ResolveConflict resolve, BiConsumer<ByteWriter, Command> write) {
        ModelCodec.write(out.u8(RESOLVE_CONFLICT), resolve.id());
        out.u8(code(resolve.take())).bool(resolve.write() != null);
        if (resolve.write() != null) {
            write.accept(out, resolve.write());
        }
    }

    static Command.ResolveConflict resolveConflict(ByteReader in, Function<ByteReader, Command> read) {
        return new Command.ResolveConflict(ModelCodec.memoryId(in), take(in.u8()), in.bool() ? read.apply(in) : null);
    }

    private static int code(Conflict.Kind kind) {
        return switch (kind) {
            case MEMORY -> 0;
            case CONTEXT -> 1;
            case MODE -> 2;
        };
    }

    private static Conflict.Kind conflictKind(int code) {
        return switch (code) {
            case 0 -> Conflict.Kind.MEMORY;
            case 1 -> Conflict.Kind.CONTEXT;
            case 2 -> Conflict.Kind.MODE;
            default -> throw ModelCodec.unknown("kind of conflict", code);
        };
    }

    private static int code(Conflict.Take take) {
        return switch (take) {
            case MINE -> 0;
            case THEIRS -> 1;
            case VALUE -> 2;
        };
    }

    private static Conflict.Take take(int code) {
        return switch (code) {
            case 0 -> Conflict.Take.MINE;
            case 1 -> Conflict.Take.THEIRS;
            case 2 -> Conflict.Take.VALUE;
            default -> throw ModelCodec.unknown("resolution", code);
        };
    }

    static void write(ByteWriter out, Command.Expire expire) {
        out.u8(EXPIRE).unsigned(expire.records().size());
        expire.records().forEach(record -> {
            switch (record) {
                case Expired.OfContext(String key, long version) ->
                    out.u8(0).string(key).unsigned(version);
                case Expired.OfSyncEvent event -> {
                    ModelCodec.write(out.u8(1), event.id());
                    out.unsigned(event.version());
                }
                case Expired.OfConflict conflict -> {
                    ModelCodec.write(out.u8(2), conflict.id());
                    out.unsigned(conflict.version());
                }
            }
        });
    }

    static Command.Expire expire(ByteReader in) {
        int count = in.count();
        List<Expired> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int tag = in.u8();
            records.add(
                    switch (tag) {
                        case 0 -> new Expired.OfContext(in.string(), in.unsigned());
                        case 1 -> new Expired.OfSyncEvent(ModelCodec.memoryId(in), in.unsigned());
                        case 2 -> new Expired.OfConflict(ModelCodec.memoryId(in), in.unsigned());
                        default -> throw ModelCodec.unknown("expired record", tag);
                    });
        }
        return new Command.Expire(records);
    }
}
