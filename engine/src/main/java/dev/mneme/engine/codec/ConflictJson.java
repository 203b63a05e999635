package dev.mneme.engine.codec;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.Side;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A conflict as the JSON of a document: the one form in which it is kept, logged and handed on.
///
/// **Failures**: `INTEGRITY_VIOLATION` for a document that is no conflict.
public final class ConflictJson {
    private ConflictJson() {}

    /// The document that a conflict is kept as.
    ///
    /// @param at when it is written
    public static Document document(Conflict conflict, Instant at) {
        return new Document(
                Conflict.COLLECTION,
                conflict.id().toString(),
                of(conflict),
                conflict.version(),
                conflict.detectedAt(),
                at);
    }

    public static Conflict conflict(Document document) {
        return read(document.data());
    }

    static JsonObject of(Conflict conflict) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("id", text(conflict.id().toString()));
        fields.put("project", text(conflict.owner().project()));
        fields.put("ownerKind", text(name(conflict.owner().kind())));
        fields.put("ownerId", text(conflict.owner().id()));
        fields.put("kind", text(name(conflict.about().kind())));
        fields.put("key", text(conflict.about().key()));
        Side base = conflict.base();
        if (base != null) {
            fields.put("base", side(base));
        }
        fields.put("mine", side(conflict.mine()));
        fields.put("theirs", side(conflict.theirs()));
        fields.put("detectedAt", time(conflict.detectedAt()));
        Conflict.Resolution resolution = conflict.resolution();
        if (resolution != null) {
            fields.put("resolution", resolution(resolution));
        }
        fields.put("version", number(conflict.version()));
        fields.put("localOnly", new JsonBoolean(conflict.localOnly()));
        return new JsonObject(fields);
    }

    static Conflict read(JsonObject fields) {
        return new Conflict(
                MemoryId.parse(text(fields, "id")),
                new Owner(
                        text(fields, "project"),
                        of(OwnerKind.class, text(fields, "ownerKind")),
                        text(fields, "ownerId")),
                new Conflict.About(of(Conflict.Kind.class, text(fields, "kind")), text(fields, "key")),
                fields.members().get("base") instanceof JsonObject base ? side(base) : null,
                side(object(fields, "mine")),
                side(object(fields, "theirs")),
                time(fields, "detectedAt"),
                fields.members().get("resolution") instanceof JsonObject resolution ? resolution(resolution) : null,
                number(fields, "version"),
                flag(fields, "localOnly"));
    }

    static JsonObject side(Side side) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("version", number(side.version()));
        if (side.value() != null) {
            fields.put("value", side.value());
        }
        fields.put("deleted", new JsonBoolean(side.deleted()));
        fields.put("at", time(side.at()));
        fields.put("keyId", text(side.keyId()));
        fields.put("instance", text(side.instance()));
        return new JsonObject(fields);
    }

    static Side side(JsonObject fields) {
        return new Side(
                number(fields, "version"),
                fields.members().get("value") instanceof JsonObject value ? value : null,
                flag(fields, "deleted"),
                time(fields, "at"),
                text(fields, "keyId"),
                text(fields, "instance"));
    }

    private static JsonObject resolution(Conflict.Resolution resolution) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("take", text(name(resolution.take())));
        fields.put("written", number(resolution.written()));
        fields.put("at", time(resolution.at()));
        fields.put("keyId", text(resolution.keyId()));
        fields.put("instance", text(resolution.instance()));
        return new JsonObject(fields);
    }

    private static Conflict.Resolution resolution(JsonObject fields) {
        return new Conflict.Resolution(
                of(Conflict.Take.class, text(fields, "take")),
                number(fields, "written"),
                time(fields, "at"),
                text(fields, "keyId"),
                text(fields, "instance"));
    }

    private static Json text(String text) {
        return new JsonString(text);
    }

    private static Json number(long number) {
        return new JsonNumber(BigDecimal.valueOf(number));
    }

    private static Json time(Instant at) {
        return number(at.toEpochMilli());
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E of(Class<E> type, String name) {
        for (E constant : type.getEnumConstants()) {
            if (name(constant).equals(name)) {
                return constant;
            }
        }
        throw missing(type.getSimpleName());
    }

    private static String text(JsonObject fields, String name) {
        if (fields.members().get(name) instanceof JsonString(String text)) {
            return text;
        }
        throw missing(name);
    }

    private static long number(JsonObject fields, String name) {
        if (fields.members().get(name) instanceof JsonNumber(BigDecimal number)) {
            return number.longValue();
        }
        throw missing(name);
    }

    private static Instant time(JsonObject fields, String name) {
        return Instant.ofEpochMilli(number(fields, name));
    }

    private static JsonObject object(JsonObject fields, String name) {
        if (fields.members().get(name) instanceof JsonObject object) {
            return object;
        }
        throw missing(name);
    }

    private static boolean flag(JsonObject fields, String name) {
        return new JsonBoolean(true).equals(fields.members().get(name));
    }

    private static MnemeException missing(String name) {
        return new MnemeException(
                ErrorCode.INTEGRITY_VIOLATION, "A conflict has no readable " + name + ". Run mneme verify.");
    }
}
