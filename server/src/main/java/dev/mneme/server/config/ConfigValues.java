package dev.mneme.server.config;

import static dev.mneme.server.config.Settings.*;

import dev.mneme.core.model.MnemeException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The typed value of each setting, and the records made of them. One thread; used once.
final class ConfigValues {
    /// @param name the setting's name as the operator typed it, for example `MNEME_HTTP_PORT` or `--port`
    record Typed(String name, String text) {}

    private final Map<String, Typed> typed = new HashMap<>();

    /// Sets a value, replacing an earlier one.
    void put(Setting<?> setting, Typed value) {
        typed.put(setting.key(), value);
    }

    <T> T get(Setting<T> setting) {
        Typed value = typed.getOrDefault(setting.key(), new Typed(setting.key(), setting.fallback()));
        String text = setting.type().verbatim() ? value.text() : value.text().strip();
        return setting.type().reader().apply(text).orElseThrow(() -> wrong(setting, value));
    }

    private static MnemeException wrong(Setting<?> setting, Typed value) {
        String was = setting.secret() ? "" : ", was '" + value.text() + "'";
        return MnemeException.invalid(
                value.name(), value.name() + " must be " + setting.type().description() + was + ".");
    }

    /// The name by which the operator knows the setting.
    private String name(Setting<?> setting) {
        Typed value = typed.get(setting.key());
        return value == null ? setting.key() : value.name();
    }

    /// Whether the setting's value comes from here, and not from a stronger source.
    boolean takes(Setting<?> setting, Typed value) {
        return value.equals(typed.get(setting.key()));
    }

    ServerConfig config() {
        ServerConfig config = new ServerConfig(
                data(),
                http(),
                limits(),
                webSocket(),
                rate(),
                log(),
                tables(),
                search(),
                feed(),
                idempotency(),
                new ServerConfig.Contexts(get(CONTEXTS_TTL), get(CONTEXTS_VERSIONS)),
                new ServerConfig.Sync(get(SYNC_TTL)),
                new ServerConfig.Responses(get(RESPONSES_PRICES)),
                embedder(),
                extraction(),
                new ServerConfig.Webhooks(get(WEBHOOKS_ALLOW_PRIVATE), get(WEBHOOKS_TIMEOUT)),
                hub(),
                new ServerConfig.Metrics(get(METRICS_OPEN)),
                logging());
        check(config);
        return config;
    }

    private ServerConfig.Hub hub() {
        return new ServerConfig.Hub(
                get(HUB_MONGODB_URL),
                get(HUB_MONGODB_DATABASE),
                get(HUB_MONGODB_MAX_POOL_SIZE),
                get(HUB_MONGODB_MIN_POOL_SIZE),
                get(HUB_REDIS_URL),
                get(HUB_REDIS_MAX_RECONNECT_ATTEMPTS));
    }

    private Path data() {
        return get(DATA).toAbsolutePath().normalize();
    }

    private ServerConfig.Http http() {
        return new ServerConfig.Http(
                get(HTTP_HOST),
                get(HTTP_PORT),
                get(HTTP_INSECURE),
                new ServerConfig.Tls(get(TLS_CERTIFICATE), get(TLS_KEY), get(TLS_KEYSTORE), get(TLS_KEYSTORE_PASSWORD)),
                get(HTTP_ALLOWED_ORIGINS),
                get(HTTP_MAX_REQUEST_BYTES),
                get(HTTP_CLIENT_MEMORY_BYTES),
                get(HTTP_REQUEST_TIMEOUT),
                get(HTTP_MAX_CONNECTIONS),
                get(HTTP_PAGE_LIMIT));
    }

    private ServerConfig.Limits limits() {
        return new ServerConfig.Limits(
                Math.toIntExact(get(LIMITS_TEXT_BYTES)),
                Math.toIntExact(get(LIMITS_METADATA_BYTES)),
                Math.toIntExact(get(LIMITS_CONTEXT_BYTES)),
                get(LIMITS_BATCH_ITEMS));
    }

    private ServerConfig.WebSocket webSocket() {
        return new ServerConfig.WebSocket(
                get(WS_PING_INTERVAL),
                get(WS_STALE_TIMEOUT),
                Math.toIntExact(get(WS_MAX_FRAME_BYTES)),
                get(WS_MAX_SOCKETS_PER_KEY),
                get(WS_STALLED_READER_TIMEOUT),
                get(WS_MAX_CONNECTIONS));
    }

