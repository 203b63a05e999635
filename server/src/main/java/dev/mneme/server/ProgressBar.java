package dev.mneme.server;

import java.io.PrintStream;

/// Shows the progress of long work on one line of a terminal, which is overwritten; silent where there is no terminal.
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

    /// Clears the line.
    void end() {
        if (shown && lastPercent >= 0) {
            err.print("\r" + " ".repeat(what.length() + WIDTH + 10) + "\r");
            err.flush();
        }
    }
}
