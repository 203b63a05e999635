package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// The scope ids of a memory, at least one of the four. Each has 1 to 256 characters, and no control characters.
public record ScopeIds(
        @Nullable String userId,
        @Nullable String agentId,
        @Nullable String appId,
        @Nullable String runId) {

    public static final int MAX_ID_LENGTH = 256;

    public ScopeIds {
        checkId(OwnerKind.USER, userId);
        checkId(OwnerKind.AGENT, agentId);
        checkId(OwnerKind.APP, appId);
        checkId(OwnerKind.RUN, runId);
        if (userId == null && agentId == null && appId == null && runId == null) {
            throw MnemeException.invalid("userId", "Name at least one of userId, agentId, appId, runId.");
        }
    }

    public static ScopeIds user(String userId) {
        return new ScopeIds(userId, null, null, null);
    }

    public @Nullable String id(OwnerKind kind) {
        return switch (kind) {
            case USER -> userId;
            case AGENT -> agentId;
            case APP -> appId;
            case RUN -> runId;
        };
    }

    /// The owner: the first id that is present, in the order user, agent, app, run.
    public Owner owner() {
        for (OwnerKind kind : OwnerKind.values()) {
            String id = id(kind);
            if (id != null) {
                return new Owner(Owner.DEFAULT_PROJECT, kind, id);
            }
        }
        throw new IllegalStateException("a scope without ids");
    }

    /// Whether this can be an id of any kind.
    public static boolean isId(String id) {
        return fault(id) == null;
    }

    static void checkId(OwnerKind kind, @Nullable String id) {
        String fault = id == null ? null : fault(id);
        if (fault != null) {
            throw MnemeException.invalid(kind.fieldName(), kind.fieldName() + fault);
        }
    }

    /// What is wrong with an id, as the end of a sentence; null if nothing is.
    private static @Nullable String fault(String id) {
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
            return " must have 1 to " + MAX_ID_LENGTH + " characters.";
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (Character.isISOControl(c)) {
                return " must not contain control characters.";
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < id.length()
                        && Character.isLowSurrogate(id.charAt(i + 1));
                if (!pair) {
                    return " must be well-formed Unicode.";
                }
                i++;
            }
        }
        return null;
    }
}
