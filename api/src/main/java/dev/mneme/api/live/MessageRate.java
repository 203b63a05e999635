package dev.mneme.api.live;

/// A token bucket: so many a second, and so many at once.
///
/// **Threads**: one.
public final class MessageRate {
    private final double perNano;
    private final int burst;
    private double tokens;
    private long filledNanos;

    public MessageRate(double perSecond, int burst, long nowNanos) {
        this.perNano = perSecond / 1e9;
        this.burst = burst;
        this.tokens = burst;
        this.filledNanos = nowNanos;
    }

    /// Whether one more is within the rate; if so, it is counted.
    public boolean take(long nowNanos) {
        tokens = Math.min(burst, tokens + (nowNanos - filledNanos) * perNano);
        filledNanos = nowNanos;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
