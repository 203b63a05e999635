package dev.mneme.server;

import java.io.PrintStream;

/// How far long work is, on one line of a terminal that is written over; silent where nobody looks.
///
/// **Threads**: one.
final class ProgressBar {
    private static final int WIDTH = 30;

    private final String what;
    private final long all;
    private final PrintStream err;
    private final boolean shown;
    private int lastPercent = -1;

    private ProgressBar(String what, long all, PrintStream err, boolean shown) {
        this.what = what;
        this.all = Math.max(1, all);
        this.err = err;
        this.shown = shown;
    }

    static ProgressBar of(String what, long all, boolean silent, PrintStream err) {
        return new ProgressBar(what, all, err, !silent && onTerminal());
    }

    @SuppressWarnings("SystemConsoleNull") // it is null where JDK 25 finds no terminal
    private static boolean onTerminal() {
        java.io.Console screen = System.console();
        return screen != null && screen.isTerminal();
    }

    void at(long done) {
        int percent = (int) Math.min(100, done * 100 / all);
        if (shown && percent != lastPercent) {
            lastPercent = percent;
            int full = percent * WIDTH / 100;
            err.print("\r" + what + " [" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] " + percent + " %");
            err.flush();
        }
    }

    /// Takes the line away.
    void end() {
        if (shown && lastPercent >= 0) {
            err.print("\r" + " ".repeat(what.length() + WIDTH + 10) + "\r");
            err.flush();
        }
    }
}
