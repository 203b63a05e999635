package dev.mneme.core.model;

import java.util.Locale;

/// The kinds of scope id, highest first: a memory's owner is the first that is present.
public enum OwnerKind {
    USER,
    AGENT,
    APP,
    RUN;

    /// `user`, `agent`, `app`, `run`.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// `userId`, `agentId`, `appId`, `runId`.
    public String fieldName() {
        return wireName() + "Id";
    }
}
