package dev.mneme.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.spi.Embedder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// ONNX Runtime needs more stack to be set up than a thread may have: with too little the process is gone, without a
/// word. Here in processes whose threads have half of the usual, where it always was.
@Timeout(120)
class LoadingStackTest {
    @TempDir
    Path folder;

    /// Loads the built-in model, or that of a folder, and embeds a text.
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (Embedder embedder = args.length == 0
                    ? OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS)
                    : FolderEmbedder.open(FolderEmbedder.Config.of(Path.of(args[0])))) {
                System.out.println(embedder.embed("tea").vector().length + " numbers");
            }
        }
    }

    private static void assertLoads(String expected, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xss512k",
                "-Xmx256m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+SuppressFatalErrorMessage",
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                Child.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("the exit status").isZero();
        assertThat(said).isEqualTo(expected + System.lineSeparator());
    }

    @Test
    void theBuiltInModelLoadsWhateverItsCallersStack() throws Exception {
        assertLoads("384 numbers");
    }

    @Test
    void aModelOfAFolderLoadsWhateverItsCallersStack() throws Exception {
        copy("/e5-small-v2-q.onnx", "model.onnx");
        copy("/e5-small-v2-q-tokenizer.json", "tokenizer.json");
        assertLoads("384 numbers", folder.toString());
    }

    private void copy(String resource, String name) throws IOException {
        try (InputStream in = LoadingStackTest.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(in), folder.resolve(name));
        }
    }
}
