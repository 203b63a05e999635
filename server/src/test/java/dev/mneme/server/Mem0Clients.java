package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Programs that speak mem0's API, installed from their registries into `target`, where the next run finds them. Where
/// they cannot be had, the tests are skipped and say why.
enum Mem0Clients {
    /// mem0's own clients.
    OFFICIAL("mem0-clients"),
    /// Packages of others, and mem0's command lines, that stand on those.
    PACKAGES("mem0-packages");

    private static final long INSTALL_SECONDS = 300;
    private static final long RUN_SECONDS = 180;

    private final Path sources;
    private final Path folder;

    Mem0Clients(String name) {
        this.sources = Path.of("src", "test", "resources", name);
        this.folder = Path.of("target", name);
    }

    /// What the methods of a client gave, by the name of the call.
    ///
    /// @param missed public methods of the client that were never called
    record Report(Map<String, JsonNode> calls, List<String> missed) {
        private JsonNode call(String name) {
            return Objects.requireNonNull(calls.get(name), name);
        }

        JsonNode value(String name) {
            JsonNode call = call(name);
            assertThat(call.path("error").asText() + " " + call.path("message").asText())
                    .as(name)
                    .isEqualTo(" ");
            return call.path("value");
        }

        /// The message of a call that failed.
        String failure(String name) {
            JsonNode call = call(name);
            assertThat(call.has("error")).as(name + " fails, but gave " + call).isTrue();
            return call.path("error").asText() + ": " + call.path("message").asText();
        }
    }

    /// What is there for Node.js.
    Report node(String script, String... arguments) throws IOException, InterruptedException {
        Path folder = copied("node");
        Path installed = folder.resolve(marker("package-lock.json"));
        if (!Files.exists(installed)) {
            need(folder, "npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund");
            Files.createFile(installed);
        }
        return drive(folder, List.of("node", script), arguments);
    }

    Report python(String script, String... arguments) throws IOException, InterruptedException {
        Path folder = copied("python");
        Path python = folder.resolve("venv").resolve("bin").resolve("python").toAbsolutePath();
        Path installed = folder.resolve(marker("requirements.txt"));
        if (!Files.exists(installed)) {
            need(folder, "python3", "-m", "venv", "venv");
            need(
                    folder,
                    python.toString(),
                    "-m",
                    "pip",
                    "install",
                    "-q",
                    "--no-deps", // the list is whole
                    "--disable-pip-version-check",
                    "--retries",
                    "1",
                    "--timeout",
                    "30",
                    "-r",
                    "requirements.txt");
            Files.createFile(installed);
        }
        return drive(folder, List.of(python.toString(), script), arguments);
    }

    /// What says that this very list of versions is installed.
    private String marker(String versions) throws IOException {
        return "installed-"
                + Integer.toHexString(
                        Files.readString(sources.resolve(versions)).hashCode());
    }

    private Path copied(String name) throws IOException {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = copy.resolve(sources.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return copy;
    }

    private static void need(Path folder, String... command) throws IOException, InterruptedException {
        Path log = folder.resolve("install.log");
        String why;
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().put("npm_config_fetch_retries", "1");
            builder.environment().put("npm_config_fetch_timeout", "60000");
            Process process = builder.start();
            if (process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
                if (process.exitValue() == 0) {
                    return;
                }
                why = "ended with " + process.exitValue() + ": " + tail(Files.readString(log));
            } else {
                process.destroyForcibly();
                why = "took longer than " + INSTALL_SECONDS + " s";
            }
        } catch (IOException e) {
            why = String.valueOf(e.getMessage());
        }
        Assumptions.abort("What speaks mem0's API cannot be had here: '" + String.join(" ", command) + "' " + why);
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - 500));
    }

    private static Report drive(Path folder, List<String> program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out.json");
        Path err = folder.resolve("err.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("MEM0_TELEMETRY", "false");
        builder.environment()
                .put("MEM0_DIR", folder.resolve("home").toAbsolutePath().toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(RUN_SECONDS, TimeUnit.SECONDS))
                    .as("the client ends")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        JsonNode report = new ObjectMapper().readTree(Files.readString(out));
        Map<String, JsonNode> calls = new LinkedHashMap<>();
        report.path("calls").forEach(call -> calls.put(call.path("name").asText(), call));
        List<String> missed = new ArrayList<>();
        report.path("missed").forEach(name -> missed.add(name.asText()));
        return new Report(calls, missed);
    }
}
