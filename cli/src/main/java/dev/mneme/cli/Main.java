package dev.mneme.cli;

import dev.mneme.cli.terminal.Console;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// The program: connects a [Cli] to the process.
public final class Main {
    private static final int DEFAULT_COLUMNS = 100;

    private Main() {}

    /// Runs one command and ends the process with its status.
    public static void main(String... args) {
        PrintStream out = stream(FileDescriptor.out);
        AtomicBoolean ended = new AtomicBoolean();
        if (Cli.isCommand("watch", Arrays.asList(args))) {
            endQuietlyOnCtrlC(out, ended);
        }
        int status = run(args, System.in, out, stream(FileDescriptor.err), System.getenv());
        ended.set(true);
        System.exit(status);
    }

    /// Runs one command on these streams and returns the exit status. Texts are UTF-8, whatever the locale.
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err, Map<String, String> env) {
        boolean terminal = onTerminal();
        int columns = terminal ? columns(env) : Integer.MAX_VALUE;
        Console console = new Console(
                in, out, err, env, terminal, columns, false, Clock.system(ZoneId.systemDefault()), Main::pause);
        return new Cli(console).run(args);
    }

    @SuppressWarnings("SystemConsoleNull") // it is null where JDK 25 finds no terminal
    private static boolean onTerminal() {
        java.io.Console screen = System.console();
        return screen != null && screen.isTerminal();
    }

    private static void pause(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    private static int columns(Map<String, String> env) {
        String columns = env.getOrDefault("COLUMNS", "");
        return columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : DEFAULT_COLUMNS;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), false, StandardCharsets.UTF_8);
    }

    /// Makes Ctrl-C end a watch with status 0: stopping it is no error, unless the watch ended by itself.
    private static void endQuietlyOnCtrlC(PrintStream out, AtomicBoolean ended) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (!ended.get()) {
                out.flush();
                Runtime.getRuntime().halt(0);
            }
        }));
    }
}
