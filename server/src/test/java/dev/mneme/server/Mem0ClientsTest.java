package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Mem0Clients.Report;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// mem0's own clients, unchanged, against a running server: every public method of each.
final class Mem0ClientsTest {
    @TempDir
    Path home;

    private RunningServer server() {
        return RunningServer.on(home, "--webhooks.allowPrivate", "true");
    }

    /// Where nobody listens.
    private static String nowhere() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            return "http://127.0.0.1:" + free.getLocalPort() + "/hook";
        }
    }

    @Test
    void theThirdClientForNode() throws Exception {
        try (RunningServer server = server()) {
            Report report = Mem0Clients.node("drive3.mjs", server.url(), server.adminKey(), nowhere());

            System.out.println(report);
            assertThat(report.missed()).isEmpty();
        }
    }

    @Test
    void theSecondClientForNode() throws Exception {
        try (RunningServer server = server()) {
            Report report = Mem0Clients.node("drive2.mjs", server.url(), server.adminKey(), nowhere());
            System.out.println(report);

            assertThat(report.missed()).isEmpty();
        }
    }

    @Test
    void theClientForPython() throws Exception {
        try (RunningServer server = server()) {
            Report report = Mem0Clients.python("drive.py", server.url(), server.adminKey(), nowhere());
            System.out.println(report);

            assertThat(report.missed()).isEmpty();
        }
    }
}
