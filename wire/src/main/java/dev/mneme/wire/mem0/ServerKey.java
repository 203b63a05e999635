package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// An API key as mem0's own server shows it.
///
/// @param key the secret; shown once, in the answer that made it
/// @param keyPrefix null: nothing of a secret is kept
public record ServerKey(
        String id,
        @JsonInclude(Include.NON_NULL) @Nullable String key,
        String label,
        String role,
        @JsonProperty("key_prefix") @Nullable String keyPrefix,
        @JsonProperty("created_at") String createdAt) {}
