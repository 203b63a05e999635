package dev.mneme.engine.codec;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.TokenVectors;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The nouns as fields. Enums are written as numbers that are fixed here, never as ordinals, which an edit could
/// change.
public final class ModelCodec {
    /// Deeper than any door accepts. Damaged bytes must not exhaust the stack.
    private static final int MAX_DEPTH = 500;

    /// What an embedding has besides its vector. This was the only possibility at first, as a boolean.
    private static final int TOKENS = 1;

    private static final int PASSAGES = 2;

    private ModelCodec() {}

    public static void write(ByteWriter out, Owner owner) {
        out.string(owner.project()).u8(code(owner.kind())).string(owner.id());
    }

    public static Owner owner(ByteReader in) {
        return new Owner(in.string(), ownerKind(in.u8()), in.string());
    }

    public static void write(ByteWriter out, ScopeIds scope) {
        out.nullableString(scope.userId())
                .nullableString(scope.agentId())
                .nullableString(scope.appId())
                .nullableString(scope.runId());
    }

    public static ScopeIds scope(ByteReader in) {
        return new ScopeIds(in.nullableString(), in.nullableString(), in.nullableString(), in.nullableString());
    }

    public static void write(ByteWriter out, MemoryId id) {
        out.fixed64(id.value().getMostSignificantBits()).fixed64(id.value().getLeastSignificantBits());
    }

    public static MemoryId memoryId(ByteReader in) {
        return new MemoryId(new UUID(in.fixed64(), in.fixed64()));
    }

    private static void writeNullable(ByteWriter out, @Nullable MemoryId id) {
        out.bool(id != null);
        if (id != null) {
            write(out, id);
        }
    }

    public static void write(ByteWriter out, Provenance by) {
        out.string(by.keyId()).string(by.instance()).bool(by.named());
    }

    public static Provenance provenance(ByteReader in) {
        return new Provenance(in.string(), in.string(), in.bool());
    }

    public static void write(ByteWriter out, Memory memory) {
        write(out, memory.id());
        write(out, memory.scope());
        out.string(memory.text()).nullableString(memory.role()).nullableString(memory.name());
        write(out, memory.metadata());
        writeStrings(out, memory.categories());
        out.nullableTimestamp(memory.timestamp())
                .instant(memory.createdAt())
                .instant(memory.updatedAt())
                .nullableInstant(memory.expiresAt())
                .unsigned(memory.version());
        writeNullable(out, memory.replacedBy());
        out.bool(memory.localOnly());
    }

    public static Memory memory(ByteReader in) {
        return new Memory(
                memoryId(in),
                scope(in),
                in.string(),
                in.nullableString(),
                in.nullableString(),
                object(in),
                strings(in),
                in.nullableTimestamp(),
                in.instant(),
                in.instant(),
                in.nullableInstant(),
                in.unsigned(),
                in.bool() ? memoryId(in) : null,
                in.bool());
    }

    public static void writeStrings(ByteWriter out, Iterable<String> strings) {
        List<String> all = new ArrayList<>();
        strings.forEach(all::add);
        out.unsigned(all.size());
        all.forEach(out::string);
    }

