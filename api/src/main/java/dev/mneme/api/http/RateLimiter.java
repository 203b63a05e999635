package dev.mneme.api.http;

import dev.mneme.core.model.ApiKey;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A token bucket for each key that has called, so that there are at most as many as keys.
///
/// **Threads**: any number may call.
public final class RateLimiter {
    private final ApiKey.Rate otherwise;
    private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();

    /// @param otherwise the rate of keys that have none of their own
    public RateLimiter(ApiKey.Rate otherwise) {
        this.otherwise = otherwise;
    }

    /// Takes one request of the key.
    ///
    /// @return zero, or how long the caller should wait
    public Duration take(ApiKey key) {
        Bucket bucket = buckets.computeIfAbsent(key.id(), id -> bucket(rate(key)));
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Duration.ZERO : Duration.ofNanos(Math.max(1, probe.getNanosToWaitForRefill()));
    }

    /// The key's rate: its own, or the usual one.
    ApiKey.Rate rate(ApiKey key) {
        ApiKey.Rate own = key.rate();
        return own == null ? otherwise : own;
    }

    /// Forgets a key that was revoked.
    public void forget(String keyId) {
        buckets.remove(keyId);
    }

    private static Bucket bucket(ApiKey.Rate rate) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(rate.burst()).refillGreedy(rate.perSecond(), Duration.ofSeconds(1)))
                .build();
    }
}
