package dev.mneme.core.spi;

import dev.mneme.core.queue.Tenant;

/// What a text is embedded for, and whose it is: by this an embedder that is busy decides who is next.
public record Demand(Purpose purpose, Tenant tenant) {
    /// Somebody who is alone with the embedder.
    public static final Demand NONE = new Demand(Purpose.ADD, Tenant.NONE);

    /// In the order in which they are served.
    public enum Purpose {
        /// Somebody waits for an answer.
        QUERY,
        /// A memory is to be stored or changed.
        ADD,
        /// An import, an extraction, a change of the embedder: takes what the others leave.
        BULK
    }

    /// A query of the same tenant, unless it is bulk work that asks.
    public Demand asQuery() {
        return purpose == Purpose.BULK ? this : new Demand(Purpose.QUERY, tenant);
    }
}