    public static List<String> strings(ByteReader in) {
        int count = in.count();
        List<String> strings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            strings.add(in.string());
        }
        return strings;
    }

    public static void write(ByteWriter out, EmbeddingSpace space) {
        out.string(space.embedder()).unsigned(space.dimension());
    }

    public static EmbeddingSpace space(ByteReader in) {
        return new EmbeddingSpace(in.string(), Math.toIntExact(in.unsigned()));
    }

    public static void write(ByteWriter out, Embedding embedding) {
        write(out, embedding.space());
        out.floats(embedding.vector());
        TokenVectors tokens = embedding.tokens();
        PassageVectors passages = embedding.passages();
        out.u8((tokens == null ? 0 : TOKENS) | (passages == null ? 0 : PASSAGES));
        if (tokens != null) {
            out.bytes(tokens.rows());
        }
        if (passages != null) {
            out.bytes(passages.rows());
        }
    }

    public static Embedding embedding(ByteReader in) {
        EmbeddingSpace space = space(in);
        float[] vector = in.floats();
        int flags = in.u8();
        if ((flags & ~(TOKENS | PASSAGES)) != 0) {
            throw unknown("kind of vectors", flags);
        }
        return new Embedding(
                space,
                vector,
                (flags & TOKENS) == 0 ? null : new TokenVectors(in.bytes()),
                (flags & PASSAGES) == 0 ? null : new PassageVectors(space.dimension(), in.bytes()));
    }

    public static void write(ByteWriter out, Json json) {
        switch (json) {
            case JsonNull none -> out.u8(0);
            case JsonBoolean bool -> out.u8(bool.value() ? 2 : 1);
            case JsonNumber number -> {
                out.u8(3);
                out.signed(number.value().scale());
                out.bytes(number.value().unscaledValue().toByteArray());
            }
            case JsonString string -> out.u8(4).string(string.value());
            case JsonArray array -> {
                out.u8(5).unsigned(array.items().size());
                array.items().forEach(item -> write(out, item));
            }
            case JsonObject object -> {
                out.u8(6).unsigned(object.members().size());
                object.members().forEach((name, value) -> {
                    out.string(name);
                    write(out, value);
                });
            }
        }
    }

    public static Json json(ByteReader in) {
        return json(in, 1);
    }

    private static Json json(ByteReader in, int depth) {
        if (depth > MAX_DEPTH) {
            throw unknown("nesting", depth);
        }
        int tag = in.u8();
        return switch (tag) {
            case 0 -> new JsonNull();
            case 1 -> new JsonBoolean(false);
            case 2 -> new JsonBoolean(true);
            case 3 -> {
                int scale = Math.toIntExact(in.signed());
                yield new JsonNumber(new BigDecimal(new BigInteger(in.bytes()), scale));
            }
            case 4 -> new JsonString(in.string());
            case 5 -> {
                int count = in.count();
                List<Json> items = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    items.add(json(in, depth + 1));
                }
                yield new JsonArray(items);
            }
            case 6 -> {
                int count = in.count();
                Map<String, Json> members = LinkedHashMap.newLinkedHashMap(count);
                for (int i = 0; i < count; i++) {
                    members.put(in.string(), json(in, depth + 1));
                }
                yield members.isEmpty() ? JsonObject.EMPTY : new JsonObject(members);
            }
            default -> throw unknown("JSON tag", tag);
        };
    }

    public static void writeNullableJson(ByteWriter out, @Nullable Json json) {
        out.bool(json != null);
        if (json != null) {
            write(out, json);
        }
    }

    public static @Nullable Json nullableJson(ByteReader in) {
        return in.bool() ? json(in) : null;
    }

    public static @Nullable JsonObject nullableObject(ByteReader in) {
        return in.bool() ? object(in) : null;
    }

    public static JsonObject object(ByteReader in) {
        return json(in) instanceof JsonObject object ? object : JsonObject.EMPTY;
    }

    public static void write(ByteWriter out, ApiKey key) {
        out.string(key.id()).string(key.name()).u8(code(key.role()));
        out.unsigned(key.restriction().allowed().size());
        key.restriction().allowed().forEach((kind, ids) -> {
            out.u8(code(kind));
            writeStrings(out, ids);
        });
        out.instant(key.createdAt()).nullableInstant(key.expiresAt());
        ApiKey.Rate rate = key.rate();
        out.bool(rate != null);
        if (rate != null) {
            out.unsigned(rate.perSecond()).unsigned(rate.burst());
        }
        out.bytes(key.secretHash());
    }

    public static ApiKey apiKey(ByteReader in) {
        String id = in.string();
        String name = in.string();
        Role role = role(in.u8());
        Map<OwnerKind, Set<String>> allowed = new EnumMap<>(OwnerKind.class);
        int kinds = in.count();
        for (int i = 0; i < kinds; i++) {
            allowed.put(ownerKind(in.u8()), new LinkedHashSet<>(strings(in)));
        }
        return new ApiKey(
                id,
                name,
                role,
                new Restriction(allowed),
                in.instant(),
                in.nullableInstant(),
                in.bool() ? new ApiKey.Rate((int) in.unsigned(), (int) in.unsigned()) : null,
                in.bytes());
    }

    public static void write(ByteWriter out, Filter filter) {
        switch (filter) {
            case Filter.And(List<Filter> parts) -> writeParts(out.u8(0), parts);
            case Filter.Or(List<Filter> parts) -> writeParts(out.u8(1), parts);
            case Filter.Not(Filter part) -> write(out.u8(2), part);
            case Filter.Compare compare -> {
                out.u8(3);
                write(out, compare.field());
                out.u8(code(compare.operator()));
                write(out, compare.value());
            }
        }
    }

    private static void writeParts(ByteWriter out, List<Filter> parts) {
        out.unsigned(parts.size());
        parts.forEach(part -> write(out, part));
    }

    private static void write(ByteWriter out, Filter.Field field) {
        switch (field) {
            case Filter.Field.Scope(OwnerKind kind) -> out.u8(0).u8(code(kind));
            case Filter.Field.Named(Filter.Name name) -> out.u8(1).u8(code(name));
            case Filter.Field.Metadata(String pointer) -> out.u8(2).string(pointer);
        }
    }

    public static Filter filter(ByteReader in) {
        return filter(in, 1);
    }

    private static Filter filter(ByteReader in, int depth) {
        if (depth > MAX_DEPTH) {
            throw unknown("nesting", depth);
        }
        int tag = in.u8();
        return switch (tag) {
            case 0 -> new Filter.And(filters(in, depth));
            case 1 -> new Filter.Or(filters(in, depth));
            case 2 -> new Filter.Not(filter(in, depth + 1));
            case 3 -> new Filter.Compare(field(in), operator(in.u8()), json(in));
            default -> throw unknown("filter tag", tag);
        };
    }

    private static List<Filter> filters(ByteReader in, int depth) {
        int count = in.count();
        List<Filter> filters = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            filters.add(filter(in, depth + 1));
        }
        return filters;
    }

    private static Filter.Field field(ByteReader in) {
        int tag = in.u8();
        return switch (tag) {
            case 0 -> new Filter.Field.Scope(ownerKind(in.u8()));
            case 1 -> new Filter.Field.Named(name(in.u8()));
            case 2 -> new Filter.Field.Metadata(in.string());
            default -> throw unknown("field tag", tag);
        };
    }

    public static int code(OwnerKind kind) {
        return switch (kind) {
            case USER -> 0;
            case AGENT -> 1;
            case APP -> 2;
            case RUN -> 3;
        };
    }

    public static OwnerKind ownerKind(int code) {
        return switch (code) {
            case 0 -> OwnerKind.USER;
            case 1 -> OwnerKind.AGENT;
            case 2 -> OwnerKind.APP;
            case 3 -> OwnerKind.RUN;
            default -> throw unknown("owner kind", code);
        };
    }

    private static int code(Role role) {
        return switch (role) {
            case ADMIN -> 0;
            case WRITE -> 1;
            case READ -> 2;
        };
    }

    private static Role role(int code) {
        return switch (code) {
            case 0 -> Role.ADMIN;
            case 1 -> Role.WRITE;
            case 2 -> Role.READ;
            default -> throw unknown("role", code);
        };
    }

    private static int code(Filter.Operator operator) {
        return switch (operator) {
            case EQ -> 0;
            case NE -> 1;
            case IN -> 2;
            case NIN -> 3;
            case GT -> 4;
            case GTE -> 5;
            case LT -> 6;
            case LTE -> 7;
            case CONTAINS -> 8;
            case ICONTAINS -> 9;
            case EXISTS -> 10;
        };
    }

    private static Filter.Operator operator(int code) {
        for (Filter.Operator operator : Filter.Operator.values()) {
            if (code(operator) == code) {
                return operator;
            }
        }
        throw unknown("operator", code);
    }

    private static int code(Filter.Name name) {
        return switch (name) {
            case ID -> 0;
            case TEXT -> 1;
            case ROLE -> 2;
            case CATEGORIES -> 3;
            case TIMESTAMP -> 4;
            case CREATED_AT -> 5;
            case UPDATED_AT -> 6;
            case EXPIRES_AT -> 7;
            case VERSION -> 8;
            case REPLACED_BY -> 9;
        };
    }

    private static Filter.Name name(int code) {
        for (Filter.Name name : Filter.Name.values()) {
            if (code(name) == code) {
                return name;
            }
        }
        throw unknown("filter field", code);
    }

    static MnemeException unknown(String what, int code) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION,
                "A stored record has the " + what + " " + code
                        + ", which this version does not know: it is damaged, or a newer"
                        + " version wrote it. Run mneme verify.");
    }
}
