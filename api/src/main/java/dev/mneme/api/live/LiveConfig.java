package dev.mneme.api.live;

import java.time.Duration;

/// How live connections are kept and ended. A config that exists is valid.
///
/// @param pingInterval how often the server pings
/// @param commentInterval how often an event stream that has nothing to say sends a comment
/// @param staleAfter a client that was not heard for so long is dropped; longer than `pingInterval`
/// @param credentialsWithin how long a connection may stay without credentials
/// @param stallAfter a client that does not read what is written to it for so long is cut
/// @param closeWithin how long the other side may take to end a connection that is closing
/// @param maxConnections open at once, over all keys
/// @param maxPerKey open at once with one key
/// @param maxWithoutCredentials open at once and not yet authenticated
public record LiveConfig(
        Duration pingInterval,
        Duration commentInterval,
        Duration staleAfter,
        Duration credentialsWithin,
        Duration stallAfter,
        Duration closeWithin,
        int maxConnections,
        int maxPerKey,
        int maxWithoutCredentials) {
    public static final LiveConfig DEFAULTS = new LiveConfig(
            Duration.ofSeconds(30),
            Duration.ofSeconds(15),
            Duration.ofSeconds(90),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            20_000,
            1_000,
            1_000);

    public LiveConfig {
        positive("live.pingInterval", pingInterval);
        positive("live.commentInterval", commentInterval);
        positive("live.staleAfter", staleAfter);
        positive("live.credentialsWithin", credentialsWithin);
        positive("live.stallAfter", stallAfter);
        positive("live.closeWithin", closeWithin);
        check(staleAfter.compareTo(pingInterval) > 0, "live.staleAfter must be longer than live.pingInterval");
        check(maxConnections > 0, "live.maxConnections must be positive, was " + maxConnections);
        check(maxPerKey > 0, "live.maxPerKey must be positive, was " + maxPerKey);
        check(maxWithoutCredentials > 0, "live.maxWithoutCredentials must be positive, was " + maxWithoutCredentials);
    }

    private static void positive(String key, Duration value) {
        check(value.isPositive(), key + " must be longer than 0, was " + value);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
