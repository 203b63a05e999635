package dev.mneme.engine.codec;

import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.Transition;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The nouns that belong to a user as a whole, as fields. Enums are written as numbers that are fixed here.
public final class SubjectCodec {
    private static final int LOCAL_ONLY = 1;
    private static final int CHAT_NUMBER = 2;
    private static final int MESSAGE_NUMBER = 4;

    private SubjectCodec() {}

    public static void write(ByteWriter out, Context context) {
        out.string(context.userId()).string(context.key()).u8(code(context.type()));
        writeMode(out, context.mode());
        ModelCodec.write(out, context.data());
        ModelCodec.writeStrings(out, context.tags());
        out.unsigned(context.version())
                .instant(context.createdAt())
                .instant(context.updatedAt())
                .string(context.createdBy())
                .string(context.updatedBy())
                .nullableInstant(context.expiresAt())
                .bool(context.localOnly());
    }

    public static Context context(ByteReader in) {
        return new Context(
                in.string(),
                in.string(),
                contextType(in.u8()),
                nullableMode(in),
                ModelCodec.json(in),
                ModelCodec.strings(in),
                in.unsigned(),
                in.instant(),
                in.instant(),
                in.string(),
                in.string(),
                in.nullableInstant(),
                in.bool());
    }

    public static void write(ByteWriter out, ModeState state) {
        out.string(state.userId()).string(state.instanceId()).u8(code(state.current()));
        writeMode(out, state.previous());
        write(out, state.capabilities());
        ModelCodec.write(out, state.configuration());
        out.instant(state.activatedAt())
                .unsigned(state.activatedBy())
                .instant(state.updatedAt())
                .unsigned(state.version())
                .bool(state.localOnly());
    }

    public static ModeState modeState(ByteReader in) {
        return new ModeState(
                in.string(),
                in.string(),
                mode(in.u8()),
                nullableMode(in),
                capabilities(in),
                ModelCodec.object(in),
                in.instant(),
                in.unsigned(),
                in.instant(),
                in.unsigned(),
                in.bool());
    }

    public static void write(ByteWriter out, Transition transition) {
        out.string(transition.userId()).string(transition.instanceId());
        writeMode(out, transition.from());
        out.u8(code(transition.to()));
        ModelCodec.writeNullableJson(out, transition.contextSnapshot());
        writeNullableLong(out, transition.durationMillis());
        out.bool(transition.success())
                .nullableString(transition.error())
                .instant(transition.at())
                .unsigned(transition.sequence())
                .bool(transition.localOnly());
    }

    public static Transition transition(ByteReader in) {
        return new Transition(
                in.string(),
                in.string(),
                nullableMode(in),
                mode(in.u8()),
                ModelCodec.nullableJson(in),
                nullableLong(in),
                in.bool(),
                in.nullableString(),
                in.instant(),
                in.unsigned(),
                in.bool());
    }

    public static void write(ByteWriter out, ResponseSource source) {
        out.string(source.userId())
                .string(source.instanceId())
                .string(source.chatId())
                .string(source.messageId());
        writeMode(out, source.mode());
        out.u8(code(source.sourceType())).string(source.provider()).string(source.model());
        writeNullableDouble(out, source.confidence());
        out.string(source.responseHash());
        ModelCodec.write(out, source.metadata());
        out.instant(source.at()).unsigned(source.sequence());
        out.u8((source.localOnly() ? LOCAL_ONLY : 0) | code(source.numbered()));
    }

    public static ResponseSource responseSource(ByteReader in) {
        ResponseSource source = new ResponseSource(
                in.string(),
                in.string(),
                in.string(),
                in.string(),
                nullableMode(in),
                sourceType(in.u8()),
                in.string(),
                in.string(),
                nullableDouble(in),
                in.string(),
                ModelCodec.object(in),
                in.instant(),
                in.unsigned(),
                false);
        int flags = in.u8();
        return source.flagged((flags & LOCAL_ONLY) != 0, numbered(flags));
    }

    /// A code that leaves the lowest bit of its byte free.
    static int code(NumberedIds numbered) {
        return (numbered.chat() ? CHAT_NUMBER : 0) | (numbered.message() ? MESSAGE_NUMBER : 0);
    }

    static NumberedIds numbered(int flags) {
        return new NumberedIds((flags & CHAT_NUMBER) != 0, (flags & MESSAGE_NUMBER) != 0);
    }

    public static void write(ByteWriter out, SyncEvent event) {
        ModelCodec.write(out, event.id());
        out.string(event.userId()).string(event.sourceInstance()).u8(code(event.type()));
        ModelCodec.write(out, event.data());
        writeNullableSet(out, event.targets());
        ModelCodec.writeStrings(out, event.processedBy());
        out.u8(code(event.priority()))
                .instant(event.at())
                .nullableInstant(event.expiresAt())
                .unsigned(event.version())
                .unsigned(event.sequence())
                .bool(event.localOnly());
    }

    public static SyncEvent syncEvent(ByteReader in) {
        return new SyncEvent(
                ModelCodec.memoryId(in),
                in.string(),
                in.string(),
                syncEventType(in.u8()),
                ModelCodec.json(in),
                nullableSet(in),
                new LinkedHashSet<>(ModelCodec.strings(in)),
                priority(in.u8()),
                in.instant(),
                in.nullableInstant(),
                in.unsigned(),
                in.unsigned(),
                in.bool());
    }

