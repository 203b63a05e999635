package dev.mneme.cli.view;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.terminal.Console;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Shows the progress of long work on one line of a terminal's standard error, which is overwritten; silent where there
/// is no terminal.
///
/// **Threads**: one.
public final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;

    private final Console console;
    private final String what;
    private final Instant begun;
    private final boolean shown;
    private String last = "";

    public Progress(Session session, String what) {
        this.console = session.console();
        this.what = what;
        this.begun = console.clock().instant();
        this.shown = console.terminal() && !session.json() && !session.quiet();
    }

    /// @param all about how much there is; 0 where that is unknown
    /// @param unit for example `MB`
    public void at(long done, long all, String unit) {
        if (!shown) {
            return;
        }
        long percent = all <= 0 ? 0 : Math.min(100, done * 100 / all);
        String bar = all <= 0 ? "" : bar((int) percent);
        show("\r" + what + " " + bar + done + " " + unit);
    }

    /// @param rows that are done
    /// @param share of the work that is done, 0 to 1; negative where that is unknown
    /// @param rowsNow how many of these this run has done
    /// @param shareBefore the share that was done before this run
    public void rows(long rows, double share, long rowsNow, double shareBefore) {
        if (!shown) {
            return;
        }
        double seconds = Duration.between(begun, console.clock().instant()).toMillis() / 1_000.0;
        String bar = share < 0 ? "" : bar((int) Math.clamp(share * 100, 0, 100));
        String rate = seconds < 1 ? "" : String.format(Locale.ROOT, ", %,d/s", Math.round(rowsNow / seconds));
        show("\r" + what + " " + bar + String.format(Locale.ROOT, "%,d memories", rows) + rate
                + rest(seconds, share, share - shareBefore));
    }

    private static String rest(double seconds, double share, double shareNow) {
        if (seconds < 1 || share < 0 || shareNow <= 0) {
            return "";
        }
        long left = Math.round(seconds * (1 - share) / shareNow);
        return ", " + Times.brief(Duration.ofSeconds(Math.max(0, left))) + " left";
    }

    private static String bar(int percent) {
        int full = percent * WIDTH / 100;
        return "[" + "#".repeat(full) + " ".repeat(WIDTH - full) + "] ";
    }

    private void show(String line) {
        if (!line.equals(last)) {
            console.err().print(line + " ".repeat(Math.max(0, last.length() - line.length())));
            console.err().flush();
            last = line;
        }
    }

    /// Clears the line.
    @Override
    public void close() {
        if (!last.isEmpty()) {
            console.err().print("\r" + " ".repeat(last.length()) + "\r");
            console.err().flush();
        }
    }
}
