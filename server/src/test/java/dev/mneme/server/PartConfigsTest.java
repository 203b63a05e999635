package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the table of settings allows, the parts of the server take; and what is set has an effect.
class PartConfigsTest {
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-zA-Z.]+)` .* (?:size|duration|number|two) from (\\S+) to (\\S+) \\|.*");

    /// Settings that the server itself reads; the others are for the parts.
    private static final List<String> READ_WHERE_IT_IS_USED =
            List.of("embedder.", "extraction.", "webhooks.", "sync.", "responses.");

    private static final Metrics METRICS = new Metrics();
    private static final NodeRuntime RUNTIME = new SystemRuntime();

    @TempDir
    Path home = Path.of("");

    /// Each setting that has a range, at both of its ends.
    static Stream<List<String>> extremes() throws IOException {
        List<List<String>> flags = new ArrayList<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                flags.add(List.of("--" + row.group(1), row.group(2)));
                flags.add(List.of("--" + row.group(1), row.group(3)));
            }
        }
        assertThat(flags).hasSizeGreaterThan(50);
        return flags.stream();
    }

    @ParameterizedTest
    @MethodSource("extremes")
    void theEndsOfEachRangeAreTakenOrContradictAnotherSettingByName(List<String> flags) {
        ServerConfig config;
        try {
            config = ServerConfig.load(flags, Map.of("HOME", home.toString()));
        } catch (MnemeException contradiction) {
            assertThat(contradiction).hasMessageContaining(flags.getFirst().substring(2));
            assertThat(contradiction.getMessage()).matches(".*(must be|no effect without).*");
            return;
        }
        assertThatCode(() -> parts(config)).doesNotThrowAnyException();
    }

    /// Each setting that has a range, with both of its ends.
    static Stream<List<String>> ranges() throws IOException {
        List<String> flat = extremes().flatMap(List::stream).toList();
        return IntStream.range(0, flat.size() / 4)
                .mapToObj(i -> List.of(flat.get(4 * i), flat.get(4 * i + 1), flat.get(4 * i + 3)));
    }

    /// A setting that no part is given would be the same at both ends of its range.
    @ParameterizedTest
    @MethodSource("ranges")
    void whatIsSetReachesAPartOrIsReadWhereItIsUsed(List<String> range) {
        String name = range.getFirst().substring(2);
        List<Object> parts = new ArrayList<>();
        for (String end : range.subList(1, 3)) {
            try {
                ServerConfig config =
                        ServerConfig.load(List.of(range.getFirst(), end), Map.of("HOME", home.toString()));
                parts.add(READ_WHERE_IT_IS_USED.stream().anyMatch(name::startsWith) ? config : parts(config));
            } catch (MnemeException contradiction) {
                return; // with another setting, which the test above holds it to
            }
        }
        assertThat(parts.getFirst()).as(name).isNotEqualTo(parts.getLast());
    }

    private static List<Object> parts(ServerConfig config) {
        return List.of(
                PartConfigs.engine(config, METRICS, RUNTIME),
                PartConfigs.limits(config),
                PartConfigs.contexts(config),
                PartConfigs.live(config),
                PartConfigs.webSocket(config),
                PartConfigs.http(config));
    }

    @Test
    void theSmallestLogOpens() {
        try (RunningServer server = RunningServer.on(
                home.resolve("small"), "--log.segmentBytes", "32MiB", "--log.maxQueueBytes", "16MiB")) {
            assertThat(server.admin().add("ann", "kept in a small log").status())
                    .isEqualTo(201);
        }
    }

    @Test
    void keyAndAnchorAreThoseThatAreSet() {
        ServerConfig config = ServerConfig.load(
                List.of("--integrity-key", "k", "--anchor", "a", "--store.anchorInterval", "5s"),
                Map.of("HOME", home.toString()));
        assertThat(PartConfigs.integrity(config))
                .isEqualTo(new IntegrityFiles(Path.of("k"), Path.of("a"), Duration.ofSeconds(5)));
        assertThat(PartConfigs.engine(config, METRICS, RUNTIME).integrity()).isEqualTo(PartConfigs.integrity(config));
    }

    @Test
    void openMetricsNeedNoKey() {
        try (RunningServer open = RunningServer.on(home.resolve("open"), "--metrics.open=true")) {
            assertThat(open.admin().as("").get("/metrics").status()).isEqualTo(200);
        }
        try (RunningServer closed = RunningServer.on(home.resolve("closed"))) {
            assertThat(closed.admin().as("").get("/metrics").status()).isEqualTo(401);
        }
    }

    @Test
    void withLessRoomThanAskedForWritesAreRefusedReadsAndDeletionsGoOn() {
        Path data = home.resolve("full");
        String id;
        try (RunningServer server = RunningServer.on(data)) {
            id = server.admin().add("ann", "while there was room").id();
        }
        try (RunningServer server = RunningServer.on(data, "--store.minFreeBytes", "1024GiB")) {
            Api api = server.admin();
            assertThat(api.add("ann", "one more").status()).isEqualTo(507);
            assertThat(api.add("ann", "one more").code()).isEqualTo("storage_full");
            assertThat(api.list("userId=ann").texts()).containsExactly("while there was room");
            assertThat(api.delete(Api.MEMORIES + "/" + id).status()).isEqualTo(200);
        }
    }

    @Test
    void moreSocketsThanAskedForAreTurnedAway() {
        try (RunningServer server = RunningServer.on(home.resolve("sockets"), "--ws.maxConnections", "1");
                Socket first = Socket.open(server.admin())) {
            first.follow("ann");
            assertThat(server.admin()
                            .get("/api/v1/changes?userId=ann", "Accept", "text/event-stream")
                            .code())
                    .isEqualTo("overloaded");
        }
    }
}
