package dev.mneme.engine.codec;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.model.MemoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A revision of memories as fields, after its tag:
///
/// ```text
/// count seen: memory id · version
/// count revisions: u8 1 fact | 2 memory id · fact | 3 memory id
/// count documents
/// ```
///
/// A count beyond [Revise#MAX] is read as well; the decision refuses it.
final class RevisionCodec {
    static final int REVISE = 53;

    private RevisionCodec() {}

    static void write(ByteWriter out, Revise revise) {
        out.u8(REVISE).unsigned(revise.seen().size());
        revise.seen().forEach(seen -> {
            ModelCodec.write(out, seen.id());
            out.signed(seen.version());
        });
        out.unsigned(revise.revisions().size());
        revise.revisions().forEach(revision -> write(out, revision));
        out.unsigned(revise.documents().size());
        revise.documents().forEach(put -> BatchCodec.writePut(out, put));
        out.bool(revise.localOnly());
    }

    private static void write(ByteWriter out, Revision revision) {
        switch (revision) {
            case Revision.Add(AddMemory fact) -> BatchCodec.writeAdd(out.u8(1), fact);
            case Revision.Replace(MemoryId replaced, AddMemory fact) -> {
                ModelCodec.write(out.u8(2), replaced);
                BatchCodec.writeAdd(out, fact);
            }
            case Revision.Remove(MemoryId id) -> ModelCodec.write(out.u8(3), id);
        }
    }

    static Revise read(ByteReader in) {
        List<Seen> seen = list(in, each -> new Seen(ModelCodec.memoryId(each), each.signed()));
        List<Revision> revisions = list(in, RevisionCodec::revision);
        List<PutDocument> documents = list(in, BatchCodec::putDocument);
        return new Revise(seen, revisions, documents, in.bool());
    }

    private static Revision revision(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new Revision.Add(BatchCodec.add(in));
            case 2 -> new Revision.Replace(ModelCodec.memoryId(in), BatchCodec.add(in));
            case 3 -> new Revision.Remove(ModelCodec.memoryId(in));
            default -> throw ModelCodec.unknown("revision", kind);
        };
    }

    private static <T> List<T> list(ByteReader in, Function<ByteReader, T> member) {
        int count = in.count();
        List<T> list = new ArrayList<>(Math.min(count, Revise.MAX));
        for (int i = 0; i < count; i++) {
            list.add(member.apply(in));
        }
        return list;
    }
}
