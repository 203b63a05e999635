package dev.mneme.engine.index;

import dev.mneme.engine.index.Analyzer.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Who speaks in an owner's living memories. Speakers are found by any word of their names, in any case.
final class Speakers {
    /// One speaker. Compared by identity, since an owner's index has one object for each.
    static final class Speaker {
        private final String key;
        private final Set<String> words;
        private int memories;

        private Speaker(String key) {
            this.key = key;
            this.words = Analyzer.words(key).stream().map(Word::surface).collect(Collectors.toUnmodifiableSet());
        }
    }

    private final Map<String, Speaker> byName = new HashMap<>();
    private final Map<String, List<Speaker>> byWord = new HashMap<>();

    static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /// Counts one more memory of this speaker.
    Speaker add(String name) {
        Speaker speaker = byName.computeIfAbsent(key(name), Speaker::new);
        if (speaker.memories++ == 0) {
            for (String word : speaker.words) {
                byWord.computeIfAbsent(word, w -> new ArrayList<>(1)).add(speaker);
            }
        }
        return speaker;
    }

    /// Counts one memory less. A speaker without memories is forgotten.
    void remove(Speaker speaker) {
        if (--speaker.memories > 0) {
            return;
        }
        byName.remove(speaker.key);
        for (String word : speaker.words) {
            byWord.computeIfPresent(word, (w, speakers) -> {
                speakers.remove(speaker);
                return speakers.isEmpty() ? null : speakers;
            });
        }
    }

    /// The speaker whose name contains one of these words; null if there is none, or more than one.
    @Nullable
    Speaker named(Set<String> words) {
        Speaker found = null;
        for (String word : words) {
            for (Speaker speaker : byWord.getOrDefault(word, List.of())) {
                if (found != null && found != speaker) {
                    return null;
                }
                found = speaker;
            }
        }
        return found;
    }
}
