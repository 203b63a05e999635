package dev.mneme.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mneme.wire.Given;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Either;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A component of a `wire` record, from its declaration. The strict reader and the schemas are both made of these.
///
/// @param value the type of its value with its annotations; for a [Given], the type that may be given
/// @param given whether leaving it out differs from sending null
/// @param nullable whether null stands for its absence
/// @param leftOut whether an answer leaves it out when it is null
/// @param doc what it means to a client; null where the name is enough
public record Component(
        String name,
        AnnotatedType value,
        boolean given,
        boolean nullable,
        boolean leftOut,
        @Nullable Doc doc) {

    /// The components of a record. Those of an [Either] are taken from the first of its shapes that has them, except
    /// whether they may be null.
    ///
    /// @throws IllegalArgumentException for an [Either] whose components are not those of its shapes
    public static List<Component> of(Class<? extends Record> type) {
        List<Component> own = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            own.add(of(type, component));
        }
        Either either = type.getAnnotation(Either.class);
        return either == null ? own : asShaped(type, own, either);
    }

    private static Component of(Class<?> type, RecordComponent component) {
        boolean given = component.getType() == Given.class;
        AnnotatedType annotated = component.getAnnotatedType();
        JsonInclude own = component.getAccessor().getAnnotation(JsonInclude.class);
        return new Component(
                component.getName(),
                given ? argument(annotated, 0) : annotated,
                given,
                annotated.isAnnotationPresent(Nullable.class),
                isNonNull(own == null ? type.getAnnotation(JsonInclude.class) : own),
                component.getAnnotation(Doc.class));
    }

    private static List<Component> asShaped(Class<?> type, List<Component> own, Either either) {
        Map<String, Component> shaped = new LinkedHashMap<>();
        for (Class<? extends Record> shape : either.value()) {
            of(shape).forEach(component -> shaped.putIfAbsent(component.name(), component));
        }
        List<Component> all = new ArrayList<>();
        for (Component component : own) {
            Component declared = shaped.remove(component.name());
            if (declared == null
                    || !declared.value().getType().equals(component.value().getType())) {
                throw new IllegalArgumentException(type + " has another " + component.name() + " than its shapes");
            }
            all.add(new Component(
                    component.name(),
                    declared.value(),
                    component.given(),
                    component.nullable(),
                    component.leftOut(),
                    declared.doc()));
        }
        if (!shaped.isEmpty()) {
            throw new IllegalArgumentException(type + " lacks " + shaped.keySet());
        }
        return all;
    }

    /// Whether a request must have it.
    public boolean required() {
        return !given && !nullable;
    }

    /// The class of a type, without its type arguments.
    public static Type raw(Type type) {
        return type instanceof ParameterizedType parameterized ? parameterized.getRawType() : type;
    }

    /// A type argument of a container, with its annotations.
    public static AnnotatedType argument(AnnotatedType container, int index) {
        return ((AnnotatedParameterizedType) container).getAnnotatedActualTypeArguments()[index];
    }

    private static boolean isNonNull(@Nullable JsonInclude include) {
        return include != null && include.value() == JsonInclude.Include.NON_NULL;
    }
}
