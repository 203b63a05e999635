package dev.mneme.core.context;

import java.time.Duration;

/// How large a context may be, and how long it is kept.
///
/// @param maxBytes size of its data, as JSON
/// @param ttl how long a context without an expiry lives after its last write; zero: for ever
public record ContextRules(int maxBytes, Duration ttl) {
    public static final ContextRules DEFAULTS = new ContextRules(1 << 20, Duration.ofDays(30));
}
