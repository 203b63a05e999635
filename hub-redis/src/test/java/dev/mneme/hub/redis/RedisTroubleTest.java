package dev.mneme.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.model.Owner;
import dev.mneme.testkit.HubEventsContract.Heard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Redis away, slow, mute, closed to us, behind TLS.
final class RedisTroubleTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Owner ALICE = Owner.user("alice");

    private static void awaitConnected(RedisHubEvents node) throws InterruptedException {
        assertThat(node.awaitConnected(PATIENCE)).as(node.health().degraded()).isTrue();
    }

    @Test
    void aNodeStartsWithoutRedisAndIsThereOnceItComes() throws Exception {
        int port = RedisProcess.freePort();
        try (RedisHubEvents node = new TestSettings("redis://127.0.0.1:" + port, "a").start()) {
            Heard heard = new Heard();
            node.subscribe(heard);
            await().atMost(PATIENCE).until(() -> node.health().degraded().contains("is away"));
            Instant since = node.health().since();
            assertThat(node.health().connected()).isFalse();
            assertThat(node.health().degraded()).startsWith("Redis at 127.0.0.1:" + port + " is away: ");
            await().atMost(PATIENCE)
                    .until(() -> node.health().degraded().contains("is tried")
                            || node.health().degraded().contains("is away"));
            assertThat(node.health().since()).as("one state, one beginning").isEqualTo(since);

            try (RedisProcess redis = RedisProcess.runAt(port)) {
                assertThat(redis.port()).isPositive();
                awaitConnected(node);
                await().atMost(PATIENCE).until(() -> heard.reconnected.get() == 1);
                assertThat(node.health().since()).isAfter(since);
            }
        }
    }

    @Test
    void itGivesUpAfterSoManyAttemptsUntilItIsToldToTryAgain() throws Exception {
        try (RedisProcess redis = RedisProcess.run();
                RedisHubEvents node =
                        new TestSettings(redis.url(), "a").attempts(3).start()) {
            awaitConnected(node);
            redis.stop();
            await().atMost(PATIENCE).until(() -> node.health().degraded().contains("not tried any more after 3"));
            assertThat(node.awaitConnected(PATIENCE))
                    .as("it does not wait for what will not come")
                    .isFalse();

            redis.start();
            node.retry();

            awaitConnected(node);
            assertThat(node.health().degraded()).isEmpty();
        }
    }

    @Test
    void nothingGrowsWhileRedisIsAway() throws Exception {
        try (RedisProcess redis = RedisProcess.run();
                RedisHubEvents node = new TestSettings(redis.url(), "a")
                        .queue(100, 1 << 20)
                        .maxMessageBytes(1 << 20)
                        .hold(Duration.ofMinutes(5))
                        .start();
                RedisHubEvents other = new TestSettings(redis.url(), "b").start()) {
            awaitConnected(node);
            awaitConnected(other);
            redis.stop();
            await().atMost(PATIENCE)
                    .until(() -> !node.health().connected() && !other.health().connected());

            for (int i = 1; i <= 100_000; i++) {
                node.advanced(ALICE, i);
            }

            assertThat(node.counts().waiting()).isLessThanOrEqualTo(100);
            assertThat(node.counts().unsent()).isGreaterThanOrEqualTo(99_900);
            redis.start();
            Heard heard = new Heard();
            other.subscribe(heard);
            node.retry();
            other.retry();
            awaitConnected(other);
            awaitConnected(node);
            await().atMost(PATIENCE).until(() -> node.counts().waiting() == 0);
            assertThat(node.counts().sent()).isBetween(1L, 102L);
        }
    }

    @Test
    void whoHadToDropSomethingTellsTheOthersThatTheyMissedIt() throws Exception {
        try (RedisProcess redis = RedisProcess.run();
                DelayingProxy proxy = new DelayingProxy(redis.port());
                RedisHubEvents node = new TestSettings(proxy.url(), "a")
                        .queue(10, 1 << 20)
                        .maxMessageBytes(1 << 20)
                        .timeout(Duration.ofSeconds(10))
                        .start();
                RedisHubEvents other = new TestSettings(redis.url(), "b").start()) {
            awaitConnected(node);
            awaitConnected(other);
            Heard heard = new Heard();
            other.subscribe(heard);
            proxy.mute(true);
            for (int i = 1; i <= 5_000; i++) { // more than the window and the queue
                node.advanced(ALICE, i);
            }
            await().atMost(PATIENCE).until(() -> node.counts().unsent() > 0);
            int before = heard.reconnected.get();
            proxy.mute(false);

            await().atMost(PATIENCE).until(() -> heard.reconnected.get() > before);
            node.advanced(ALICE, 6_000);
            await().atMost(PATIENCE).until(() -> heard.bells.contains("alice 6000"));
        }
    }

    @Test
    void aSlowServerIsCalledSlowAndStillServes() throws Exception {
        try (RedisProcess redis = RedisProcess.run();
                DelayingProxy proxy = new DelayingProxy(redis.port());
                RedisHubEvents node = new TestSettings(proxy.url(), "a")
                        .timeout(Duration.ofSeconds(20))
                        .start();
                RedisHubEvents other = new TestSettings(redis.url(), "b").start()) {
            awaitConnected(node);
            awaitConnected(other);
            Heard heard = new Heard();
            other.subscribe(heard);

            proxy.delay(2_000);

            await().atMost(PATIENCE).until(() -> node.health().degraded().contains("is slow: it answered PING after"));
            assertThat(node.health().connected()).isTrue();
            node.advanced(ALICE, 1);
            await().atMost(PATIENCE).until(() -> heard.bells.contains("alice 1"));
            proxy.delay(0);
            await().atMost(PATIENCE).until(() -> node.health().degraded().isEmpty());
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsAwayAndIsConnectedAnew() throws Exception {
        try (RedisProcess redis = RedisProcess.run();
                DelayingProxy proxy = new DelayingProxy(redis.port());
                RedisHubEvents node = new TestSettings(proxy.url(), "a")
                        .timeout(Duration.ofMillis(300))
                        .start()) {
            awaitConnected(node);
            Heard heard = new Heard();
            node.subscribe(heard);
            int before = heard.reconnected.get();

            proxy.mute(true);

            await().atMost(PATIENCE).until(() -> !node.health().connected());
            assertThat(node.health().degraded()).contains("is away: ");
            proxy.mute(false);
            awaitConnected(node);
            await().atMost(PATIENCE).until(() -> heard.reconnected.get() > before);
        }
    }

    @Test
    void aclUserAndPasswordComeFromTheUrlAndAreNeverShown(@TempDir Path folder) throws Exception {
        Path users = Files.writeString(
                folder.resolve("users.acl"),
                "user default off\nuser mneme on >s3cret~word +@all ~* &*\n"
                        + "user narrow on >s3cret~word +@all ~* resetchannels &other:*\n");
        List<String> log = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                log.add(line.getMessage() + " " + line.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try (RedisProcess redis = RedisProcess.run("--aclfile", users.toString())) {
            String server = "127.0.0.1:" + redis.port();
            try (RedisHubEvents node = new TestSettings("redis://mneme:s3cret~word@" + server, "a").start()) {
                awaitConnected(node);
            }
            for (String url : List.of(
                    "redis://mneme:wr0ng~word@" + server,
                    "redis://nobody:s3cret~word@" + server,
                    "redis://:wr0ng~word@" + server,
                    "redis://narrow:s3cret~word@" + server,
                    "redis://" + server)) {
                RedisHubSettings settings =
                        new TestSettings(url, "a").attempts(1).get();
                try (RedisHubEvents node = RedisHubEvents.start(settings)) {
                    assertThat(node.awaitConnected(PATIENCE)).isFalse();
                    HubHealth health = node.health();
                    assertThat(health.degraded())
                            .containsAnyOf("WRONGPASS", "NOAUTH", "NOPERM")
                            .doesNotContain("~word");
                    assertThat(settings.toString()).doesNotContain("~word");
                }
            }
        } finally {
            root.removeHandler(handler);
        }
        assertThat(log).anyMatch(line -> line.contains("is away")).noneMatch(line -> line.contains("~word"));
    }

    @Test
    void anUrlThatIsNoneIsRefusedWithoutBeingShown() {
        for (String url : List.of(
                "",
                "localhost:6379",
                "http://alice:s3cret@localhost",
                "redis-socket:///tmp/redis",
                "redis-sentinel://s3cret@localhost:26379#m",
                "redis://s3cret@",
                "redis://u:s3cret@host:port")) {
            assertThatThrownBy(() -> RedisHubSettings.of(url, "a"))
                    .as(url)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("REDIS_URL must be redis://host:port")
                    .hasMessageNotContaining("s3cret")
                    .hasNoCause();
        }
    }

    @Test
    void tlsIsSpokenAndItsCertificateIsLookedAt(@TempDir Path folder) throws Exception {
        assumeTrue(RedisProcess.hasTls(), "this redis-server was built without TLS: not run");
        Certificate certificate = Certificate.make(folder);
        try (RedisProcess redis = RedisProcess.run(
                "--port",
                "0",
                "--tls-port",
                "PORT",
                "--tls-cert-file",
                certificate.pem().toString(),
                "--tls-key-file",
                certificate.key().toString(),
                "--tls-auth-clients",
                "no")) {
            String url = "rediss://localhost:" + redis.port();
            try (RedisHubEvents node =
                    new TestSettings(url, "a").certificates(certificate.pem()).start()) {
                awaitConnected(node);
            }
            try (RedisHubEvents stranger =
                    new TestSettings(url, "a").attempts(1).start()) {
                assertThat(stranger.awaitConnected(PATIENCE))
                        .as("nobody vouches for the certificate")
                        .isFalse();
                assertThat(stranger.health().degraded()).contains("is away: ");
            }
        }
    }

    /// A certificate of `localhost`, made by the JDK's keytool.
    private record Certificate(Path pem, Path key) {
        static Certificate make(Path folder) throws Exception {
            Path store = folder.resolve("redis.p12");
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "redis",
                            "-keyalg",
                            "RSA",
                            "-dname",
                            "CN=localhost",
                            "-ext",
                            "san=dns:localhost,ip:127.0.0.1",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            "changeit",
                            "-storetype",
                            "PKCS12")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool: " + said);
            }
            KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
            Path pem = folder.resolve("redis.pem");
            Path key = folder.resolve("redis.key");
            Files.writeString(
                    pem, pem("CERTIFICATE", keys.getCertificate("redis").getEncoded()));
            PrivateKey secret = (PrivateKey) keys.getKey("redis", "changeit".toCharArray());
            Files.writeString(key, pem("PRIVATE KEY", secret.getEncoded()));
            return new Certificate(pem, key);
        }

        private static String pem(String what, byte[] content) {
            return "-----BEGIN " + what + "-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + what
                    + "-----\n";
        }
    }
}
