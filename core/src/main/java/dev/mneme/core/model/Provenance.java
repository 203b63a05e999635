package dev.mneme.core.model;

/// Who writes.
///
/// @param keyId the API key's id
/// @param instance the instance's name
/// @param named whether the caller named the instance; changes of the default one (`key:<key id>`) are never suppressed
///     as an echo
public record Provenance(String keyId, String instance, boolean named) {
    public static Provenance ofKey(String keyId) {
        return new Provenance(keyId, "key:" + keyId, false);
    }
}
