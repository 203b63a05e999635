package dev.mneme.cli.terminal;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a command runs: its streams, its environment, the clock and what kind of screen there is.
///
/// @param full whether tables show all of a text, however long it is
/// @param clock whose zone is that of who types
/// @param columns how wide a line may be; [Integer#MAX_VALUE] where nobody looks at a screen
/// @param pause how to wait: between attempts of `watch`
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> env,
        boolean terminal,
        int columns,
        boolean full,
        Clock clock,
        Pause pause) {

    /// Waits. Tests do not.
    @FunctionalInterface
    public interface Pause {
        void millis(long millis) throws InterruptedException;
    }

    /// The same, for who asked to see all of a long text.
    public Console showingAll() {
        return new Console(in, out, err, env, terminal, columns, true, clock, pause);
    }

    /// The environment variable; null when unset or empty, as shells treat the two alike.
    @Nullable
    public String env(String name) {
        String value = env.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /// A line on standard output.
    public void print(String line) {
        out.print(line + "\n");
    }

    /// A note on standard error: not part of the answer.
    public void note(String line) {
        out.flush();
        err.print("mneme: " + Printable.line(line) + "\n");
        err.flush();
    }

    public boolean coloured() {
        return terminal && env("NO_COLOR") == null && !"dumb".equals(env("TERM"));
    }

    public String bold(String text) {
        return coloured() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }
}
