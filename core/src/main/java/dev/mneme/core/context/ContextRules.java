package dev.mneme.core.context;

import java.time.Duration;

/// How large a context may be, and how long one is kept.
///
/// @param maxBytes of its data, as JSON
/// @param ttl how long after its last write a context expires whose writer named no expiry; zero: never
public record ContextRules(int maxBytes, Duration ttl) {
    public static final ContextRules DEFAULTS = new ContextRules(1 << 20, Duration.ofDays(30));
}
