package dev.mneme.core.model;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Two writes of one record, of which only one could win. What lost is kept here with what won, so that no
/// write is lost, until somebody decides.
///
/// @param owner whose record it is
/// @param base the version that both writes began with; null when it is not known, or when there was none
/// @param mine what was written and lost; its version is 0, since it never became one
/// @param theirs what won and was stored
/// @param resolution null while it is open
/// @param version 1; 2 once it is resolved
/// @param localOnly as its record is: see [Subject#localOnly]
public record Conflict(
        MemoryId id,
        Owner owner,
        About about,
        @Nullable Side base,
        Side mine,
        Side theirs,
        Instant detectedAt,
        @Nullable Resolution resolution,
        long version,
        boolean localOnly)
        implements Subject {
    /// The collection of documents that conflicts are kept in.
    public static final String COLLECTION = "conflicts";

    /// How large the three values may be together, by [Json#size].
    public static final long MAX_SIZE = 8 << 20;

    /// How long a conflict is kept once it is resolved.
    public static final Duration KEPT_RESOLVED = Duration.ofDays(30);

    /// The record that both wrote.
    ///
    /// @param key a memory's id, a context's key, the instance of a mode
    public record About(Kind kind, String key) {}

    /// One version of the record.
    ///
    /// @param value the record's fields, as [ConflictValues] has them; null for a deletion, and where values
    ///     are left out
    /// @param deleted whether it is a deletion
    /// @param at when it was written
    public record Side(
            long version, @Nullable JsonObject value, boolean deleted, Instant at, String keyId, String instance) {
        private Side withoutValue() {
            return new Side(version, null, deleted, at, keyId, instance);
        }

        private long size() {
            return value == null ? 0 : value.size();
        }
    }

    /// How it was decided.
    ///
    /// @param written the version of the record that the decision wrote; 0 when it wrote none
    public record Resolution(Take take, long written, Instant at, String keyId, String instance) {}

    public boolean open() {
        return resolution == null;
    }

    public Status status() {
        return open() ? Status.OPEN : Status.RESOLVED;
    }

    /// From when on it is gone; null while it is open.
    public @Nullable Instant expiresAt() {
        return resolution == null ? null : resolution.at().plus(KEPT_RESOLVED);
    }

    public boolean expired(Instant now) {
        Instant expiresAt = expiresAt();
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /// The size of its values.
    public long size() {
        return (base == null ? 0 : base.size()) + mine.size() + theirs.size();
    }

    /// The same without the values, which may be large: as changes and the results of writes tell of it.
    public Conflict withoutValues() {
        return new Conflict(
                id,
                owner,
                about,
                base == null ? null : base.withoutValue(),
                mine.withoutValue(),
                theirs.withoutValue(),
                detectedAt,
                resolution,
                version,
                localOnly);
    }

    public Conflict resolved(Resolution by, boolean nowLocalOnly) {
        return new Conflict(id, owner, about, base, mine, theirs, detectedAt, by, version + 1, nowLocalOnly);
    }

    /// What kind of record it is about.
    public enum Kind {
        MEMORY,
        CONTEXT,
        MODE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Kind> of(String wireName) {
            return Stream.of(values())
                    .filter(kind -> kind.wireName().equals(wireName))
                    .findFirst();
        }
    }

    /// Whether somebody has decided.
    public enum Status {
        OPEN,
        RESOLVED;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Status> of(String wireName) {
            return Stream.of(values())
                    .filter(status -> status.wireName().equals(wireName))
                    .findFirst();
        }
    }

    /// Which value is to be the record's.
    public enum Take {
        MINE,
        THEIRS,
        /// One that whoever decides brings along, merged from both perhaps.
        VALUE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Take> of(String wireName) {
            return Stream.of(values())
                    .filter(take -> take.wireName().equals(wireName))
                    .findFirst();
        }
    }
}
