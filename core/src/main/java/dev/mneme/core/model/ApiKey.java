package dev.mneme.core.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key as the server keeps it: its hash, and never the secret.
///
/// @param secretHash SHA-256 of the secret (which has 256 random bits, so that no slow hash is needed)
@SuppressWarnings("ArrayRecordComponent") // compared in constant time by the authorizer, never by equals
public record ApiKey(
        String id,
        String name,
        Role role,
        Restriction restriction,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Rate rate,
        byte[] secretHash) {

    /// How many requests a key may make: `perSecond` sustained, `burst` at once.
    public record Rate(int perSecond, int burst) {
        public Rate {
            if (perSecond < 1 || perSecond > 1_000_000) {
                throw MnemeException.invalid("rate.perSecond", "rate.perSecond must be 1 to 1000000.");
            }
            if (burst < 1 || burst > 1_000_000) {
                throw MnemeException.invalid("rate.burst", "rate.burst must be 1 to 1000000.");
            }
        }
    }

    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }
}
