package dev.mneme.core.model;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// About how much a noun takes on the heap, for limits.
public final class SubjectSize {
    /// Beside its texts: ids, times, the objects of its parts.
    private static final long OVERHEAD = 512;

    private static final long CHARACTER = 2;

    private SubjectSize() {}

    /// In bytes, at most two a character.
    public static long bytes(@Nullable Subject subject) {
        return OVERHEAD + CHARACTER * (subject == null ? 0 : characters(subject));
    }

    private static long characters(Subject subject) {
        return switch (subject) {
            case Memory memory ->
                memory.text().length() + characters(memory.metadata()) + characters(memory.categories());
            case Context context -> characters(context.data()) + characters(context.tags());
            case ModeState state -> characters(state.configuration());
            case Transition transition -> characters(transition.contextSnapshot());
            case ResponseSource source -> characters(source.metadata());
            case SyncEvent event -> characters(event.data()) + characters(event.processedBy());
        };
    }

    /// Beside its characters, JSON on the heap has objects for its parts.
    private static long characters(@Nullable Json json) {
        return json == null ? 0 : 2 * json.size();
    }

    private static long characters(Collection<String> texts) {
        return texts.stream().mapToLong(String::length).sum();
    }
}
