package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes of their own that are told to stop: what stops them is a stand-in that says its name, or never comes to an
/// end.
@Timeout(120)
class StoppingTest {
    @TempDir
    Path home = Path.of("");

    /// Prints `up` once it can be told to stop, and the name of the server that is stopped then. Its argument says what
    /// it does.
    static final class Child {
        private static final CountDownLatch STOPPED = new CountDownLatch(1);

        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            boolean stuck = args[0].equals("stuck");
            Stopping<String> stopping = Stopping.onShutdown("first", stuck ? Child::stopForEver : Child::stop);
            switch (args[0]) {
                case "replaced" -> stopping.replace(first -> "second");
                case "replacing" ->
                    stopping.replace(first -> {
                        say("up");
                        awaitOtherThread();
                        return "second";
                    });
                case "late" ->
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                        await(STOPPED);
                        say(stopping.replace(first -> "another"));
                    }));
                default -> {}
            }
            if (!args[0].equals("replacing")) {
                say("up");
            }
            new CountDownLatch(1).await();
        }

        /// Until the one that stops waits for this one.
        private static void awaitOtherThread() {
            while (Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(
                            thread -> thread.getName().equals("stop") && thread.getState() == Thread.State.BLOCKED)) {
                Thread.onSpinWait();
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void say(String word) {
            System.out.println(word);
            System.out.flush();
        }

        private static void stop(String server) {
            say(server);
            STOPPED.countDown();
        }

        private static void stopForEver(String server) {
            say(server);
            await(new CountDownLatch(1));
        }
    }

    private record Ended(int status, String out, String err) {}

    /// @return once it was told to stop when it was up, and has ended
    private Ended stopped(String kind) throws IOException, InterruptedException {
        Path err = home.resolve(kind + ".err");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                Child.class.getName(),
                kind);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.redirectError(err.toFile()).start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).as(kind).isEqualTo("up");
            process.toHandle().destroy(); // which leaves its output open
            String said = String.join(" ", out.readAllLines());
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), said, Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aServerThatStopsIsNotHurried() throws Exception {
        assertThat(stopped("plain")).isEqualTo(new Ended(143, "first", ""));
    }

    @Test
    void aServerThatDoesNotStopIsEnded() throws Exception {
        Ended ended = stopped("stuck");
        assertThat(ended.status()).isEqualTo(143);
        assertThat(ended.out()).isEqualTo("first");
        assertThat(ended.err()).contains("did not stop in time", "Nothing that was acknowledged is lost");
    }

    @Test
    void theServerThatRunsIsStopped() throws Exception {
        assertThat(stopped("replaced").out()).isEqualTo("second");
        assertThat(stopped("replacing").out())
                .as("one that is just being started")
                .isEqualTo("second");
    }

    @Test
    void noServerIsStartedWhileTheProcessStops() throws Exception {
        assertThat(stopped("late").out()).isEqualTo("first first");
    }
}