    private ServerConfig.Rate rate() {
        int perSecond = get(RATE_PER_SECOND);
        int burst = get(RATE_BURST);
        return new ServerConfig.Rate(perSecond, burst == 0 ? perSecond : burst);
    }

    private ServerConfig.Log log() {
        return new ServerConfig.Log(
                get(LOG_SEGMENT_BYTES), get(LOG_MAX_SEGMENTS), get(LOG_MAX_QUEUE_BYTES), get(LOG_MAX_BATCH_BYTES));
    }

    private ServerConfig.Tables tables() {
        return new ServerConfig.Tables(
                get(STORE_SHARDS),
                get(STORE_MEMORY_BYTES),
                get(STORE_SHARD_QUEUE),
                get(STORE_SHARD_QUEUE_PER_KEY),
                get(STORE_CHECKPOINT_INTERVAL),
                get(STORE_HISTORY_VERSIONS),
                get(STORE_HISTORY_AGE),
                get(STORE_MIN_FREE_BYTES),
                get(STORE_INTEGRITY_KEY),
                get(STORE_ANCHOR),
                get(STORE_ANCHOR_INTERVAL));
    }

    private ServerConfig.Search search() {
        return new ServerConfig.Search(get(SEARCH_CACHE_BYTES), get(SEARCH_TIME_LIMIT));
    }

    private ServerConfig.Feed feed() {
        return new ServerConfig.Feed(get(FEED_MAX_CHANGES), get(FEED_MAX_AGE));
    }

    private ServerConfig.Idempotency idempotency() {
        return new ServerConfig.Idempotency(get(IDEMPOTENCY_MAX_KEYS), get(IDEMPOTENCY_MAX_AGE));
    }

    private ServerConfig.Embedder embedder() {
        return new ServerConfig.Embedder(
                get(EMBEDDER_KIND),
                get(EMBEDDER_URL),
                get(EMBEDDER_MODEL),
                get(EMBEDDER_API_KEY),
                new ServerConfig.EmbedderFolder(
                        get(EMBEDDER_FOLDER),
                        get(EMBEDDER_POOLING),
                        get(EMBEDDER_QUERY_PREFIX),
                        get(EMBEDDER_PASSAGE_PREFIX),
                        get(EMBEDDER_MAX_TOKENS)),
                get(EMBEDDER_DIMENSION),
                get(EMBEDDER_WORKERS),
                get(EMBEDDER_QUEUE),
                get(EMBEDDER_QUEUE_PER_KEY),
                get(EMBEDDER_REEMBED));
    }

    private ServerConfig.Extraction extraction() {
        return new ServerConfig.Extraction(
                get(EXTRACTION_KIND),
                get(EXTRACTION_URL),
                get(EXTRACTION_MODEL),
                get(EXTRACTION_API_KEY),
                get(EXTRACTION_CONTEXT),
                get(EXTRACTION_TIMEOUT),
                get(EXTRACTION_CONCURRENCY),
                get(EXTRACTION_TRIES),
                get(EXTRACTION_WAIT));
    }

    private ServerConfig.Logging logging() {
        return new ServerConfig.Logging(get(LOGGING_FORMAT), get(LOGGING_LEVEL));
    }

    /// Checks rules that concern several values.
    private void check(ServerConfig config) {
        checkTls(config.http().tls());
        boolean open = !loopback(config.http().host());
        check(
                !open || config.http().tls().enabled() || config.http().insecure(),
                HTTP_HOST,
                name(HTTP_HOST) + " is '" + config.http().host() + "', which other machines may reach: set up TLS with"
                        + " http.tls.certificate and http.tls.key, or accept the risk with --insecure.");
        long bodies = config.http().clientMemoryBytes();
        check(
                bodies == 0 || bodies >= 4 * config.http().maxRequestBytes(),
                HTTP_CLIENT_MEMORY_BYTES,
                name(HTTP_CLIENT_MEMORY_BYTES) + " must be at least four times " + name(HTTP_MAX_REQUEST_BYTES)
                        + ", or 0.");
        check(
                config.ws().staleTimeout().compareTo(config.ws().pingInterval()) > 0,
                WS_STALE_TIMEOUT,
                name(WS_STALE_TIMEOUT) + " must be longer than " + name(WS_PING_INTERVAL) + ".");
        check(
                config.log().maxBatchBytes() <= config.log().segmentBytes(),
                LOG_MAX_BATCH_BYTES,
                name(LOG_MAX_BATCH_BYTES) + " must be at most " + name(LOG_SEGMENT_BYTES) + ".");
        check(
                config.rate().burst() == 0 || config.rate().limited(),
                RATE_BURST,
                name(RATE_BURST) + " has no effect without rate.perSecond: set that too.");
        checkEmbedder(config.embedder());
        checkExtraction(config.extraction());
    }

