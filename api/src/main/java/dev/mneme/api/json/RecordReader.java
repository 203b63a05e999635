package dev.mneme.api.json;

import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.Given;
import dev.mneme.wire.schema.OrNumber;
import dev.mneme.wire.schema.Time;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a `wire` record strictly. Each of these is an `invalid_request` that names the place: a member that the record
/// does not have, a wrong type, a missing or null component that is not `@Nullable`, and a value that an annotation of
/// `wire.schema` does not allow.
///
/// Components may be `String`, `boolean`, `int`, `long`, `double` and their boxes, `float[]`, `Map` (a free JSON
/// object), `Object` (any JSON), records, lists of these, and any of them in [Given].
///
/// **Threads**: any number may call.
public final class RecordReader<T extends Record> {
    private static final ClassValue<RecordReader<?>> READERS = new ClassValue<>() {
        @Override
        protected RecordReader<?> computeValue(Class<?> type) {
            return new RecordReader<>(type.asSubclass(Record.class));
        }
    };

    private final Constructor<T> constructor;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final @Nullable Object[] absent;
    private final boolean[] required;

    private RecordReader(Class<T> type) {
        List<Component> all = Component.of(type);
        this.constructor = canonical(type);
        this.absent = new Object[all.size()];
        this.required = new boolean[all.size()];
        for (int i = 0; i < all.size(); i++) {
            Component component = all.get(i);
            members.put(component.name(), new Member(i, component, reading(component.value())));
            absent[i] = component.given() ? Given.absent() : null;
            required[i] = component.required();
        }
    }

    /// How one component is read.
    ///
    /// @param value reads a value that is not null
    private record Member(int index, Component component, JsonReader.Reading<Object> value) {}

    private static JsonReader.Reading<Object> reading(AnnotatedType type) {
        Time time = type.getAnnotation(Time.class);
        JsonReader.Reading<Object> plain = time != null
                ? time.placed() ? JsonReader::placedTime : JsonReader::time
                : type.isAnnotationPresent(OrNumber.class) ? orNumber(type) : unchecked(type);
        List<Constraint> constraints = Constraint.of(type);
        if (constraints.isEmpty()) {
            return plain;
        }
        return in -> {
            Object value = plain.read(in);
            constraints.forEach(constraint -> {
                if (!constraint.holds(value)) {
                    throw in.wrong(constraint.demand());
                }
            });
            return value;
        };
    }

    private static JsonReader.Reading<Object> orNumber(AnnotatedType type) {
        return type.getType() == Object.class ? JsonReader::asStringOrNumber : JsonReader::stringOrNumber;
    }

    private static JsonReader.Reading<Object> unchecked(AnnotatedType annotated) {
        Type type = annotated.getType();
        if (type == String.class) {
            return JsonReader::string;
        }
        if (type == boolean.class || type == Boolean.class) {
            return JsonReader::bool;
        }
        if (type == int.class || type == Integer.class) {
            return RecordReader::smallInteger;
        }
        if (type == long.class || type == Long.class) {
            return JsonReader::integer;
        }
        if (type == double.class || type == Double.class) {
            return JsonReader::real;
        }
        if (type == float[].class) {
            return in -> in.floats(EmbeddingSpace.MAX_DIMENSION);
        }
        if (Component.raw(type) == List.class) {
            AnnotatedType item = Component.argument(annotated, 0);
            return item.getType() instanceof Class<?> nested && nested.isRecord()
                    ? records(reading(item))
                    : list(reading(item));
        }
        if (Component.raw(type) == Map.class) {
            return JsonReader::map;
        }
        if (type == Object.class) {
            return in -> Objects.requireNonNull(in.plain(), "null is read before");
        }
        if (type instanceof Class<?> nested && nested.isRecord()) {
            return in -> READERS.get(nested).read(in);
        }
        throw new IllegalArgumentException("no reading of " + type);
    }

    private static Integer smallInteger(JsonReader in) {
        long value = in.integer();
        if (value != (int) value) {
            throw in.wrong("is too large a number.");
        }
        return (int) value;
    }

    private static JsonReader.Reading<Object> list(JsonReader.Reading<Object> item) {
        return in -> {
            List<Object> items = new ArrayList<>();
            in.array(index -> items.add(item.read(in)));
            return items;
        };
    }

    private static JsonReader.Reading<Object> records(JsonReader.Reading<Object> item) {
        return in -> {
            List<@Nullable Object> items = new ArrayList<>();
            in.objects(index -> items.add(item.read(in)), index -> items.add(null));
            return items;
        };
    }

    private static <T> Constructor<T> canonical(Class<T> type) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every record has its canonical constructor", e);
        }
    }

    /// Reads a whole document.
    ///
    /// @param whole the document's name in messages, such as `body`
    /// @param heap counts what is built
    public static <T extends Record> T read(Class<T> type, byte[] document, String whole, ParsedHeap heap) {
        return JsonReader.read(document, whole, heap, in -> read(type, in));
    }

    /// Reads a whole document. Items of lists of records may be wrong: such an item is null in its list.
    ///
    /// @param refused gets what was wrong with which item
    public static <T extends Record> T read(
            Class<T> type, byte[] document, String whole, ParsedHeap heap, Map<Integer, MnemeException> refused) {
        return JsonReader.read(document, whole, heap, in -> {
            in.tolerate(refused::put);
            return read(type, in);
        });
    }

    /// Reads the value where `in` stands.
    public static <T extends Record> T read(Class<T> type, JsonReader in) {
        return type.cast(READERS.get(type).read(in));
    }

    private T read(JsonReader in) {
        @Nullable Object[] values = absent.clone();
        in.object(name -> {
            Member member = members.get(name);
            if (member == null) {
                throw in.wrong("is not known here: use " + String.join(", ", members.keySet()) + ".");
            }
            values[member.index()] = value(member, in);
        });
        members.forEach((name, member) -> {
            if (required[member.index()] && values[member.index()] == null) {
                String path = in.path();
                String field = path.equals(in.root()) ? name : path + "." + name;
                throw MnemeException.invalid(field, field + " is needed.");
            }
        });
        return create(values);
    }

    private static @Nullable Object value(Member member, JsonReader in) {
        Object value = in.isNull() ? null : member.value().read(in);
        if (member.component().given()) {
            return Given.of(value);
        }
        if (value == null && !member.component().nullable()) {
            throw in.wrong("must not be null.");
        }
        return value;
    }

    private T create(@Nullable Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof MnemeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a record that does not take its components", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record that cannot be made", e);
        }
    }
}
