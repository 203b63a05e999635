package dev.mneme.cli;

import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Runs the usual commands once against a stand-in server on this machine, so that the JVM learns which classes a start
/// needs and can keep them in a cache (`-XX:AOTCacheOutput`). Hidden: `--train`, called by the launcher.
final class Training {
    private static final String MEMORY = "{\"id\":\"0\",\"userId\":\"u\",\"text\":\"t\",\"metadata\":{\"a\":1},"
            + "\"categories\":[\"c\"],\"createdAt\":\"2026-01-01T00:00:00.000Z\",\"version\":1}";
    private static final String REPLY = "{\"event\":\"ADD\",\"memory\":" + MEMORY + ",\"items\":[" + MEMORY
            + "],\"results\":[{\"score\":0.5,\"memory\":" + MEMORY + "}]}";

    private Training() {}

    static ExitStatus run(Console console) {
        try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(socket));
            String url = "http://127.0.0.1:" + socket.getLocalPort();
            Console silent = new Console(
                    console.in(),
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                    console.env(),
                    false,
                    80,
                    false,
                    console.clock(),
                    console.pause());
            for (List<String> args : List.of(
                    List.of("--help"),
                    List.of("add", "--help"),
                    List.of("add", "--user", "u", "--category", "c", "--metadata", "{}", "t"),
                    List.of("search", "--user", "u", "t"),
                    List.of("list", "--user", "u"),
                    List.of("get", "0"),
                    List.of("update", "0", "--text", "t"),
                    List.of("status"))) {
                String[] whole = new String[args.size() + 4];
                args.toArray(whole);
                System.arraycopy(new String[] {"--url", url, "--key", "k"}, 0, whole, args.size(), 4);
                new Cli(silent).run(whole);
            }
            return ExitStatus.OK;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Gives every request the same answer, until the socket is closed.
    private static void answer(ServerSocket socket) {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                readRequest(client);
                byte[] body = REPLY.getBytes(StandardCharsets.UTF_8);
                String head =
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                                + body.length + "\r\n\r\n";
                client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                client.getOutputStream().write(body);
                client.getOutputStream().flush();
            } catch (IOException gone) {
                // the command is done with this connection, or the training with the socket
            }
        }
    }

    private static void readRequest(Socket client) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        int length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        for (int i = 0; i < length && in.read() >= 0; i++) {}
    }
}
