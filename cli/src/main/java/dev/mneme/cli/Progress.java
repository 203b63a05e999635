package dev.mneme.cli;

/// How far long work is, on one line of a terminal's standard error that is written over; silent where
/// nobody looks.
///
/// **Threads**: one.
final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;

    private final Console console;
    private final String what;
    private final boolean shown;
    private String last = "";

    Progress(Session session, String what) {
        this.console = session.console();
        this.what = what;
        this.shown = console.terminal() && !session.json() && !session.quiet();
    }

    /// @param all about how much there is; 0 where nobody knows
    /// @param unit for example `MB`
    void at(long done, long all, String unit) {
        if (!shown) {
            return;
        }
        long percent = all <= 0 ? 0 : Math.min(100, done * 100 / all);
        int full = (int) (percent * WIDTH / 100);
        String bar = all <= 0 ? "" : "[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] ";
        show("\r" + what + " " + bar + done + " " + unit);
    }

    private void show(String line) {
        if (!line.equals(last)) {
            console.err().print(line + " ".repeat(Math.max(0, last.length() - line.length())));
            console.err().flush();
            last = line;
        }
    }

    /// Takes the line away.
    @Override
    public void close() {
        if (!last.isEmpty()) {
            console.err().print("\r" + " ".repeat(last.length()) + "\r");
            console.err().flush();
        }
    }
}
