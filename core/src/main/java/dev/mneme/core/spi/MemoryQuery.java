package dev.mneme.core.spi;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Owner;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which memories to list.
///
/// @param owner whose; null asks every shard
/// @param matcher everything that must hold, including the key's restriction. Several reads of one request may share
///     it, so that their work is counted together
/// @param cursor an earlier page's, or null
/// @param now the reader's clock: memories that expired before are hidden unless `showExpired`
public record MemoryQuery(
        @Nullable Owner owner,
        FilterMatcher matcher,
        Order order,
        int limit,
        @Nullable String cursor,
        boolean showExpired,
        Instant now) {

    /// For a request that reads once.
    public MemoryQuery(
            @Nullable Owner owner,
            Filter filter,
            Order order,
            int limit,
            @Nullable String cursor,
            boolean showExpired,
            Instant now) {
        this(owner, FilterMatcher.of(filter), order, limit, cursor, showExpired, now);
    }

    public Filter filter() {
        return matcher.filter();
    }

    public enum Order {
        CREATED_AT,
        CREATED_AT_DOWN,
        UPDATED_AT,
        UPDATED_AT_DOWN;

        public boolean down() {
            return this == CREATED_AT_DOWN || this == UPDATED_AT_DOWN;
        }

        public boolean byUpdate() {
            return this == UPDATED_AT || this == UPDATED_AT_DOWN;
        }
    }
}
