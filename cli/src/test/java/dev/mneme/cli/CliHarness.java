package dev.mneme.cli;

import dev.mneme.cli.terminal.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Runs the command line in process against a [ScriptedServer].
abstract class CliHarness {
    static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    static final String MEMORY = """
        {"id":"0193-a","userId":"alice","agentId":null,"appId":null,"runId":null,"text":"likes green tea","role":"user",\
        "metadata":{"source":"chat"},"categories":["food","drink"],"timestamp":"2026-11-22T07:00:00.000Z",\
        "createdAt":"2026-11-22T07:00:00.000Z","updatedAt":"2026-11-22T09:55:00.000Z","expiresAt":null,"version":3,\
        "replacedBy":null}\
        """;

    @TempDir
    Path home = Path.of("");

    final Map<String, String> env = new HashMap<>();
    final List<Long> pauses = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private @Nullable ScriptedServer server;
    boolean terminal;
    int columns = Integer.MAX_VALUE;
    String input = "";

    record Result(int status, String out, String err) {}

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        env.put("HOME", home.toString());
        env.put("MNEME_URL", server.url());
        env.put("MNEME_KEY", "mk_test");
        env.put("MNEME_USER", "alice");
    }

    @AfterEach
    void stop() {
        server().close();
    }

    /// Of the machine.
    ZoneId zone = ZoneOffset.UTC;

    ScriptedServer server() {
        return java.util.Objects.requireNonNull(server);
    }

    Result run(String... args) {
        out.reset();
        err.reset();
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8),
                env,
                terminal,
                columns,
                false,
                Clock.fixed(NOW, zone),
                pauses::add);
        int status = new Cli(console).run(args);
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