    private void checkTls(ServerConfig.Tls tls) {
        check(
                tls.certificate().isPresent() == tls.key().isPresent(),
                tls.certificate().isPresent() ? TLS_CERTIFICATE : TLS_KEY,
                "http.tls.certificate and http.tls.key go together: set both.");
        check(
                tls.keystore().isEmpty() || tls.certificate().isEmpty(),
                TLS_KEYSTORE,
                name(TLS_KEYSTORE) + " and http.tls.certificate exclude each other: keep one.");
        check(
                tls.keystorePassword().isEmpty() || tls.keystore().isPresent(),
                TLS_KEYSTORE_PASSWORD,
                name(TLS_KEYSTORE_PASSWORD) + " has no effect without http.tls.keystore: set that too.");
    }

    private void checkEmbedder(ServerConfig.Embedder embedder) {
        boolean remote = embedder.kind() == ServerConfig.EmbedderKind.OPENAI
                || embedder.kind() == ServerConfig.EmbedderKind.OLLAMA;
        check(
                !remote || embedder.url().isPresent(),
                EMBEDDER_URL,
                name(EMBEDDER_KIND) + " needs embedder.url, for example http://127.0.0.1:11434.");
        check(
                !remote || embedder.url().orElse("").matches("https?://\\S+"),
                EMBEDDER_URL,
                name(EMBEDDER_URL) + " must begin with http:// or https://.");
        check(!remote || embedder.model().isPresent(), EMBEDDER_MODEL, name(EMBEDDER_KIND) + " needs embedder.model.");
        checkFolder(embedder.kind() == ServerConfig.EmbedderKind.ONNX, embedder.folder());
    }

    private void checkFolder(boolean onnx, ServerConfig.EmbedderFolder folder) {
        check(
                !onnx || folder.path().isPresent(),
                EMBEDDER_FOLDER,
                name(EMBEDDER_KIND) + " needs embedder.folder, with the model's model.onnx and tokenizer.json.");
        String alone = " has no effect without embedder.kind: set that to onnx.";
        check(onnx || folder.path().isEmpty(), EMBEDDER_FOLDER, name(EMBEDDER_FOLDER) + alone);
        check(onnx || folder.pooling().isEmpty(), EMBEDDER_POOLING, name(EMBEDDER_POOLING) + alone);
        check(onnx || folder.queryPrefix().isEmpty(), EMBEDDER_QUERY_PREFIX, name(EMBEDDER_QUERY_PREFIX) + alone);
        check(onnx || folder.passagePrefix().isEmpty(), EMBEDDER_PASSAGE_PREFIX, name(EMBEDDER_PASSAGE_PREFIX) + alone);
        check(onnx || folder.maxTokens() == 0, EMBEDDER_MAX_TOKENS, name(EMBEDDER_MAX_TOKENS) + alone);
    }

    private void checkExtraction(ServerConfig.Extraction extraction) {
        boolean any = extraction.kind() != ServerConfig.ExtractionKind.NONE;
        check(
                !any || extraction.model().isPresent(),
                EXTRACTION_MODEL,
                name(EXTRACTION_KIND) + " needs extraction.model.");
        check(
                extraction.url().isEmpty() || extraction.url().get().matches("https?://\\S+"),
                EXTRACTION_URL,
                name(EXTRACTION_URL) + " must begin with http:// or https://.");
        check(
                any || extraction.model().isEmpty(),
                EXTRACTION_KIND,
                name(EXTRACTION_MODEL) + " has no effect without extraction.kind: set that to openai, ollama or"
                        + " anthropic.");
    }

    private void check(boolean holds, Setting<?> setting, String message) {
        if (!holds) {
            throw MnemeException.invalid(name(setting), message);
        }
    }

    private static boolean loopback(String host) {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
