package dev.mneme.testkit;

import java.time.Duration;
import java.time.InstantSource;

/// How a test wants its store.
///
/// @param home names the place of the data: a store opened again under the same name, in the same test, finds
///     what the one before it left
/// @param clock gives the command times, and the age of changes and idempotency records
/// @param changesPerOwner how many of an owner's latest changes are sure to be retained
/// @param idempotencyKeysPerOwner how many of an owner's latest idempotency records are sure to be kept
/// @param versionsPerMemory how many of a memory's latest versions are kept; 0 for all
/// @param versionAge how long an earlier version is kept after it was written; zero for ever
/// @param contextVersions how many earlier versions of a context are kept
public record StoreSettings(
        String home,
        InstantSource clock,
        int changesPerOwner,
        int idempotencyKeysPerOwner,
        int versionsPerMemory,
        Duration versionAge,
        int contextVersions) {
    public static final int CHANGES_PER_OWNER = 100_000;
    public static final int IDEMPOTENCY_KEYS_PER_OWNER = 10_000;
    public static final int CONTEXT_VERSIONS = 20;

    public StoreSettings {
        if (changesPerOwner < 1 || idempotencyKeysPerOwner < 1) {
            throw new IllegalArgumentException("a store keeps at least one change and one idempotency record");
        }
    }

    /// The defaults that users get.
    public static StoreSettings of(String home, InstantSource clock) {
        return new StoreSettings(
                home, clock, CHANGES_PER_OWNER, IDEMPOTENCY_KEYS_PER_OWNER, 0, Duration.ZERO, CONTEXT_VERSIONS);
    }

    public StoreSettings withChangesPerOwner(int limit) {
        return new StoreSettings(
                home, clock, limit, idempotencyKeysPerOwner, versionsPerMemory, versionAge, contextVersions);
    }

    public StoreSettings withIdempotencyKeysPerOwner(int limit) {
        return new StoreSettings(home, clock, changesPerOwner, limit, versionsPerMemory, versionAge, contextVersions);
    }

    public StoreSettings withVersions(int perMemory, Duration age) {
        return new StoreSettings(
                home, clock, changesPerOwner, idempotencyKeysPerOwner, perMemory, age, contextVersions);
    }

    public StoreSettings withContextVersions(int earlier) {
        return new StoreSettings(
                home, clock, changesPerOwner, idempotencyKeysPerOwner, versionsPerMemory, versionAge, earlier);
    }
}
