package dev.mneme.cli.terminal;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where a command runs: its streams, its environment, the clock, and what kind of screen there is.
///
/// @param full whether tables show texts in full, however long they are
/// @param clock its zone is that of the user
/// @param columns how wide a line may be; [Integer#MAX_VALUE] without a screen
/// @param pause how to wait between attempts of `watch`
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

    /// Waits; that of a test does not.
    @FunctionalInterface
    public interface Pause {
        void millis(long millis) throws InterruptedException;
    }

    /// The same for a user who asked to see long texts in full.
    public Console showingAll() {
        return new Console(in, out, err, env, terminal, columns, true, clock, pause);
    }

    /// The environment variable; null when unset or empty, which shells treat alike.
    @Nullable
    public String env(String name) {
        String value = env.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /// Prints a line on standard output.
    public void print(String line) {
        out.print(line + "\n");
    }

    /// Prints a note on standard error, which is not part of the answer.
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
