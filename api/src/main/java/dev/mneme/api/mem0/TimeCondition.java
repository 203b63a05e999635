package dev.mneme.api.mem0;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.And;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Not;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Filter.Or;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A condition on a time. A day stands for all of it: up to (`lte`) a day is to its end, after (`gt`) a day is from the
/// next one on, equal to a day is within it.
///
/// @param shift how much later a memory's own time is than the client's day for it: an expiration date is the last day,
///     while the memory keeps the moment when that day is over
record TimeCondition(Field field, Duration shift) {
    private static final Duration NONE = Duration.ZERO;
    private static final Field CREATED = new Field.Named(Name.CREATED_AT);
    private static final Field TOLD = new Field.Named(Name.TIMESTAMP);

    /// The condition for a field that is a time.
    static Optional<TimeCondition> of(Field field) {
        if (!(field instanceof Field.Named(Name name))) {
            return Optional.empty();
        }
        return switch (name) {
            case TIMESTAMP, CREATED_AT, UPDATED_AT -> Optional.of(new TimeCondition(field, NONE));
            case EXPIRES_AT -> Optional.of(new TimeCondition(field, Mem0Times.DAY));
            default -> Optional.empty();
        };
    }

    /// A memory's creation is the `timestamp` of its add, if there was one: see [Mem0Mapping#createdAt].
    Filter compare(Operator operator, Json value, String path) {
        if (!field.equals(CREATED)) {
            return plain(operator, value, path);
        }
        Filter told = new Compare(TOLD, Operator.EXISTS, new JsonBoolean(true));
        return new Or(List.of(
                new And(List.of(told, new TimeCondition(TOLD, shift).plain(operator, value, path))),
                new And(List.of(new Not(told), plain(operator, value, path)))));
    }

    private Filter plain(Operator operator, Json value, String path) {
        return switch (operator) {
            case EQ -> equal(value, path);
            case NE -> new Not(equal(value, path));
            case IN -> any(value, path);
            case NIN -> new Not(any(value, path));
            case GTE -> new Compare(field, Operator.GTE, time(start(value, path)));
            case LT -> new Compare(field, Operator.LT, time(start(value, path)));
            case GT ->
                isDay(value)
                        ? new Compare(field, Operator.GTE, time(end(value, path)))
                        : new Compare(field, Operator.GT, time(start(value, path)));
            case LTE ->
                isDay(value)
                        ? new Compare(field, Operator.LT, time(end(value, path)))
                        : new Compare(field, Operator.LTE, time(start(value, path)));
            case EXISTS -> {
                if (!(value instanceof JsonBoolean)) {
                    throw MnemeException.invalid(path, path + " must be true or false.");
                }
                yield new Compare(field, Operator.EXISTS, value);
            }
            case CONTAINS, ICONTAINS ->
                throw MnemeException.invalid(path, path + ": a time is compared by eq, ne, in, gt, gte, lt or lte.");
        };
    }

    private Filter any(Json value, String path) {
        return new Or(((JsonArray) value)
                .items().stream().map(item -> equal(item, path)).toList());
    }

    private Filter equal(Json value, String path) {
        if (value instanceof JsonNull) {
            return new Compare(field, Operator.EQ, value);
        }
        Filter from = new Compare(field, Operator.GTE, time(start(value, path)));
        return isDay(value)
                ? new And(List.of(from, new Compare(field, Operator.LT, time(end(value, path)))))
                : new Compare(field, Operator.EQ, time(start(value, path)));
    }

    private static boolean isDay(Json value) {
        return Mem0Times.day(value).isPresent();
    }

    private Instant start(Json value, String path) {
        Instant at = Mem0Times.instant(value, path);
        return isDay(value) ? at.plus(shift) : at;
    }

    private Instant end(Json value, String path) {
        return start(value, path).plus(Mem0Times.DAY);
    }

    private static Json time(Instant at) {
        return new JsonString(Times.format(at));
    }
}
