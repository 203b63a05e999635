package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;

/// An API key.
///
/// @param restrict which data it may touch; none: all
/// @param key the secret: only in the answer that made it
@JsonInclude(Include.NON_NULL)
public record KeyResource(
        String id,
        String name,
        String role,
        KeyRequest.@Nullable Restrict restrict,
        String createdAt,
        @Nullable String expiresAt,
        KeyRequest.@Nullable Rate rate,
        @Nullable String key) {

    @Override
    public String toString() {
        return "KeyResource[id=" + id + ", key=***]";
    }
}
