package dev.mneme.server.config;

import java.util.Locale;

/// A setting of the operator's.
///
/// @param key its name in `mneme.yaml`, for example `http.port`; the two other spellings are derived from it
/// @param fallback the default, as it would be typed; empty for none
/// @param about one line for the operator
record Setting<T>(String key, ValueType<T> type, String fallback, String about, boolean secret) {
    /// `http.maxRequestBytes` is `MNEME_HTTP_MAX_REQUEST_BYTES` in the environment.
    String environmentName() {
        return "MNEME_"
                + key.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replace('.', '_').toUpperCase(Locale.ROOT);
    }

    String flag() {
        return "--" + key;
    }
}
