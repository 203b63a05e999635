package dev.mneme.core.request;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Wording;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks the parts of a memory, whoever sends them.
public final class MemoryChecks {
    private static final int MAX_CATEGORIES = 100;
    private static final int MAX_SHORT = 128;

    private final Limits limits;

    public MemoryChecks(Limits limits) {
        this.limits = limits;
    }

    public void text(String text) {
        if (Wording.isEmpty(text)) {
            throw MnemeException.invalid("text", "text must not be empty.");
        }
        if (TextBytes.of("text", text) > limits.textBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "text", "text may have " + limits.textBytes() + " bytes as UTF-8 at most.");
        }
    }

    public void role(@Nullable String role) {
        shortText("role", role);
    }

    public void name(@Nullable String name) {
        shortText("name", name);
    }

    public void categories(@Nullable List<String> categories) {
        if (categories == null) {
            return;
        }
        if (categories.size() > MAX_CATEGORIES) {
            throw MnemeException.invalid("categories", "A memory may have " + MAX_CATEGORIES + " categories at most.");
        }
        categories.forEach(category -> shortText("categories", category));
    }

    public void metadata(@Nullable JsonObject metadata) {
        if (metadata != null && TextBytes.of("metadata", metadata) > limits.metadataBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, "metadata", "metadata may have " + limits.metadataBytes() + " bytes at most.");
        }
    }

    /// Checks metadata after a patch. They may be over the limit if they were so before, and have become smaller.
    public void patched(JsonObject before, JsonObject after) {
        if (after.utf8Size() >= before.utf8Size() && !after.equals(before)) {
            metadata(after);
        }
    }

    private static void shortText(String field, @Nullable String text) {
        if (text == null) {
            return;
        }
        if (text.isBlank() || text.length() > MAX_SHORT) {
            throw MnemeException.invalid(field, field + " must have 1 to " + MAX_SHORT + " characters.");
        }
        TextBytes.of(field, text);
    }
}
