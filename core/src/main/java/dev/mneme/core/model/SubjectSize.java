package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Estimates how much of the heap a record takes, for limits.
public final class SubjectSize {
    /// What a record takes besides its texts: ids, times, and the objects of its parts.
    private static final long OVERHEAD = 512;

    private static final long CHARACTER = 2;
    private static final long STRING = 40;
    private static final long NUMBER = 96; // and its digits
    private static final long ARRAY = 72;
    private static final long ITEM = 8;
    private static final long OBJECT = 104;
    private static final long FIRST_MEMBER = 80; // the table of the map
    private static final long MEMBER = 64;

    private SubjectSize() {}

    /// In bytes, with at most two for a character.
    public static long bytes(@Nullable Subject subject) {
        return OVERHEAD + (subject == null ? 0 : parts(subject));
    }

    private static long parts(Subject subject) {
        return switch (subject) {
            case Memory memory ->
                CHARACTER * memory.text().length() + bytes(memory.metadata()) + bytes(memory.categories());
            case Context context -> bytes(context.data()) + bytes(context.tags());
            case ModeState state -> bytes(state.configuration());
            case Transition transition -> bytes(transition.contextSnapshot());
            case ResponseSource source -> bytes(source.metadata());
            case SyncEvent event -> bytes(event.data()) + bytes(event.processedBy());
            case Conflict conflict ->
                bytes(conflict.mine().value())
                        + bytes(conflict.theirs().value())
                        + (conflict.base() == null ? 0 : bytes(conflict.base().value()));
        };
    }

    /// The size of JSON. The objects that it is made of outweigh its text: `{}` is two characters, and a map.
    private static long bytes(@Nullable Json json) {
        return switch (json) {
            case null -> 0;
            case JsonString(String text) -> STRING + CHARACTER * text.length();
            case JsonNumber(BigDecimal number) -> NUMBER + number.precision();
            case JsonArray(List<Json> items) ->
                ARRAY + items.stream().mapToLong(item -> ITEM + bytes(item)).sum();
            case JsonObject(Map<String, Json> members) when members.isEmpty() -> OBJECT;
            case JsonObject(Map<String, Json> members) ->
                OBJECT
                        + FIRST_MEMBER
                        + members.entrySet().stream()
                                .mapToLong(member -> MEMBER
                                        + STRING
                                        + CHARACTER * member.getKey().length()
                                        + bytes(member.getValue()))
                                .sum();
            case JsonBoolean bool -> 0;
            case JsonNull none -> 0;
        };
    }

    private static long bytes(Collection<String> texts) {
        return texts.stream()
                .mapToLong(text -> STRING + CHARACTER * text.length())
                .sum();
    }
}
