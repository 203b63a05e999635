package dev.mneme.core.model;

import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The value of a field, of one memory after another. For each memory it is found, folded and hashed once, however many
/// conditions look at it.
///
/// **Threads**: one.
final class FieldValue {
    /// How many characters that are compared count as one step; the next is the same for digits.
    static final int CHARACTERS = 32;

    static final int DIGITS = 8;

    /// As many characters of JSON text count as one step when a value is walked through.
    private static final int STRUCTURE = 4;

    /// Arrays with more items than this are hashed; shorter ones are walked through.
    private static final int FEW_ITEMS = 8;

    private final Field field;
    private final List<String> steps;

    private @Nullable Memory memory;
    private @Nullable Json value;
    private @Nullable Json folded;
    private @Nullable ValueSet items;

    FieldValue(Field field) {
        this.field = field;
        this.steps = field instanceof Field.Metadata(String pointer) ? Json.steps(pointer) : List.of();
    }

    /// The field's value; null where the memory has none. It is never JSON's null.
    @SuppressWarnings("ReferenceEquality") // the very memory that was looked at last; an equal one costs a second look
    @Nullable
    Json of(Memory of, FilterWork work) {
        if (of != memory) {
            value = find(of, work);
            folded = null;
            items = null;
            memory = of;
        }
        return value;
    }

    /// The value in lower case.
    @Nullable
    Json folded(Memory of, FilterWork work) {
        Json plain = of(of, work);
        if (plain != null && folded == null) {
            work.spend(weight(plain));
            folded = fold(plain);
        }
        return folded;
    }

    /// How many steps it takes to walk through a value.
    static long weight(Json value) {
        return switch (value) {
            case JsonString(String text) -> text.length() / CHARACTERS;
            case JsonNumber(BigDecimal number) -> number.precision() / DIGITS;
            default -> value.size() / STRUCTURE;
        };
    }

    static Json fold(Json value) {
        return switch (value) {
            case JsonString(String text) -> new JsonString(text.toLowerCase(Locale.ROOT));
            case JsonArray(List<Json> items) ->
                new JsonArray(items.stream().map(FieldValue::fold).toList());
            default -> value;
        };
    }

    /// Whether a value is one of the array's items. The array must be the field's value of the memory that was last
    /// asked for.
    boolean hasItem(JsonArray array, Json wanted, FilterWork work) {
        List<Json> all = array.items();
        if (all.size() <= FEW_ITEMS) {
            for (Json item : all) {
                if (same(item, wanted, work)) {
                    return true;
                }
            }
            return false;
        }
        if (items == null) {
            items = new ValueSet(all, work);
        }
        return items.contains(wanted, work);
    }

    static boolean same(Json a, Json b, FilterWork work) {
        work.spend(1);
        return switch (a) {
            case JsonString(String text) -> {
                if (!(b instanceof JsonString(String other)) || text.length() != other.length()) {
                    yield false;
                }
                work.spend(text.length() / CHARACTERS);
                yield text.equals(other);
            }
            case JsonNumber(BigDecimal number) -> {
                if (!(b instanceof JsonNumber(BigDecimal other))) {
                    yield false;
                }
                yield order(number, other, work) == 0;
            }
            default -> {
                if (a.getClass() != b.getClass()) {
                    yield false;
                }
                work.spend(weight(a) + weight(b));
                yield a.equals(b);
            }
        };
    }

    static int order(BigDecimal a, BigDecimal b, FilterWork work) {
        work.spend((a.precision() + b.precision()) / DIGITS);
        return a.compareTo(b);
    }

    static @Nullable Instant time(Name name, Memory memory) {
        return switch (name) {
            case TIMESTAMP ->
                memory.timestamp() == null ? null : memory.timestamp().at();
            case CREATED_AT -> memory.createdAt();
            case UPDATED_AT -> memory.updatedAt();
            case EXPIRES_AT -> memory.expiresAt();
            default -> throw new IllegalArgumentException(name + " is no time");
        };
    }

    private @Nullable Json find(Memory of, FilterWork work) {
        return switch (field) {
            case Field.Scope(OwnerKind kind) -> string(of.scope().id(kind));
            case Field.Metadata metadata -> member(of, work);
            case Field.Named(Name name) ->
                switch (name) {
                    case ID -> string(of.id().toString());
                    case TEXT -> string(of.text());
                    case ROLE -> string(of.role());
                    case CATEGORIES -> categories(of, work);
                    case VERSION -> new JsonNumber(BigDecimal.valueOf(of.version()));
                    case REPLACED_BY ->
                        of.replacedBy() == null ? null : string(of.replacedBy().toString());
                    case TIMESTAMP, CREATED_AT, UPDATED_AT, EXPIRES_AT ->
                        throw new IllegalArgumentException("times are matched apart");
                };
        };
    }

    private @Nullable Json member(Memory of, FilterWork work) {
        Json here = of.metadata();
        for (String step : steps) {
            work.spend(1);
            here = here.member(step);
            if (here == null) {
                return null;
            }
        }
        return here instanceof JsonNull ? null : here;
    }

    private static Json categories(Memory of, FilterWork work) {
        work.spend(of.categories().size());
        return new JsonArray(of.categories().stream().<Json>map(JsonString::new).toList());
    }

    private static @Nullable Json string(@Nullable String text) {
        return text == null ? null : new JsonString(text);
    }
}
