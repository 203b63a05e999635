package dev.mneme.hub.mongodb;

import static dev.mneme.testkit.Fixtures.ALICE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers and operators are told when the server does not do what it should.
class MongoFailureTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static MongoHubDatabase open(String url) {
        return open(MongoHubSettings.of(url).withTimeouts(LONG, LONG, SHORT, SHORT));
    }

    private static MongoHubDatabase open(MongoHubSettings settings) {
        return new MongoHubDatabase(settings, InstantSource.system());
    }

    private static OwnerHead head(long revision) {
        return new OwnerHead(
                ALICE,
                revision,
                revision,
                Instant.EPOCH,
                List.of(new OwnerBatch(revision, "id", "node", Instant.EPOCH, revision, new byte[] {1})),
                List.of());
    }

    private static MnemeException failure(MongoHubDatabase hub) {
        MnemeException failure = catchThrowableOfType(MnemeException.class, () -> hub.head(ALICE));
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE);
        return failure;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// A server that answers some commands with an error.
    private static final class Refusing extends MemoryBackend {
        private volatile @Nullable MongoServerError error;
        private volatile String command = "";

        void refuse(String what, int code, String message) {
            command = what;
            error = new MongoServerError(code, "Error", message);
        }

        @Override
        public de.bwaldvogel.mongo.bson.Document handleMessage(MongoMessage message) {
            MongoServerError refusal = error;
            if (refusal != null && message.getDocument().containsKey(command)) {
                throw refusal;
            }
            return super.handleMessage(message);
        }
    }

    // Settings.

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost:27017", "http://localhost", "mongodb://u:s3cret@", "mongodb://u:s3c/ret@h"})
    void aUrlThatIsNoneIsSaidSoWithoutItsPassword(String url) {
        assertThatThrownBy(() -> MongoHubSettings.of(url))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.field()).isEqualTo("MONGODB_URL"))
                .hasMessageContaining("mongodb://")
                .hasMessageNotContaining("s3c")
                .hasNoCause();
    }

    @Test
    void settingsHaveTheDefaultsOfTheFirstGenerationAndLimits() {
        MongoHubSettings settings = MongoHubSettings.of("mongodb://xanthippe:s3cret@db1:27018,db2/?tls=true");
        assertThat(settings.database()).isEqualTo("dyad_distributed");
        assertThat(settings.maxPoolSize()).isEqualTo(10);
        assertThat(settings.minPoolSize()).isEqualTo(2);
        assertThat(settings.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.socketTimeout()).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings.serverSelection()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.toString()).isEqualTo("MongoHubSettings[db1:27018,db2/dyad_distributed, pool 2 to 10]");
        assertThatThrownBy(() -> settings.withPool(0, 0)).hasMessageContaining("MONGODB_MAX_POOL_SIZE");
        assertThatThrownBy(() -> settings.withPool(3, 4)).hasMessageContaining("MONGODB_MIN_POOL_SIZE");
        assertThatThrownBy(() -> settings.withDatabase("a b")).hasMessageContaining("MONGODB_DATABASE");
        assertThatThrownBy(() -> settings.withTimeouts(SHORT, Duration.ZERO, SHORT, SHORT))
                .hasMessageContaining("MONGODB_SOCKET_TIMEOUT");
    }

    // Away.

    @Test
    void nobodyListensAndNothingSecretIsTold() throws IOException {
        int port = freePort();
        try (MongoHubDatabase hub = open("mongodb://xanthippe:s3cret@127.0.0.1:" + port)) {
            MnemeException failure = failure(hub);

            assertThat(failure).hasMessageContaining("127.0.0.1:" + port + " cannot be reached");
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain("s3cret").doesNotContain("xanthippe");
            assertThat(hub.health().connected()).isFalse();
            assertThat(hub.health().degraded()).contains("cannot be reached");
            assertThat(hub.health().since()).isNotNull();
        }
    }

    @Test
    void aServerThatStopsAndStartsIsFoundAgainWithAllThatWasAnswered(@TempDir Path folder) throws IOException {
        String file = folder.resolve("mongo.mv").toString();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        RecordName name = new RecordName(RecordTable.OTHER, "n".getBytes(UTF_8));
        MongoServer first = new MongoServer(new H2Backend(file));
        first.bind(address);
        try (MongoHubDatabase hub = open("mongodb://127.0.0.1:" + address.getPort())) {
            assertThat(hub.commit(head(1))).isTrue();
            hub.spread(
                    ALICE, 1, List.of(new RecordChange(name, Map.of("m", Optional.of(new byte[] {2})), null, false)));
            first.shutdownNow();
            assertThat(failure(hub)).hasMessageContaining("cannot be reached");
            assertThat(hub.health().connected()).isFalse();

            MongoServer second = new MongoServer(new H2Backend(file));
            second.bind(address);
            try {
                await().ignoreExceptions().until(() -> hub.head(ALICE).revision() == 1);
                assertThat(hub.commit(head(2))).isTrue();
                List<StoredRecord> stored = new ArrayList<>();
                hub.load(ALICE, 0, stored::add);
                assertThat(stored).hasSize(1);
                assertThat(hub.health().connected()).isTrue();
                assertThat(hub.health().degraded()).isEmpty();
                assertThat(hub.health().problems()).isEmpty();
            } finally {
                second.shutdownNow();
            }
        }
    }

    // Slow.

    @Test
    void anAnswerThatDoesNotComeIsNotWaitedForLongerThanTheLimit() throws IOException {
        MongoServer server = new MongoServer(new MemoryBackend());
        try (Proxy proxy = new Proxy(server.bind());
                MongoHubDatabase hub = open(MongoHubSettings.of(proxy.url()).withTimeouts(LONG, SHORT, LONG, LONG))) {
            assertThat(hub.commit(head(1))).isTrue();

            proxy.hold(true);
            assertThat(failure(hub)).hasMessageContaining("did not answer in time");
            proxy.hold(false);
            await().ignoreExceptions().until(() -> hub.head(ALICE).revision() == 1);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aCommitWhoseAnswerIsCutMayHaveTakenPlace() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        try (Proxy proxy = new Proxy(server.bind());
                MongoHubDatabase hub = open(MongoHubSettings.of(proxy.url()).withTimeouts(LONG, LONG, LONG, LONG));
                MongoHubDatabase other = open(server.getConnectionString());
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            assertThat(hub.commit(head(1))).isTrue();
            proxy.hold(true);
            Future<Boolean> commit = thread.submit(() -> hub.commit(head(2)));
            await().until(() -> other.head(ALICE).revision() == 2);
            proxy.cut();

            assertThatThrownBy(commit::get)
                    .cause()
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE));
            proxy.hold(false);
            await().ignoreExceptions().until(() -> hub.head(ALICE).revision() == 2);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void whoFindsNoFreeConnectionIsToldSo() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        try (Proxy proxy = new Proxy(server.bind());
                MongoHubDatabase hub =
                        open(MongoHubSettings.of(proxy.url()).withPool(1, 0).withTimeouts(LONG, LONG, LONG, SHORT));
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            assertThat(hub.commit(head(1))).isTrue();
            proxy.hold(true);
            Future<Boolean> slow = thread.submit(() -> hub.commit(head(2)));
            try (MongoHubDatabase other = open(server.getConnectionString())) {
                await().until(() -> other.head(ALICE).revision() == 2);
            }
            assertThat(failure(hub)).hasMessageContaining("MONGODB_MAX_POOL_SIZE");
            proxy.hold(false);
            assertThat(slow.get()).isTrue();
        } finally {
            server.shutdownNow();
        }
    }

    // Refusals.

    @ParameterizedTest
    @CsvSource({
        "update, 10107, not primary, it is not primary",
        "update, 13435, not primary and secondaryOk=false, it is not primary",
        "update, 11602, interrupted due to replication state change, recovering",
        "update, 20, database is read only, is read only",
        "update, 14031, out of disk space, is read only",
        "update, 13, not authorized on dyad_distributed, does not allow this user",
        "update, 50, operation exceeded time limit, did not answer in time",
        "update, 64, waiting for replication timed out, majority",
        "update, 8000, anything else, answered with error 8000"
    })
    void whatTheServerRefusesIsSaidInWords(String command, int code, String message, String words) {
        Refusing backend = new Refusing();
        MongoServer server = new MongoServer(backend);
        server.bind();
        try (MongoHubDatabase hub = open(server.getConnectionString())) {
            assertThat(hub.commit(head(1))).isTrue();
            backend.refuse(command, code, message);

            assertThatThrownBy(() -> hub.commit(head(2)))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.HUB_UNAVAILABLE))
                    .hasMessageContaining(words);

            backend.refuse("nothing", 0, "");
            await().ignoreExceptions().until(() -> hub.commit(head(2)));
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aWrongPasswordIsSaidSo() {
        Refusing backend = new Refusing();
        backend.refuse("saslStart", 18, "Authentication failed.");
        MongoServer server = new MongoServer(backend);
        InetSocketAddress address = server.bind();
        String url = "mongodb://xanthippe:s3cret@127.0.0.1:" + address.getPort() + "/?authMechanism=SCRAM-SHA-1";
        try (MongoHubDatabase hub = open(url)) {
            assertThat(failure(hub)).hasMessageContaining("refused the user or the password");
        } finally {
            server.shutdownNow();
        }
    }

    // Watching.

    @Test
    void aForeignWriteWakesWhoWatchesWhereThereAreChangeStreams() throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend());
        server.enableOplog();
        server.bind();
        AtomicInteger woken = new AtomicInteger();
        try (MongoHubDatabase hub = open(server.getConnectionString());
                MongoClient client = MongoClients.create(server.getConnectionString())) {
            assertThat(hub.commit(head(1))).isTrue();
            try (AutoCloseable watch = hub.watch(woken::incrementAndGet)) {
                assertThat(watch).isNotNull();
                AtomicInteger written = new AtomicInteger();
                await().until(() -> {
                    client.getDatabase(MongoHubSettings.DEFAULT_DATABASE)
                            .getCollection("mode_state")
                            .insertOne(new Document("userId", "alice")
                                    .append("instanceId", "i" + written.incrementAndGet()));
                    return woken.get() > 0;
                });
            }
        } finally {
            server.shutdownNow();
        }
    }
}
