package dev.mneme.engine.codec;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.ForgetVersions.Version;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.TokenVectors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One entry of a shard's log:
///
/// ```text
/// u8 format (1) · instant command time · count writes
///   write: owner · provenance · 0 | 1 idempotency (key, request hash) · count commands
///     command: u8 tag · its fields in the order of the record
/// ```
public final class BatchCodec {
    private static final int FORMAT = 1;
    private static final int UPDATE = 2;
    private static final int UPDATE_TIME = 52;
    private static final int UPDATE_PLACED_TIME = 54;

    /// The tag of an update with a limit of metadata.
    private static final int UPDATE_WITHIN = 55;

    /// Added to the rule of duplicates: a limit of metadata follows.
    private static final int WITHIN = 4;

    private BatchCodec() {}

    /// @param at the command time of all its writes
    public record ShardBatch(Instant at, List<Write> writes) {}

    /// The most bytes before the writes.
    public static final int MAX_HEADER = 1 + 10 + 10;

    public static byte[] encode(ShardBatch batch) {
        return encode(
                batch.at(), batch.writes().stream().map(BatchCodec::encode).toList());
    }

    /// One write in the form that it has in a batch.
    public static byte[] encode(Write write) {
        ByteWriter out = new ByteWriter(about(write));
        write(out, write);
        return out.toByteArray();
    }

    /// About how many bytes a write takes, so that its buffer need not grow.
    private static int about(Write write) {
        long bytes = 128;
        for (Command command : write.commands()) {
            bytes += 128;
            if (command instanceof Command.AddMemory add) {
                bytes += about(add);
            } else if (command instanceof Command.Revise revise) {
                bytes += 32L * revise.seen().size();
                bytes += revise.facts().stream()
                        .mapToLong(fact -> 128 + about(fact))
                        .sum();
            }
        }
        return (int) Math.min(bytes, 1 << 20);
    }

    private static long about(Command.AddMemory add) {
        return add.text().length() + about(add.embedding());
    }

    private static long about(@Nullable Embedding embedding) {
        if (embedding == null) {
            return 0;
        }
        TokenVectors tokens = embedding.tokens();
        PassageVectors passages = embedding.passages();
        return embedding.vector().length * 4L
                + (tokens == null ? 0 : tokens.rows().length)
                + (passages == null ? 0 : passages.rows().length);
    }

    /// A batch of encoded writes, with at most [#MAX_HEADER] bytes more than they have.
    public static byte[] encode(Instant at, List<byte[]> writes) {
        int size = MAX_HEADER + writes.stream().mapToInt(write -> write.length).sum();
        ByteWriter out = new ByteWriter(size);
        out.u8(FORMAT).instant(at).unsigned(writes.size());
        writes.forEach(out::raw);
        return out.toByteArray();
    }

    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when the bytes are no batch
    public static ShardBatch decode(byte[] bytes) {
        return ByteReader.decode(bytes, BatchCodec::batch);
    }

