package dev.mneme.core.context;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.request.TextBytes;
import java.util.List;

/// Checks the parts of a context, whoever sends them.
public final class ContextChecks {
    private static final int MAX_KEY = 200;
    private static final int MAX_TAGS = 100;
    private static final int MAX_TAG = 128;

    private final ContextRules rules;

    public ContextChecks(ContextRules rules) {
        this.rules = rules;
    }

    /// `.` and `..` are refused because clients remove them from a path before sending it.
    public static void key(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY || key.chars().anyMatch(Character::isISOControl)) {
            throw MnemeException.invalid(
                    "key",
                    "A context's key must have 1 to " + MAX_KEY + " characters, none of them a control character.");
        }
        if (key.equals(".") || key.equals("..")) {
            throw MnemeException.invalid("key", "A context's key must not be . or ..: choose another.");
        }
        TextBytes.of("key", key);
    }

    public void data(Json data) {
        if (TextBytes.of("data", data) > rules.maxBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "data", "data may have " + rules.maxBytes() + " bytes as JSON at most.");
        }
    }

    /// @return the tags, without repetition
    public static List<String> tags(List<String> tags) {
        if (tags.size() > MAX_TAGS) {
            throw MnemeException.invalid("tags", "A context may have " + MAX_TAGS + " tags at most.");
        }
        tags.forEach(ContextChecks::tag);
        return tags.stream().distinct().toList();
    }

    private static void tag(String tag) {
        if (tag.isBlank() || tag.length() > MAX_TAG) {
            throw MnemeException.invalid("tags", "A tag must have 1 to " + MAX_TAG + " characters, and not be blank.");
        }
        TextBytes.of("tags", tag);
    }
}
