package dev.mneme.bench;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;

/// Prints one figure's table: what was measured, what it should be, and under which load.
final class Report {
    private static final String ROW = "%-44s  %-44s  %s%n";

    private Report() {}

    static void title(String figure) {
        System.out.printf(Locale.ROOT, "%n%s, %s%n", figure, LocalDate.now(ZoneOffset.UTC));
        System.out.printf(Locale.ROOT, ROW, "what", "measured", "goal");
    }

    /// @param goal empty for a row that only tells
    static void row(String what, String measured, String goal) {
        System.out.printf(Locale.ROOT, ROW, what, measured, goal);
    }

    /// What does not fit the table.
    static void line(String text) {
        System.out.println(text);
    }

    static void load(MachineLoad.Shares shares) {
        System.out.println(shares);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%,.0f", value);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
