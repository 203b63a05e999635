package dev.mneme.core.model;

import java.time.Instant;
import java.util.Collections;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A message from one instance of a user to others. It is kept until it expires.
///
/// @param sourceInstance the instance that posted it, for which it is not pending
/// @param targets the instances that it is for; null: all
/// @param processedBy the instances that have acknowledged it
/// @param version 1, and one more for each acknowledgement
/// @param sequence of the change that posted it, which puts the events in order
public record SyncEvent(
        MemoryId id,
        String userId,
        String sourceInstance,
        Type type,
        Json data,
        @Nullable Set<String> targets,
        Set<String> processedBy,
        Priority priority,
        Instant at,
        @Nullable Instant expiresAt,
        long version,
        long sequence,
        boolean localOnly)
        implements Subject {
    /// How many instances an event remembers as having processed it.
    public static final int MAX_PROCESSED_BY = 1_000;

    public SyncEvent {
        targets = targets == null ? null : Collections.unmodifiableSet(new TreeSet<>(targets));
        processedBy = Collections.unmodifiableSet(new TreeSet<>(processedBy));
    }

    /// The same event, posted by another change.
    public SyncEvent withSequence(long other) {
        return new SyncEvent(
                id,
                userId,
                sourceInstance,
                type,
                data,
                targets,
                processedBy,
                priority,
                at,
                expiresAt,
                version,
                other,
                localOnly);
    }

    public boolean expired(Instant now) {
        return expiresAt != null && !now.isBefore(expiresAt);
    }

    /// Whether the instance has yet to process it.
    public boolean pendingFor(String instance) {
        return !sourceInstance.equals(instance)
                && !processedBy.contains(instance)
                && (targets == null || targets.contains(instance));
    }

    /// What happened.
    public enum Type {
        MODE_CHANGED,
        CONTEXT_UPDATED,
        RESPONSE_GENERATED,
        MCP_TOOL_EXECUTED,
        CONFIG_UPDATED;

        /// For example `mode-changed`.
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        public static Optional<Type> of(String wireName) {
            return Stream.of(values())
                    .filter(type -> type.wireName().equals(wireName))
                    .findFirst();
        }
    }

    /// The order in which pending events are handed out.
    public enum Priority {
        HIGH(0),
        NORMAL(1),
        LOW(2);

        private final int rank;

        Priority(int rank) {
            this.rank = rank;
        }

        /// The most urgent is 0. Ranks never change, since rows are kept in their order.
        public int rank() {
            return rank;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Priority> of(String wireName) {
            return Stream.of(values())
                    .filter(priority -> priority.wireName().equals(wireName))
                    .findFirst();
        }
    }
}
