package dev.mneme.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.audit.Prices;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerConfigTest {
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");

    @TempDir
    Path home;

    private ServerConfig load(String yaml, Map<String, String> environment, String... flags) throws IOException {
        Path data = Files.createDirectories(home.resolve(".local/share/mneme"));
        Files.writeString(data.resolve("mneme.yaml"), yaml);
        Map<String, String> all = new HashMap<>(environment);
        all.put("HOME", home.toString());
        return ServerConfig.load(List.of(flags), all);
    }

    private void assertRefused(
            String yaml, Map<String, String> environment, List<String> flags, @Nullable String field, String says) {
        assertThatThrownBy(() -> load(yaml, environment, flags.toArray(String[]::new)))
                .isInstanceOfSatisfying(MnemeException.class, failure -> {
                    assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(failure.field()).isEqualTo(field);
                    assertThat(failure).hasMessageContaining(says);
                });
    }

    @Test
    void everyDefaultIsPinned() throws IOException {
        assertThat(load("", Map.of()))
                .isEqualTo(new ServerConfig(
                        home.resolve(".local/share/mneme"),
                        new ServerConfig.Http(
                                "127.0.0.1",
                                8765,
                                false,
                                new ServerConfig.Tls(
                                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()),
                                List.of(),
                                8 << 20,
                                0,
                                Duration.ofSeconds(60),
                                32_000,
                                1_000),
                        new ServerConfig.Limits(65_536, 65_536, 1 << 20, 1_000),
                        new ServerConfig.WebSocket(
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(90),
                                2 << 20,
                                1_000,
                                Duration.ofSeconds(10),
                                20_000),
                        new ServerConfig.Rate(0, 0),
                        new ServerConfig.Log(64 << 20, 16, 64 << 20, 16 << 20),
                        new ServerConfig.Tables(
                                16,
                                128 << 20,
                                10_000,
                                0,
                                Duration.ofSeconds(60),
                                0,
                                Duration.ZERO,
                                256 << 20,
                                Optional.empty(),
                                Optional.empty(),
                                Duration.ofSeconds(10)),
                        new ServerConfig.Search(0, Duration.ofSeconds(2)),
                        new ServerConfig.Feed(100_000, Duration.ofDays(7)),
                        new ServerConfig.Idempotency(10_000, Duration.ofHours(24)),
                        new ServerConfig.Contexts(Duration.ofDays(30), 20),
                        new ServerConfig.Sync(Duration.ofDays(7)),
                        new ServerConfig.Responses(Prices.NONE),
                        new ServerConfig.Embedder(
                                ServerConfig.EmbedderKind.BUILTIN,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                new ServerConfig.EmbedderFolder(
                                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 0),
                                0,
                                0,
                                4_000,
                                0,
                                true),
                        new ServerConfig.Extraction(
                                ServerConfig.ExtractionKind.NONE,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                16_384,
                                Duration.ofSeconds(60),
                                4,
                                6,
                                Duration.ofSeconds(50)),
                        new ServerConfig.Webhooks(false, Duration.ofSeconds(10)),
                        new ServerConfig.Hub(Optional.empty(), "dyad_distributed", 10, 2, Optional.empty(), 0),
                        new ServerConfig.Metrics(false),
                        new ServerConfig.Logging(ServerConfig.LogFormat.JSON, ServerConfig.LogLevel.INFO)));
    }

    @Test
    void everyKeyIsPinned() {
        assertThat(Settings.all().stream().map(Setting::key))
                .containsExactly(
                        "data",
                        "http.host",
                        "http.port",
                        "http.insecure",
                        "http.tls.certificate",
                        "http.tls.key",
                        "http.tls.keystore",
                        "http.tls.keystorePassword",
                        "http.allowedOrigins",
                        "http.maxRequestBytes",
                        "http.clientMemoryBytes",
                        "http.requestTimeout",
                        "http.maxConnections",
                        "http.pageLimit",
                        "limits.textBytes",
                        "limits.metadataBytes",
                        "limits.contextBytes",
                        "limits.batchItems",
                        "ws.pingInterval",
                        "ws.staleTimeout",
                        "ws.maxFrameBytes",
                        "ws.maxSocketsPerKey",
                        "ws.stalledReaderTimeout",
                        "ws.maxConnections",
                        "rate.perSecond",
                        "rate.burst",
                        "log.segmentBytes",
                        "log.maxSegments",
                        "log.maxQueueBytes",
                        "log.maxBatchBytes",
                        "store.shards",
                        "store.memoryBytes",
                        "store.shardQueue",
                        "store.shardQueuePerKey",
                        "store.checkpointInterval",
                        "store.historyVersions",
                        "store.historyAge",
                        "store.minFreeBytes",
                        "store.integrityKey",
                        "store.anchor",
                        "store.anchorInterval",
                        "search.cacheBytes",
                        "search.timeLimit",
                        "feed.maxChanges",
                        "feed.maxAge",
                        "idempotency.maxKeys",
                        "idempotency.maxAge",
                        "contexts.ttl",
                        "contexts.versions",
                        "sync.ttl",
                        "responses.prices",
                        "embedder.kind",
                        "embedder.url",
                        "embedder.model",
                        "embedder.apiKey",
                        "embedder.folder",
                        "embedder.pooling",
                        "embedder.queryPrefix",
                        "embedder.passagePrefix",
                        "embedder.maxTokens",
                        "embedder.dimension",
                        "embedder.workers",
                        "embedder.queue",
                        "embedder.queuePerKey",
                        "embedder.reembed",
                        "extraction.kind",
                        "extraction.url",
                        "extraction.model",
                        "extraction.apiKey",
                        "extraction.context",
                        "extraction.timeout",
                        "extraction.concurrency",
                        "extraction.tries",
                        "extraction.wait",
                        "webhooks.allowPrivate",
                        "webhooks.timeout",
                        "hub.mongodbUrl",
                        "hub.mongodbDatabase",
                        "hub.mongodbMaxPoolSize",
                        "hub.mongodbMinPoolSize",
                        "hub.redisUrl",
                        "hub.redisMaxReconnectAttempts",
                        "metrics.open",
                        "logging.format",
                        "logging.level");
    }

    @Test
    void theDocumentListsExactlyWhatThereIs() throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.matches("\\| `[^`]+` \\| `MNEME_.*"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        Settings.all().stream().map(ServerConfigTest::row).toList());
    }

    private static String row(Setting<?> setting) {
        String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
        String about = setting.secret() ? setting.about() + " Secret." : setting.about();
        return "| `" + setting.key() + "` | `" + setting.environmentName() + "` | " + fallback + " | "
                + setting.type().description().replaceFirst(", for example.*", "") + " | " + about + " |";
    }

    @Test
    void flagsOverruleTheEnvironmentWhichOverrulesTheFile() throws IOException {
        String yaml = "http: {port: 1001, pageLimit: 11, maxConnections: 5}\n";
        Map<String, String> environment = Map.of("MNEME_HTTP_PORT", "1002", "MNEME_HTTP_PAGE_LIMIT", "12");

        ServerConfig.Http http = load(yaml, environment, "--http.port", "1003").http();

        assertThat(http.port()).isEqualTo(1003);
        assertThat(http.pageLimit()).isEqualTo(12);
        assertThat(http.maxConnections()).isEqualTo(5);
    }

    @Test
    void theFileTakesNestedAndDottedNamesListsSizesAndDurations() throws IOException {
        ServerConfig config = load("""
            ws.pingInterval: 500ms
            feed: {maxAge: 2d}
            http:
              allowedOrigins: ["https://a.example", "http://localhost:3000"]
              maxRequestBytes: 65536
              tls:
                keystorePassword:
            log: {segmentBytes: 32MiB}
            """, Map.of());

        assertThat(config.ws().pingInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.feed().maxAge()).isEqualTo(Duration.ofDays(2));
        assertThat(config.http().allowedOrigins()).containsExactly("https://a.example", "http://localhost:3000");
        assertThat(config.http().maxRequestBytes()).isEqualTo(65_536);
        assertThat(config.log().segmentBytes()).isEqualTo(32L << 20);
    }

    @Test
    void shortFlagsAndShortNames() throws IOException {
        Path data = home.resolve("elsewhere");
        ServerConfig config = load(
                "",
                Map.of("MNEME_PORT", "1", "MNEME_HOST", "::1"),
                "--data=" + data,
                "--host",
                "0.0.0.0",
                "--insecure");

        assertThat(config.data()).isEqualTo(data);
        assertThat(config.http().port()).isOne();
        assertThat(config.http().host()).isEqualTo("0.0.0.0");
        assertThat(config.http().insecure()).isTrue();
    }

    @Test
    void aSwitchTakesItsValueInEitherForm() throws IOException {
        assertThat(load("", Map.of(), "--webhooks.allowPrivate", "true", "--port", "1")
                        .webhooks()
                        .allowPrivate())
                .isTrue();
        ServerConfig off = load(
                "webhooks: {allowPrivate: true}",
                Map.of(),
                "--webhooks.allowPrivate",
                "false",
                "--insecure",
                "--port",
                "1");
        assertThat(off.webhooks().allowPrivate()).isFalse();
        assertThat(off.http().insecure()).isTrue();
        assertThat(off.http().port()).isOne();
        assertThat(load("", Map.of(), "--webhooks.allowPrivate=true").webhooks().allowPrivate())
                .isTrue();
        assertRefused("", Map.of(), List.of("--insecure", "yes"), "--insecure", "true or false");
    }

    @Test
    void namesOfTheFirstGenerationAreWeakerThanOurOwn() throws IOException {
        Map<String, String> old =
                Map.of("WS_SYNC_PORT", "7000", "WS_PING_INTERVAL", "5000", "WS_STALE_TIMEOUT", "15000");

        ServerConfig config = load("", old);
        assertThat(config.http().port()).isEqualTo(7000);
        assertThat(config.ws().pingInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.ws().staleTimeout()).isEqualTo(Duration.ofSeconds(15));

        Map<String, String> both = new HashMap<>(old);
        both.put("MNEME_PORT", "7001");
        assertThat(load("", both).http().port()).isEqualTo(7001);
        both.put("MNEME_HTTP_PORT", "7002");
        assertThat(load("", both).http().port()).isEqualTo(7002);
    }

    @Test
    void theFirstGenerationCountsTheDaysOfSyncEvents() throws IOException {
        Map<String, String> old = Map.of("SYNC_EVENT_TTL_DAYS", "3");

        assertThat(load("", old).sync().timeToLive()).isEqualTo(Duration.ofDays(3));
        assertThat(load("sync.ttl: 1h\n", Map.of()).sync().timeToLive()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void pricesAreOfModelsOrOfAProvidersModels() throws IOException {
        String yaml = "responses: {prices: \"large=3/15, acme/small-1.2=0.25/1.25\"}\n";

        assertThat(load(yaml, Map.of()).responses().prices().byModel())
                .isEqualTo(Map.of(
                        "large", new Prices.Price(new BigDecimal("3"), new BigDecimal("15")),
                        "acme/small-1.2", new Prices.Price(new BigDecimal("0.25"), new BigDecimal("1.25"))));
        for (String wrong : List.of("large", "large=3", "large=-1/2", "a=1/2,a=1/2", "=1/2", "a=1/2,")) {
            assertThatThrownBy(() -> load("", Map.of("MNEME_RESPONSES_PRICES", wrong)))
                    .as(wrong)
                    .hasMessageContaining("MNEME_RESPONSES_PRICES must be prices like");
        }
    }

    @Test
    void theFileIsThatOfTheFlagElseTheOneInTheDataFolder() throws IOException {
        Path file = Files.writeString(home.resolve("other.yaml"), "http.port: 2\n");
        Path data = Files.createDirectories(home.resolve("data"));
        Files.writeString(data.resolve("mneme.yaml"), "http.port: 3\n");

        assertThat(load("http.port: 1", Map.of()).http().port()).isEqualTo(1);
        assertThat(load("http.port: 1", Map.of(), "--config", file.toString())
                        .http()
                        .port())
                .isEqualTo(2);
        assertThat(load("http.port: 1", Map.of("MNEME_CONFIG", file.toString()))
                        .http()
                        .port())
                .isEqualTo(2);
        assertThat(load("http.port: 1", Map.of(), "--data", data.toString())
                        .http()
                        .port())
                .isEqualTo(3);
        assertThat(load("http.port: 1", Map.of("MNEME_DATA", data.toString()))
                        .http()
                        .port())
                .isEqualTo(3);
    }

    @Test
    void anUnknownNameStopsTheStartAndNamesTheNearest() {
        assertRefused("htpp: {port: 1}", Map.of(), List.of(), "htpp.port", "Did you mean http.port?");
        assertRefused(
                "", Map.of("MNEME_HTTP_PROT", "1"), List.of(), "MNEME_HTTP_PROT", "Did you mean MNEME_HTTP_PORT?");
        assertRefused("", Map.of(), List.of("--prot", "1"), "--prot", "Did you mean --port?");
        assertRefused("", Map.of(), List.of("--http.prot=1"), "--http.prot", "Did you mean --http.port?");
    }

    @Test
    void whatTheCommandLineReadsIsNoSetting() throws IOException {
        assertThat(load("", Map.of("MNEME_URL", "x", "MNEME_KEY", "y", "MNEME_USER", "z"))
                        .http()
                        .port())
                .isEqualTo(8765);
    }

    @ParameterizedTest
    @CsvSource({
        "http.port, 65536, a number from 0 to 65535",
        "http.port, -1, a number from 0 to 65535",
        "http.port, eight, a number from 0 to 65535",
        "http.insecure, yes, true or false",
        "http.maxRequestBytes, 8MB, a size from 1KiB to 256MiB",
        "http.maxRequestBytes, 2GiB, a size from 1KiB to 256MiB",
        "http.maxRequestBytes, 99999999999999GiB, a size from 1KiB to 256MiB",
        "http.allowedOrigins, *, origins like",
        "http.allowedOrigins, https://a.example/, origins like",
        "ws.pingInterval, 30, a duration from 100ms to 1h",
        "ws.pingInterval, 2h, a duration from 100ms to 1h",
        "store.shards, 12, a power of two from 1 to 1024",
        "embedder.kind, gpt, 'one of builtin, onnx, openai, ollama, none'",
        "logging.level, verbose, 'one of trace, debug, info, warning, error'",
    })
    void aWrongValueIsRefusedByTheNameThatWasTyped(String key, String value, String says) {
        Setting<?> setting = Settings.find(key).orElseThrow();
        assertRefused(key + ": '" + value + "'", Map.of(), List.of(), key, says + expectedEnd(says));
        assertRefused("", Map.of(setting.environmentName(), value), List.of(), setting.environmentName(), says);
        assertRefused("", Map.of(), List.of("--" + key + "=" + value), "--" + key, says);
    }

    private static String expectedEnd(String says) {
        return says.startsWith("a number") ? ", was '" : "";
    }

    @Test
    void theShortNameIsNamedWhenItWasTyped() {
        assertRefused("", Map.of("MNEME_PORT", "x"), List.of(), "MNEME_PORT", "MNEME_PORT must be");
        assertRefused("", Map.of("WS_PING_INTERVAL", "x"), List.of(), "WS_PING_INTERVAL", "WS_PING_INTERVAL must be");
        assertRefused("", Map.of(), List.of("--port", "x"), "--port", "--port must be");
    }

    @Test
    void contradictionsAreRefused() {
        assertRefused("http.host: 0.0.0.0", Map.of(), List.of(), "http.host", "--insecure");
        assertRefused("", Map.of(), List.of("--host", "192.168.1.5"), "--host", "other machines may reach");
        assertRefused("http.tls.certificate: c.pem", Map.of(), List.of(), "http.tls.certificate", "set both");
        assertRefused("http.tls.key: k.pem", Map.of(), List.of(), "http.tls.key", "set both");
        assertRefused(
                "http.tls: {certificate: c, key: k, keystore: s}", Map.of(), List.of(), "http.tls.keystore", "exclude");
        assertRefused(
                "http.tls.keystorePassword: s", Map.of(), List.of(), "http.tls.keystorePassword", "no effect without");
        assertRefused("ws.staleTimeout: 10s", Map.of(), List.of(), "ws.staleTimeout", "longer than ws.pingInterval");
        assertRefused("log.maxBatchBytes: 128MiB", Map.of(), List.of(), "log.maxBatchBytes", "at most");
        assertRefused("rate.burst: 5", Map.of(), List.of(), "rate.burst", "rate.perSecond");
        assertRefused("embedder.kind: onnx", Map.of(), List.of(), "embedder.folder", "needs embedder.folder");
        assertRefused("embedder.folder: e5", Map.of(), List.of(), "embedder.folder", "set that to onnx");
        assertRefused("embedder.queryPrefix: q", Map.of(), List.of(), "embedder.queryPrefix", "set that to onnx");
        assertRefused("embedder.kind: ollama", Map.of(), List.of(), "embedder.url", "needs embedder.url");
        assertRefused(
                "embedder: {kind: openai, url: 'http://x'}",
                Map.of(),
                List.of(),
                "embedder.model",
                "needs embedder.model");
    }

    @Test
    void anOpenAddressIsFineWithTlsOrWithTheOperatorsWord() throws IOException {
        assertThat(load("http: {host: 0.0.0.0, tls: {certificate: c, key: k}}", Map.of())
                        .http()
                        .tls()
                        .enabled())
                .isTrue();
        assertThat(load("http: {host: 0.0.0.0, insecure: true}", Map.of())
                        .http()
                        .insecure())
                .isTrue();
    }

    /// Who can change the data could change such a file too.
    @Test
    void whatIsBelievedIsNotTakenFromAFileThatLiesWithTheData() throws IOException {
        String yaml = "embedder: {kind: ollama, url: 'http://x', model: m}";
        assertRefused(yaml, Map.of(), List.of(), "embedder.kind", "Move the file out of the data folder");
        assertRefused("store.integrityKey: k", Map.of(), List.of(), "store.integrityKey", "MNEME_STORE_INTEGRITY_KEY");
        assertRefused("store.anchor: a", Map.of(), List.of(), "store.anchor", "not taken from");
        assertRefused("extraction: {kind: ollama, model: m}", Map.of(), List.of(), "extraction.kind", "not taken from");
        List<String> onnx = List.of("--embedder.kind", "onnx");
        assertRefused("embedder.folder: e5", Map.of(), onnx, "embedder.folder", "not taken from");
        List<String> e5 = List.of("--embedder.kind", "onnx", "--embedder.folder", "e5");
        assertRefused("embedder.pooling: cls", Map.of(), e5, "embedder.pooling", "not taken from");
        assertRefused("embedder.queryPrefix: q", Map.of(), e5, "embedder.queryPrefix", "not taken from");
        assertRefused("embedder.passagePrefix: p", Map.of(), e5, "embedder.passagePrefix", "not taken from");
        assertRefused("embedder.maxTokens: 9", Map.of(), e5, "embedder.maxTokens", "not taken from");
        Path data = home.resolve(".local/share/mneme");
        assertRefused(
                "store.anchor: a",
                Map.of(),
                List.of("--config", data.resolve("mneme.yaml").toString()),
                "store.anchor",
                "not taken from");
        assertThat(load("store.anchor: a", Map.of("MNEME_STORE_ANCHOR", "b"))
                        .store()
                        .anchor())
                .as("a stronger source says otherwise")
                .contains(Path.of("b"));
        Path elsewhere = Files.writeString(home.resolve("elsewhere.yaml"), yaml + "\nstore.anchor: a\n");
        assertThat(load("", Map.of("MNEME_CONFIG", elsewhere.toString()))
                        .embedder()
                        .model())
                .contains("m");
    }

    /// Each setting of these families is one of both; a new one has to be decided on.
    @Test
    void whatSaysWhomTheDataIsBelievedByOrWhereItGoesIsNeverTakenFromIt() {
        Set<String> harmless = Set.of(
                "embedder.workers",
                "embedder.queue",
                "embedder.queuePerKey",
                "embedder.reembed",
                "extraction.context",
                "extraction.timeout",
                "extraction.concurrency",
                "extraction.tries",
                "extraction.wait");
        assertThat(Settings.all().stream()
                        .map(Setting::key)
                        .filter(key -> key.matches("(embedder|extraction)[.].*|store[.](integrityKey|anchor.*)"))
                        .filter(key -> !harmless.contains(key)))
                .containsExactlyInAnyOrderElementsOf(
                        Settings.NOT_FROM_DATA.stream().map(Setting::key).toList());
    }

    @Test
    void aLinkIntoTheDataFolderIsAFileInIt() throws IOException {
        Path data = Files.createDirectories(home.resolve(".local/share/mneme"));
        Path file = Files.writeString(data.resolve("own.yaml"), "store.anchor: a\n");
        Path link = Files.createSymbolicLink(home.resolve("link.yaml"), file);
        assertRefused("", Map.of(), List.of("--config", link.toString()), "store.anchor", "not taken from");
        assertRefused("", Map.of("MNEME_CONFIG", link.toString()), List.of(), "store.anchor", "not taken from");
        Path other = Files.createSymbolicLink(home.resolve("data"), data);
        assertRefused(
                "",
                Map.of(),
                List.of("--data", other.toString(), "--config", file.toString()),
                "store.anchor",
                "not taken from");
    }

    @Test
    void aBrokenFileIsRefused() {
        assertRefused("http: {port: 1", Map.of(), List.of(), null, "is not valid YAML");
        assertRefused("http: {port: 1, port: 2}", Map.of(), List.of(), null, "is not valid YAML");
        assertRefused("http: {port: 1}\nhttp.port: 2", Map.of(), List.of(), "http.port", "set twice");
        assertRefused(
                "- a",
                Map.of(),
                List.of(),
                home.resolve(".local/share/mneme/mneme.yaml").toString(),
                "settings");
        assertRefused("", Map.of(), List.of("--config", "/nonexistent.yaml"), "--config", "no readable file");
        assertRefused("", Map.of(), List.of("--port"), "--port", "needs a value");
        assertRefused("", Map.of(), List.of("8765"), "8765", "no flag");
    }

    @Test
    void secretsAreNeverPrinted() throws IOException {
        ServerConfig config = load("""
            http: {tls: {keystore: s.p12, keystorePassword: also-hidden}}
            """, Map.of("MNEME_EMBEDDER_API_KEY", "sk-hidden"));

        assertThat(config.embedder().apiKey().orElseThrow().value()).isEqualTo("sk-hidden");
        assertThat(config.toString()).doesNotContain("hidden").contains("***");
    }

    @Test
    void everySpellingOfEveryKeyIsItsOwn() {
        List<String> names = Settings.all().stream()
                .flatMap(setting -> Stream.of(setting.key(), setting.environmentName(), setting.flag()))
                .toList();

        assertThat(names).doesNotHaveDuplicates();
        assertThat(Settings.find("http.maxRequestBytes").orElseThrow().environmentName())
                .isEqualTo("MNEME_HTTP_MAX_REQUEST_BYTES");
    }
}
