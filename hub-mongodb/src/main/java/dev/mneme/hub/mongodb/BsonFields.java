package dev.mneme.hub.mongodb;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/// Shared fields as BSON, both ways. The values are those of `SharedFields`.
///
/// A member's name that BSON cannot have (one that begins with `$`, or contains U+0000) is written with `＄` (U+FF04)
/// and `␀` (U+2400) in their place.
final class BsonFields {
    /// How deep a value may nest. MongoDB allows 100 levels of a document; some are around the value.
    static final int MAX_DEPTH = 90;

    /// How large the shared fields of a document may be, in characters and numbers.
    static final long MAX_SIZE = 8 << 20;

    private BsonFields() {}

    /// A value that cannot be stored, or is none that Mneme knows.
    static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String reason) {
            super(reason, null, false, false);
        }
    }

    static BsonValue toBson(@Nullable Object value) throws Unfit {
        return toBson(value, 0);
    }

    private static BsonValue toBson(@Nullable Object value, int depth) throws Unfit {
        if (depth > MAX_DEPTH) {
            throw new Unfit("nests deeper than " + MAX_DEPTH);
        }
        return switch (value) {
            case null -> BsonNull.VALUE;
            case String text -> new BsonString(text);
            case Boolean bool -> BsonBoolean.valueOf(bool);
            case Integer number -> new BsonInt32(number);
            case Long number -> new BsonInt64(number);
            case Double number -> new BsonDouble(number);
            case Instant at -> new BsonDateTime(at.toEpochMilli());
            case List<?> list -> {
                BsonArray array = new BsonArray();
                for (Object item : list) {
                    array.add(toBson(item, depth + 1));
                }
                yield array;
            }
            case Map<?, ?> map -> {
                BsonDocument document = new BsonDocument();
                for (Map.Entry<?, ?> member : map.entrySet()) {
                    document.put(escaped(String.valueOf(member.getKey())), toBson(member.getValue(), depth + 1));
                }
                yield document;
            }
            default -> throw new IllegalArgumentException("no shared value: " + value.getClass());
        };
    }

    private static String escaped(String name) {
        String plain = name.replace('\0', '\u2400');
        return plain.startsWith("$") ? '\uFF04' + plain.substring(1) : plain;
    }

    private static String unescaped(String name) {
        String plain = name.replace('\u2400', '\0');
        return plain.startsWith("\uFF04") ? '$' + plain.substring(1) : plain;
    }

    /// The fields of a document, except Mneme's own and its id.
    static Map<String, Object> fields(BsonDocument document) throws Unfit {
        Reading reading = new Reading();
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Map.Entry<String, BsonValue> field : document.entrySet()) {
            if (!field.getKey().equals("_id") && !field.getKey().equals("mneme")) {
                Object value = reading.value(field.getKey(), field.getValue(), 0);
                if (value != null) {
                    fields.put(field.getKey(), value);
                }
            }
        }
        return fields;
    }

    /// Counts what was read of one document.
    private static final class Reading {
        private long size;

        @Nullable
        Object value(String field, BsonValue value, int depth) throws Unfit {
            if (depth > MAX_DEPTH) {
                throw new Unfit(field + " nests deeper than " + MAX_DEPTH);
            }
            count(field, 8);
            return switch (value.getBsonType()) {
                case NULL, UNDEFINED -> null;
                case STRING -> {
                    count(field, value.asString().getValue().length());
                    yield value.asString().getValue();
                }
                case BOOLEAN -> value.asBoolean().getValue();
                case INT32 -> value.asInt32().getValue();
                case INT64 -> value.asInt64().getValue();
                case DOUBLE -> finite(field, value.asDouble().getValue());
                case DECIMAL128 -> decimal(field, value);
                case DATE_TIME -> Instant.ofEpochMilli(value.asDateTime().getValue());
                case OBJECT_ID -> value.asObjectId().getValue().toHexString();
                case BINARY -> {
                    count(field, value.asBinary().getData().length);
                    yield Base64.getEncoder().encodeToString(value.asBinary().getData());
                }
                case ARRAY -> {
                    List<@Nullable Object> items = new ArrayList<>();
                    for (BsonValue item : value.asArray()) {
                        items.add(value(field, item, depth + 1));
                    }
                    yield items;
                }
                case DOCUMENT -> {
                    Map<String, @Nullable Object> members = new LinkedHashMap<>();
                    for (Map.Entry<String, BsonValue> member :
                            value.asDocument().entrySet()) {
                        count(field, member.getKey().length());
                        members.put(unescaped(member.getKey()), value(field, member.getValue(), depth + 1));
                    }
                    yield members;
                }
                default -> throw new Unfit(field + " is a " + value.getBsonType() + ", which JSON has not");
            };
        }

        private void count(String field, long more) throws Unfit {
            size += more;
            if (size > MAX_SIZE) {
                throw new Unfit("it is larger than " + MAX_SIZE + " at " + field);
            }
        }

        private static Double finite(String field, double number) throws Unfit {
            if (!Double.isFinite(number)) {
                throw new Unfit(field + " is " + number + ", which JSON has not");
            }
            return number;
        }

        private static BigDecimal decimal(String field, BsonValue value) throws Unfit {
            try {
                return value.asDecimal128().getValue().bigDecimalValue();
            } catch (ArithmeticException noNumber) {
                throw new Unfit(field + " is a decimal that JSON has not");
            }
        }
    }
}
