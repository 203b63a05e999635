package dev.mneme.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/// Percentiles in words.
final class Latency {
    private static final double MICROS = 1e3;
    private static final double MILLIS = 1e6;

    private Latency() {}

    static String of(Histogram nanos) {
        return "p50 " + text(nanos.getValueAtPercentile(50)) + ", p99 " + text(nanos.getValueAtPercentile(99))
                + ", max " + text(nanos.getMaxValue());
    }

    private static String text(long nanos) {
        return nanos < MILLIS
                ? String.format(Locale.ROOT, "%.0f µs", nanos / MICROS)
                : String.format(Locale.ROOT, "%.2f ms", nanos / MILLIS);
    }
}
