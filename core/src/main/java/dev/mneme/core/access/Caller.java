package dev.mneme.core.access;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.queue.Tenant;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Demand.Purpose;
import org.jspecify.annotations.Nullable;

/// An authenticated caller: its key, and the instance that it speaks for.
///
/// @param bulk whether the caller's work may wait while others have some, as an import may
public record Caller(ApiKey key, Provenance by, boolean bulk) {
    public Caller(ApiKey key, Provenance by) {
        this(key, by, false);
    }

    /// @param instance as the caller named it, or null for the key's default
    public static Caller of(ApiKey key, @Nullable String instance) {
        return new Caller(
                key, instance == null ? Provenance.ofKey(key.id()) : new Provenance(key.id(), instance, true));
    }

    /// The same caller, whose work can wait.
    public Caller asBulk() {
        return bulk ? this : new Caller(key, by, true);
    }

    /// Under which tenant work waits that concerns this owner; null: several owners.
    public Tenant tenant(@Nullable Owner owner) {
        return new Tenant(key.id(), owner);
    }

    public Demand demand(Purpose purpose, @Nullable Owner owner) {
        return new Demand(bulk ? Purpose.BULK : purpose, tenant(owner));
    }
}
