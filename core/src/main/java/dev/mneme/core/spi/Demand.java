package dev.mneme.core.spi;

import dev.mneme.core.queue.Tenant;

/// For what purpose a text is embedded, and for whom. A busy embedder decides by it which text is next.
public record Demand(Purpose purpose, Tenant tenant) {
    /// For a program that is alone with its embedder.
    public static final Demand NONE = new Demand(Purpose.ADD, Tenant.NONE);

    /// In the order in which they are served.
    public enum Purpose {
        /// Somebody waits for a search.
        QUERY,
        /// A memory is to be stored or changed.
        ADD,
        /// An import, an extraction, a change of the embedder: it gets whatever the others leave.
        BULK
    }

    /// A query of the same tenant, unless this is bulk work, which stays so.
    public Demand asQuery() {
        return purpose == Purpose.BULK ? this : new Demand(Purpose.QUERY, tenant);
    }
}
