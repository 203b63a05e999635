package dev.mneme.core.service;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Provenance;

/// An authenticated caller: its key, and the instance that it speaks for.
public record Caller(ApiKey key, Provenance by) {
    /// @param instance as the caller named it, or null for the key's default
    public static Caller of(ApiKey key, @org.jspecify.annotations.Nullable String instance) {
        return new Caller(
                key, instance == null ? Provenance.ofKey(key.id()) : new Provenance(key.id(), instance, true));
    }
}
