package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.testkit.SimulatedDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients and operators are told when the disk fails under the log, over HTTP.
class StoreFailureTest {
    private static final long SEED = 7;

    private final SimulatedDisk disk = new SimulatedDisk(SEED);

    @TempDir
    private Path data;

    private RunningServer server;
    private Api api;

    @BeforeEach
    void start() {
        server = RunningServer.onDisk(data, disk);
        api = server.admin();
        assertThat(api.add("alice", "written before").status()).isEqualTo(201);
    }

    private void assertReadsGoOn() {
        assertThat(api.get(Api.MEMORIES + "?userId=alice").texts()).contains("written before");
        assertThat(api.post(Api.MEMORIES + "/search", "{\"userId\":\"alice\",\"query\":\"written\"}")
                        .texts())
                .contains("written before");
    }

    /// The log also syncs a segment that it prepares, which may be what fails instead: then once more.
    private Api.Reply addWhoseSyncFails(String text, String header, String value) {
        Api.Reply reply;
        int tries = 0;
        do {
            disk.failSync(1);
            reply = api.add("alice", text, header, value);
        } while (reply.status() != 503 && ++tries < 50);
        return reply;
    }

    @Test
    void afterAFailedFsyncTheOutcomeIsUnknownAndWritesAreRefusedUntilARestart() {
        try {
            Api.Reply unknown = addWhoseSyncFails("under way", "Idempotency-Key", "once");
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.code()).isEqualTo("outcome_unknown");
            Api.Reply refused = api.add("alice", "later");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("log_failed");
            assertThat(refused.json().path("detail").asText()).contains("estart");
            assertReadsGoOn();
            assertThat(api.get("/api/v1/status").json().path("log").asText()).isEqualTo("log_failed");
            assertThat(api.get("/health/ready").status()).isEqualTo(503);
            assertThat(api.get("/health/live").status()).isEqualTo(200);
            server.restart();
            assertThat(api.get("/health/ready").status()).isEqualTo(200);
            assertThat(api.add("alice", "under way", "Idempotency-Key", "once").status())
                    .isEqualTo(201);
            assertThat(api.get(Api.MEMORIES + "?userId=alice").texts()).contains("written before", "under way");
        } finally {
            server.close();
        }
    }

    @Test
    void onAFullDiskReadsGoOnAndWritesReturnWithTheRoom() {
        try {
            disk.capacity(disk.used());
            List<Api.Reply> refused = new ArrayList<>();
            String text = "x".repeat(60_000);
            for (int n = 0; refused.isEmpty() && n < 5_000; n++) { // until the reserved segments are full
                Api.Reply reply = api.add("filler", n + text);
                if (reply.status() != 201) {
                    refused.add(reply);
                }
            }
            assertThat(refused).hasSize(1);
            assertThat(refused.getFirst().status()).isEqualTo(507);
            assertThat(refused.getFirst().code()).isEqualTo("storage_full");
            assertReadsGoOn();
            assertThat(api.get("/health/ready").status()).isEqualTo(503);
            disk.capacity(Long.MAX_VALUE);
            Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(60))
                    .until(() -> api.add("filler", "there is room").status() == 201);
            assertThat(api.get("/health/ready").status()).isEqualTo(200);
        } finally {
            server.close();
        }
    }

    @Test
    void whatTheServerCouldNotDoIsInTheLogWithTheRequestsId() {
        Recorder recorder = new Recorder();
        Logger logger = Logger.getLogger("dev.mneme.api");
        logger.addHandler(recorder);
        try {
            Api.Reply unknown = addWhoseSyncFails("a canary that sings", "X-Request-Id", "the-one-that-failed");
            assertThat(unknown.status()).isEqualTo(503);
            assertThat(unknown.json().path("requestId").asText()).isEqualTo("the-one-that-failed");
            Awaitility.await()
                    .atMost(java.time.Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(recorder.messages).anyMatch(m -> m.contains("the-one-that-failed")));
            assertThat(recorder.messages).noneMatch(message -> message.contains("canary"));
        } finally {
            logger.removeHandler(recorder);
            server.close();
        }
    }

    /// Keeps what is logged.
    private static final class Recorder extends Handler {
        final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord record) {
            messages.add(String.valueOf(record.getMessage()));
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
