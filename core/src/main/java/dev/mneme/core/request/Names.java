package dev.mneme.core.request;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ScopeIds;

/// Checks the names of chats, messages, instances, providers and the like.
public final class Names {
    /// The longest name of an instance, also in the header that carries it.
    static final int MAX_INSTANCE = 128;

    private Names() {}

    /// @throws MnemeException `invalid_request` for a text that is empty, is longer than an id may be, holds control
    ///     characters, or is not well-formed Unicode
    public static void check(String field, String name) {
        check(field, name, ScopeIds.MAX_ID_LENGTH);
    }

    public static void instance(String field, String name) {
        check(field, name, MAX_INSTANCE);
    }

    private static void check(String field, String name, int max) {
        if (name.length() > max || !ScopeIds.isId(name)) {
            throw MnemeException.invalid(
                    field,
                    field + " must have 1 to " + max + " characters of well-formed Unicode, no control characters.");
        }
    }
}
