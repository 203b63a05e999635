package dev.mneme.cli.view;

import java.util.Locale;

/// Sizes as people read them.
public final class Sizes {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Sizes() {}

    /// A size in the largest unit that it fills, for example `1.5 MiB`.
    public static String shown(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1_024 && unit < UNITS.length - 1) {
            size /= 1_024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}
