package dev.mneme.core.queue;

import java.util.HashMap;
import java.util.Map;

/// Counts the tenants' places in a queue, and admits as the [QueueLimit] says. As many as can be served at once do not
/// count as waiting.
///
/// **Threads**: one, or callers that hold a lock of their own.
public final class Places {
    private final QueueLimit limit;
    private final int served;
    private final Map<String, Integer> byKey = new HashMap<>();
    private final Map<Tenant, Integer> byTenant = new HashMap<>();
    private int taken;

    /// @param served how many are served at once
    public Places(QueueLimit limit, int served) {
        this.limit = limit;
        this.served = served;
    }

    /// Takes a place, if there is one for this tenant.
    public boolean take(Tenant tenant) {
        boolean admitted = taken < served
                || limit.admits(
                        waiting(taken),
                        waiting(byKey.getOrDefault(tenant.key(), 0)),
                        waiting(byTenant.getOrDefault(tenant, 0)));
        if (admitted) {
            takeBeyondLimit(tenant);
        }
        return admitted;
    }

    private int waiting(int there) {
        return Math.max(0, there - served);
    }

    /// Takes a place, even if there is none.
    public void takeBeyondLimit(Tenant tenant) {
        taken++;
        byKey.merge(tenant.key(), 1, Integer::sum);
        byTenant.merge(tenant, 1, Integer::sum);
    }

    public void giveBack(Tenant tenant) {
        taken--;
        byKey.merge(tenant.key(), -1, Places::sumOrNone);
        byTenant.merge(tenant, -1, Places::sumOrNone);
    }

    @SuppressWarnings("NullAway") // as `merge` wants it: null removes
    private static Integer sumOrNone(Integer a, Integer b) {
        int sum = a + b;
        return sum == 0 ? null : sum;
    }

    public int taken() {
        return taken;
    }
}