    private static ShardBatch batch(ByteReader in) {
        int format = in.u8();
        if (format != FORMAT) {
            throw ModelCodec.unknown("batch format", format);
        }
        Instant at = in.instant();
        int count = in.count();
        List<Write> writes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            writes.add(write(in));
        }
        return new ShardBatch(at, writes);
    }

    private static void write(ByteWriter out, Write write) {
        ModelCodec.write(out, write.owner());
        ModelCodec.write(out, write.by());
        Idempotency idempotency = write.idempotency();
        out.bool(idempotency != null);
        if (idempotency != null) {
            out.string(idempotency.key()).bytes(idempotency.requestHash());
        }
        out.unsigned(write.commands().size());
        write.commands().forEach(command -> write(out, command));
    }

    private static Write write(ByteReader in) {
        Owner owner = ModelCodec.owner(in);
        Provenance by = ModelCodec.provenance(in);
        Idempotency idempotency = in.bool() ? new Idempotency(in.string(), in.bytes()) : null;
        int count = in.count();
        List<Command> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            commands.add(command(in));
        }
        return new Write(owner, by, idempotency, commands);
    }

    private static void write(ByteWriter out, Command command) {
        switch (command) {
            case Command.AddMemory add -> writeAdd(out.u8(1), add);
            case Command.UpdateMemory update -> {
                if (update.metadataLimit() != Command.NO_LIMIT) {
                    out.u8(UPDATE_WITHIN).unsigned(update.metadataLimit());
                }
                ModelCodec.write(out.u8(tag(update.timestamp())), update.id());
                out.nullableString(update.text());
                writeNullable(out, update.embedding());
                out.bool(update.metadataPatch() != null);
                if (update.metadataPatch() != null) {
                    ModelCodec.write(out, update.metadataPatch());
                }
                out.bool(update.categories() != null);
                if (update.categories() != null) {
                    ModelCodec.writeStrings(out, update.categories());
                }
                out.bool(update.expiry() != null);
                if (update.expiry() != null) {
                    out.nullableInstant(update.expiry().at());
                }
                if (update.timestamp() != null) {
                    out.timestamp(update.timestamp());
                }
                out.signed(update.expectedVersion());
            }
            case Command.DeleteMemory delete -> {
                ModelCodec.write(out.u8(3), delete.id());
                out.signed(delete.expectedVersion());
            }
            case Command.DeleteMatching delete -> {
                ModelCodec.write(out.u8(4), delete.filter());
                out.unsigned(delete.limit());
            }
            case Command.DeleteUnchanged(List<Version> memories) -> writeVersions(out.u8(38), memories);
            case Command.EraseOwner erase -> out.u8(5);
            case Command.ForgetVersions(List<Version> versions) -> writeVersions(out.u8(30), versions);
            case Command.BeginSpace(EmbeddingSpace space) -> ModelCodec.write(out.u8(31), space);
            case Command.StageEmbedding staged -> {
                ModelCodec.write(out.u8(32), staged.id());
                out.unsigned(staged.version());
                ModelCodec.write(out, staged.embedding());
            }
            case Command.SwitchSpace(EmbeddingSpace space) -> ModelCodec.write(out.u8(33), space);
            case Command.DropOldVectors(int limit) -> out.u8(34).unsigned(limit);
            case Command.PutEmbedder(EmbeddingSpace space) -> ModelCodec.write(out.u8(35), space);
            case Command.PutDocument put -> writePut(out.u8(50), put);
            case Command.Revise revise -> RevisionCodec.write(out, revise);
            case Command.DeleteDocument delete ->
                out.u8(51).string(delete.collection()).string(delete.id()).signed(delete.expectedVersion());
            case Command.PutKey put -> ModelCodec.write(out.u8(6), put.key());
            case Command.AcceptOwner accept -> out.u8(36);
            case Command.AcceptKeys accept -> out.u8(37);
            case Command.DeleteKey delete -> out.u8(7).string(delete.keyId());
            case Command.Govern govern -> GovernCodec.write(out.u8(39), govern);
            case Command.PutContext put -> UserCommandCodec.write(out, put);
            case Command.DeleteContext delete -> UserCommandCodec.write(out, delete);
            case Command.SwitchMode mode -> UserCommandCodec.write(out, mode);
            case Command.ConfigureMode mode -> UserCommandCodec.write(out, mode);
            case Command.RecordResponse response -> UserCommandCodec.write(out, response);
            case Command.PostSyncEvent post -> UserCommandCodec.write(out, post);
            case Command.ProcessSyncEvent process -> UserCommandCodec.write(out, process);
            case Command.RecordConflict record -> UserCommandCodec.write(out, record);
            case Command.ResolveConflict resolve -> UserCommandCodec.write(out, resolve, BatchCodec::write);
            case Command.Expire expire -> UserCommandCodec.write(out, expire);
            case Command.Import(Exported exported) -> ExportedCodec.write(out, exported);
        }
    }

    static void writeAdd(ByteWriter out, Command.AddMemory add) {
        ModelCodec.write(out, add.id());
        ModelCodec.write(out, add.scope());
        out.string(add.text()).nullableString(add.role()).nullableString(add.name());
        ModelCodec.write(out, add.metadata());
        ModelCodec.writeStrings(out, add.categories());
        out.nullableTimestamp(add.timestamp()).nullableInstant(add.expiresAt());
        writeNullable(out, add.embedding());
        int rule = switch (add.dedupe()) {
            case OFF -> 0;
            case BY_TEXT -> 1;
            case BY_CONTENT -> 2;
        };
        if (add.metadataLimit() == Command.NO_LIMIT) {
            out.u8(rule);
        } else {
            out.u8(rule | WITHIN).unsigned(add.metadataLimit());
        }
    }

    static Command.AddMemory add(ByteReader in) {
        MemoryId id = ModelCodec.memoryId(in);
        ScopeIds scope = ModelCodec.scope(in);
        String text = in.string();
        String role = in.nullableString();
        String name = in.nullableString();
        JsonObject metadata = ModelCodec.object(in);
        List<String> categories = ModelCodec.strings(in);
        Timestamp timestamp = in.nullableTimestamp();
        Instant expiresAt = in.nullableInstant();
        Embedding embedding = in.bool() ? ModelCodec.embedding(in) : null;
        int rule = in.u8();
        return new Command.AddMemory(
                id,
                scope,
                text,
                role,
                name,
                metadata,
                categories,
                timestamp,
                expiresAt,
                embedding,
                dedupe(rule & ~WITHIN),
                (rule & WITHIN) == 0 ? Command.NO_LIMIT : Math.toIntExact(in.unsigned()));
    }

    private static Command.Dedupe dedupe(int code) {
        return switch (code) {
            case 0 -> Command.Dedupe.OFF;
            case 1 -> Command.Dedupe.BY_TEXT;
            case 2 -> Command.Dedupe.BY_CONTENT;
            default -> throw ModelCodec.unknown("rule of duplicates", code);
        };
    }

    static void writePut(ByteWriter out, Command.PutDocument put) {
        out.string(put.collection()).string(put.id());
        ModelCodec.write(out, put.data());
        out.signed(put.expectedVersion());
    }

    static Command.PutDocument putDocument(ByteReader in) {
        return new Command.PutDocument(in.string(), in.string(), ModelCodec.object(in), in.signed());
    }

    private static Command command(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case 1 -> add(in);
            case UPDATE, UPDATE_TIME, UPDATE_PLACED_TIME -> update(in, tag, Command.NO_LIMIT);
            case UPDATE_WITHIN -> {
                int limit = Math.toIntExact(in.unsigned());
                yield update(in, in.u8(), limit);
            }
            case 3 -> new Command.DeleteMemory(ModelCodec.memoryId(in), in.signed());
            case 4 -> new Command.DeleteMatching(ModelCodec.filter(in), Math.toIntExact(in.unsigned()));
            case 5 -> new Command.EraseOwner();
            case 6 -> new Command.PutKey(ModelCodec.apiKey(in));
            case 7 -> new Command.DeleteKey(in.string());
            case 36 -> new Command.AcceptOwner();
            case 37 -> new Command.AcceptKeys();
            case UserCommandCodec.PUT_CONTEXT -> UserCommandCodec.putContext(in);
            case UserCommandCodec.DELETE_CONTEXT -> UserCommandCodec.deleteContext(in);
            case UserCommandCodec.SWITCH_MODE -> UserCommandCodec.switchMode(in, false);
            case UserCommandCodec.SWITCH_MODE_FROM -> UserCommandCodec.switchMode(in, true);
            case UserCommandCodec.CONFIGURE_MODE -> UserCommandCodec.configureMode(in);
            case UserCommandCodec.RECORD_RESPONSE -> UserCommandCodec.recordResponse(in, false);
            case UserCommandCodec.RECORD_RESPONSE_NUMBERED -> UserCommandCodec.recordResponse(in, true);
            case UserCommandCodec.POST_SYNC_EVENT -> UserCommandCodec.postSyncEvent(in);
            case UserCommandCodec.PROCESS_SYNC_EVENT -> UserCommandCodec.processSyncEvent(in);
            case UserCommandCodec.RECORD_CONFLICT -> UserCommandCodec.recordConflict(in);
            case UserCommandCodec.RESOLVE_CONFLICT -> UserCommandCodec.resolveConflict(in, BatchCodec::command);
            case UserCommandCodec.EXPIRE -> UserCommandCodec.expire(in);
            case ExportedCodec.IMPORT -> new Command.Import(ExportedCodec.read(in));
            case 30 -> new Command.ForgetVersions(versions(in));
            case 31 -> new Command.BeginSpace(ModelCodec.space(in));
            case 32 -> new Command.StageEmbedding(ModelCodec.memoryId(in), in.unsigned(), ModelCodec.embedding(in));
            case 33 -> new Command.SwitchSpace(ModelCodec.space(in));
            case 34 -> new Command.DropOldVectors(Math.toIntExact(in.unsigned()));
            case 35 -> new Command.PutEmbedder(ModelCodec.space(in));
            case 38 -> new Command.DeleteUnchanged(versions(in));
            case 39 -> GovernCodec.read(in);
            case 50 -> putDocument(in);
            case 51 -> new Command.DeleteDocument(in.string(), in.string(), in.signed());
            case RevisionCodec.REVISE -> RevisionCodec.read(in);
            default -> throw ModelCodec.unknown("command", tag);
        };
    }

    private static void writeVersions(ByteWriter out, List<Version> versions) {
        out.unsigned(versions.size());
        versions.forEach(each -> {
            ModelCodec.write(out, each.id());
            out.unsigned(each.version());
        });
    }

    private static List<Version> versions(ByteReader in) {
        int count = in.count();
        List<Version> versions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            versions.add(new Version(ModelCodec.memoryId(in), in.unsigned()));
        }
        return versions;
    }

    private static Command update(ByteReader in, int tag, int metadataLimit) {
        MemoryId id = ModelCodec.memoryId(in);
        return new Command.UpdateMemory(
                id,
                in.nullableString(),
                in.bool() ? ModelCodec.embedding(in) : null,
                in.bool() ? ModelCodec.object(in) : null,
                in.bool() ? ModelCodec.strings(in) : null,
                in.bool() ? new Command.UpdateMemory.Expiry(in.nullableInstant()) : null,
                timestamp(in, tag),
                in.signed(),
                metadataLimit);
    }

    private static int tag(@Nullable Timestamp timestamp) {
        if (timestamp == null) {
            return UPDATE;
        }
        return timestamp.offset() == null ? UPDATE_TIME : UPDATE_PLACED_TIME;
    }

    /// @param tag one of the three of an update
    private static @Nullable Timestamp timestamp(ByteReader in, int tag) {
        return switch (tag) {
            case UPDATE -> null;
            case UPDATE_TIME -> Timestamp.of(in.instant());
            case UPDATE_PLACED_TIME -> in.timestampWithOffset();
            default -> throw ModelCodec.unknown("update", tag);
        };
    }

    private static void writeNullable(ByteWriter out, @Nullable Embedding embedding) {
        out.bool(embedding != null);
        if (embedding != null) {
            ModelCodec.write(out, embedding);
        }
    }
}
