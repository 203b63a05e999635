package dev.mneme.server;

import dev.mneme.core.model.MnemeException;
import dev.mneme.server.config.ServerConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The commands that the launcher hands to the server's jar: `serve`, `verify`, `restore` and `inspect --stopped`.
public final class Main {
    private static final System.Logger LOG = System.getLogger(Main.class.getName());
    private static final int USAGE = 2;
    private static final int FAILED = 7;

    private Main() {}

    public static void main(String[] args) {
        int status = run(List.of(args), System.getenv(), System.out, System.err);
        System.exit(status);
    }

    /// @return the exit status
    static int run(List<String> args, Map<String, String> environment, PrintStream out, PrintStream err) {
        String command = args.isEmpty() ? "serve" : args.getFirst();
        List<String> flags = new ArrayList<>(args.isEmpty() ? args : args.subList(1, args.size()));
        boolean help = flags.removeAll(List.of("--help", "-h"));
        try {
            return switch (command) {
                case "serve" -> help ? print(out, "serve.txt") : serve(flags, environment, out);
                case "restore" -> help ? print(out, "restore.txt") : Restore.run(flags, environment, out, err);
                case "inspect" -> help ? print(out, "inspect.txt") : Inspect.run(flags, environment, out);
                case "verify" -> help ? print(out, "verify.txt") : Verify.run(flags, environment, out);
                default -> {
                    err.println("mneme: unknown command '" + command
                            + "': this jar knows serve, verify, restore and inspect.");
                    yield USAGE;
                }
            };
        } catch (MnemeException e) {
            err.println("mneme: " + e.getMessage());
            return switch (e.code()) {
                case INVALID_REQUEST -> USAGE;
                default -> FAILED;
            };
        }
    }

    private static int print(PrintStream out, String resource) {
        try (var text = Main.class.getResourceAsStream(resource)) {
            if (text == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            out.write(text.readAllBytes());
            out.flush();
            return 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int serve(List<String> flags, Map<String, String> environment, PrintStream out) {
        if (flags.remove("--train")) {
            return Training.run();
        }
        boolean newAdminKey = flags.remove("--new-admin-key");
        ServerConfig config = ServerConfig.load(flags, environment);
        Logs.configure(config.logging());
        OutOfMemory.endsTheProcess();
        MnemeServer server = MnemeServer.start(config, newAdminKey);
        Welcome.print(server, Path.of(""), out);
        Stopping<MnemeServer> stopping = Stopping.onShutdown(server, MnemeServer::close);
        while (server.awaitClosedOrBlocked()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The tables take nothing although there is room again: the server is started anew in place");
            server = stopping.replace(MnemeServer::restarted);
        }
        return 0;
    }
}
