package dev.mneme.engine.codec;

import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryVersion;
import java.util.ArrayList;
import java.util.List;

/// An imported record as fields: u8 kind, then the record's own.
final class ExportedCodec {
    static final int IMPORT = 40;

    private ExportedCodec() {}

    static void write(ByteWriter out, Exported exported) {
        out.u8(IMPORT);
        switch (exported) {
            case Exported.OfMemory memory -> write(out.u8(1), memory);
            case Exported.OfContext context -> {
                out.u8(2).unsigned(context.versions().size());
                context.versions().forEach(version -> {
                    SubjectCodec.write(out, version.context());
                    out.bool(version.deleted());
                });
            }
            case Exported.OfMode mode -> SubjectCodec.write(out.u8(3), mode.mode());
            case Exported.OfTransition transition -> SubjectCodec.write(out.u8(4), transition.transition());
            case Exported.OfResponse response -> SubjectCodec.write(out.u8(5), response.response());
            case Exported.OfSyncEvent event -> SubjectCodec.write(out.u8(6), event.event());
            case Exported.OfConflict conflict -> SubjectCodec.write(out.u8(7), conflict.conflict());
        }
    }

    private static void write(ByteWriter out, Exported.OfMemory memory) {
        out.unsigned(memory.versions().size());
        memory.versions().forEach(version -> {
            out.u8(code(version.event()));
            ModelCodec.write(out, version.memory());
            out.unsigned(version.version())
                    .instant(version.at())
                    .string(version.keyId())
                    .string(version.instance());
        });
        out.bool(memory.embedding() != null);
        if (memory.embedding() != null) {
            ModelCodec.write(out, memory.embedding());
        }
    }

    static Exported read(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> memory(in);
            case 2 -> {
                int count = in.count();
                List<ContextVersion> versions = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    versions.add(new ContextVersion(SubjectCodec.context(in), in.bool()));
                }
                yield new Exported.OfContext(versions);
            }
            case 3 -> new Exported.OfMode(SubjectCodec.modeState(in));
            case 4 -> new Exported.OfTransition(SubjectCodec.transition(in));
            case 5 -> new Exported.OfResponse(SubjectCodec.responseSource(in));
            case 6 -> new Exported.OfSyncEvent(SubjectCodec.syncEvent(in));
            case 7 -> new Exported.OfConflict(SubjectCodec.conflict(in));
            default -> throw ModelCodec.unknown("exported record", kind);
        };
    }

    private static Exported memory(ByteReader in) {
        int count = in.count();
        List<MemoryVersion> versions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            MemoryEvent event = event(in.u8());
            versions.add(new MemoryVersion(
                    event, ModelCodec.memory(in), in.unsigned(), in.instant(), in.string(), in.string()));
        }
        return new Exported.OfMemory(versions, in.bool() ? ModelCodec.embedding(in) : null);
    }

    private static int code(MemoryEvent event) {
        return switch (event) {
            case ADD -> 0;
            case UPDATE -> 1;
            case DELETE -> 2;
            case NONE -> 3;
        };
    }

    private static MemoryEvent event(int code) {
        return switch (code) {
            case 0 -> MemoryEvent.ADD;
            case 1 -> MemoryEvent.UPDATE;
            case 2 -> MemoryEvent.DELETE;
            case 3 -> MemoryEvent.NONE;
            default -> throw ModelCodec.unknown("event", code);
        };
    }
}