    public static void write(ByteWriter out, Conflict conflict) {
        ModelCodec.write(out, ConflictJson.of(conflict));
    }

    public static Conflict conflict(ByteReader in) {
        return ConflictJson.read(ModelCodec.object(in));
    }

    static void write(ByteWriter out, Capabilities capabilities) {
        out.bool(capabilities.localAi())
                .bool(capabilities.externalAi())
                .bool(capabilities.multiChannel())
                .bool(capabilities.offlineCapable())
                .bool(capabilities.realTimeSync());
    }

    static Capabilities capabilities(ByteReader in) {
        return new Capabilities(in.bool(), in.bool(), in.bool(), in.bool(), in.bool());
    }

    static void writeMode(ByteWriter out, @Nullable Mode mode) {
        out.u8(mode == null ? 0 : code(mode));
    }

    static @Nullable Mode nullableMode(ByteReader in) {
        int code = in.u8();
        return code == 0 ? null : mode(code);
    }

    static void writeNullableLong(ByteWriter out, @Nullable Long number) {
        out.bool(number != null);
        if (number != null) {
            out.signed(number);
        }
    }

    static @Nullable Long nullableLong(ByteReader in) {
        return in.bool() ? Long.valueOf(in.signed()) : null;
    }

    static void writeNullableDouble(ByteWriter out, @Nullable Double number) {
        out.bool(number != null);
        if (number != null) {
            out.fixed64(Double.doubleToRawLongBits(number));
        }
    }

    static @Nullable Double nullableDouble(ByteReader in) {
        return in.bool() ? Double.valueOf(Double.longBitsToDouble(in.fixed64())) : null;
    }

    static void writeNullableSet(ByteWriter out, @Nullable Set<String> strings) {
        out.bool(strings != null);
        if (strings != null) {
            ModelCodec.writeStrings(out, strings);
        }
    }

    static @Nullable Set<String> nullableSet(ByteReader in) {
        return in.bool() ? new LinkedHashSet<>(ModelCodec.strings(in)) : null;
    }

    static int code(Mode mode) {
        return switch (mode) {
            case INSPIRED -> 1;
            case DIDACTIC -> 2;
            case PARALLEL -> 3;
        };
    }

    static Mode mode(int code) {
        return switch (code) {
            case 1 -> Mode.INSPIRED;
            case 2 -> Mode.DIDACTIC;
            case 3 -> Mode.PARALLEL;
            default -> throw ModelCodec.unknown("mode", code);
        };
    }

    static int code(ContextType type) {
        return switch (type) {
            case CHAT -> 0;
            case PROJECT -> 1;
            case MODE -> 2;
            case CUSTOM -> 3;
        };
    }

    static ContextType contextType(int code) {
        return switch (code) {
            case 0 -> ContextType.CHAT;
            case 1 -> ContextType.PROJECT;
            case 2 -> ContextType.MODE;
            case 3 -> ContextType.CUSTOM;
            default -> throw ModelCodec.unknown("context type", code);
        };
    }

    static int code(SourceType type) {
        return switch (type) {
            case LOCAL -> 0;
            case EXTERNAL -> 1;
            case HARMONIZED -> 2;
        };
    }

    static SourceType sourceType(int code) {
        return switch (code) {
            case 0 -> SourceType.LOCAL;
            case 1 -> SourceType.EXTERNAL;
            case 2 -> SourceType.HARMONIZED;
            default -> throw ModelCodec.unknown("source type", code);
        };
    }

    static int code(SyncEvent.Type type) {
        return switch (type) {
            case MODE_CHANGED -> 0;
            case CONTEXT_UPDATED -> 1;
            case RESPONSE_GENERATED -> 2;
            case MCP_TOOL_EXECUTED -> 3;
            case CONFIG_UPDATED -> 4;
        };
    }

    static SyncEvent.Type syncEventType(int code) {
        return switch (code) {
            case 0 -> SyncEvent.Type.MODE_CHANGED;
            case 1 -> SyncEvent.Type.CONTEXT_UPDATED;
            case 2 -> SyncEvent.Type.RESPONSE_GENERATED;
            case 3 -> SyncEvent.Type.MCP_TOOL_EXECUTED;
            case 4 -> SyncEvent.Type.CONFIG_UPDATED;
            default -> throw ModelCodec.unknown("sync event type", code);
        };
    }

    static int code(SyncEvent.Priority priority) {
        return switch (priority) {
            case HIGH -> 0;
            case NORMAL -> 1;
            case LOW -> 2;
        };
    }

    static SyncEvent.Priority priority(int code) {
        return switch (code) {
            case 0 -> SyncEvent.Priority.HIGH;
            case 1 -> SyncEvent.Priority.NORMAL;
            case 2 -> SyncEvent.Priority.LOW;
            default -> throw ModelCodec.unknown("priority", code);
        };
    }

    static int code(MergeStrategy strategy) {
        return switch (strategy) {
            case REPLACE -> 0;
            case MERGE -> 1;
            case IGNORE -> 2;
        };
    }

    static MergeStrategy mergeStrategy(int code) {
        return switch (code) {
            case 0 -> MergeStrategy.REPLACE;
            case 1 -> MergeStrategy.MERGE;
            case 2 -> MergeStrategy.IGNORE;
            default -> throw ModelCodec.unknown("merge strategy", code);
        };
    }
}
