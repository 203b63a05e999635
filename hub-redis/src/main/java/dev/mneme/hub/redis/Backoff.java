package dev.mneme.hub.redis;

/// When to connect again, as instances of the first generation do it.
///
/// @param maxAttempts after how many failed attempts in a row it gives up; 0 for never
record Backoff(int maxAttempts) {
    private static final long STEP_MILLIS = 100;
    private static final long MAX_MILLIS = 3_000;

    /// How long to wait before the n-th attempt since the connection was lost.
    long delayMillis(int retry) {
        return Math.min(retry * STEP_MILLIS, MAX_MILLIS);
    }

    /// @param retries how many attempts failed since the connection was lost
    boolean givesUp(int retries) {
        return maxAttempts > 0 && retries >= maxAttempts;
    }
}
