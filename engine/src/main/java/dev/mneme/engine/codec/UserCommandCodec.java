package dev.mneme.engine.codec;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.model.NumberedIds;
import java.util.ArrayList;
import java.util.List;

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
                        default -> throw ModelCodec.unknown("expired record", tag);
                    });
        }
        return new Command.Expire(records);
    }
}
