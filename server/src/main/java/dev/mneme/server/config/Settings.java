package dev.mneme.server.config;

import dev.mneme.core.audit.Prices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// The table of all settings. A setting is added here, in [ServerConfig] and in `docs/configuration.md`; tests hold the
/// three together.
final class Settings {
    private static final List<Setting<?>> TABLE = new ArrayList<>();

    static final Setting<Path> DATA = setting(
            "data",
            ValueType.requiredPath(),
            "",
            "The data folder. Default: $XDG_DATA_HOME/mneme, else ~/.local/share/mneme.");

    static final Setting<String> HTTP_HOST =
            setting("http.host", ValueType.text(), "127.0.0.1", "The address to listen on.");
    static final Setting<Integer> HTTP_PORT =
            setting("http.port", ValueType.integer(0, 65_535), "8765", "The port of every door; 0 takes a free one.");
    static final Setting<Boolean> HTTP_INSECURE = setting(
            "http.insecure", ValueType.truth(), "false", "Listen on other addresses than loopback without TLS.");
    static final Setting<Optional<Path>> TLS_CERTIFICATE = setting(
            "http.tls.certificate", ValueType.optionalPath(), "", "The certificate chain, PEM. Needs http.tls.key.");
    static final Setting<Optional<Path>> TLS_KEY =
            setting("http.tls.key", ValueType.optionalPath(), "", "The certificate's private key, PEM (PKCS #8).");
    static final Setting<Optional<Path>> TLS_KEYSTORE = setting(
            "http.tls.keystore", ValueType.optionalPath(), "", "A PKCS #12 key store, instead of certificate and key.");
    static final Setting<Optional<Secret>> TLS_KEYSTORE_PASSWORD =
            secret("http.tls.keystorePassword", "The key store's password.");
    static final Setting<List<String>> HTTP_ALLOWED_ORIGINS = setting(
            "http.allowedOrigins",
            ValueType.origins(),
            "",
            "Origins whose pages may call the server, exactly as written.");
    static final Setting<Long> HTTP_MAX_REQUEST_BYTES =
            setting("http.maxRequestBytes", ValueType.bytes("1KiB", "256MiB"), "8MiB", "The largest request body.");
    static final Setting<Long> HTTP_CLIENT_MEMORY_BYTES = setting(
            "http.clientMemoryBytes",
            ValueType.bytes("0", "64GiB"),
            "0",
            "Heap for all that is held for clients: headers, bodies, messages, answers. 0 takes a quarter of the"
                    + " heap.");
    static final Setting<Duration> HTTP_REQUEST_TIMEOUT = setting(
            "http.requestTimeout",
            ValueType.duration("100ms", "1h"),
            "60s",
            "How long the headers of a request may take to arrive, and how long its body.");
    static final Setting<Integer> HTTP_MAX_CONNECTIONS = setting(
            "http.maxConnections",
            ValueType.integer(1, 1_000_000),
            "32000",
            "The most connections open at once, of every door; fewer where descriptors or heap are short.");
    static final Setting<Integer> HTTP_PAGE_LIMIT =
            setting("http.pageLimit", ValueType.integer(1, 10_000), "1000", "The longest page of a list.");

    static final Setting<Long> LIMITS_TEXT_BYTES = setting(
            "limits.textBytes", ValueType.bytes("1KiB", "1MiB"), "64KiB", "The longest text of a memory, UTF-8.");
    static final Setting<Long> LIMITS_METADATA_BYTES = setting(
            "limits.metadataBytes",
            ValueType.bytes("1KiB", "1MiB"),
            "64KiB",
            "The largest metadata of a memory, JSON, however it grows: added, merged, patched or imported. A larger"
                    + " one of before can be made smaller.");
    static final Setting<Long> LIMITS_CONTEXT_BYTES = setting(
            "limits.contextBytes", ValueType.bytes("1KiB", "8MiB"), "1MiB", "The largest data of a context, JSON.");
    static final Setting<Integer> LIMITS_BATCH_ITEMS =
            setting("limits.batchItems", ValueType.integer(1, 10_000), "1000", "The most items of one batch.");

    static final Setting<Duration> WS_PING_INTERVAL =
            setting("ws.pingInterval", ValueType.duration("100ms", "1h"), "30s", "How often a socket is pinged.");
    static final Setting<Duration> WS_STALE_TIMEOUT = setting(
            "ws.staleTimeout",
            ValueType.duration("200ms", "1d"),
            "90s",
            "How long a silent socket is kept; longer than ws.pingInterval.");
    static final Setting<Long> WS_MAX_FRAME_BYTES =
            setting("ws.maxFrameBytes", ValueType.bytes("8KiB", "64MiB"), "2MiB", "The largest frame, both ways.");
    static final Setting<Integer> WS_MAX_SOCKETS_PER_KEY = setting(
            "ws.maxSocketsPerKey", ValueType.integer(1, 1_000_000), "1000", "The most sockets open with one key.");
    static final Setting<Duration> WS_STALLED_READER_TIMEOUT = setting(
            "ws.stalledReaderTimeout",
            ValueType.duration("100ms", "10m"),
            "10s",
            "How long a reader may take nothing before it is disconnected.");
    static final Setting<Integer> WS_MAX_CONNECTIONS = setting(
            "ws.maxConnections",
            ValueType.integer(1, 1_000_000),
            "20000",
            "The most sockets and event streams open at once, over all keys.");

    static final Setting<Integer> RATE_PER_SECOND = setting(
            "rate.perSecond",
            ValueType.integer(0, 1_000_000),
            "0",
            "Requests a second for a key without a rate of its own; 0 sets no limit.");
    static final Setting<Integer> RATE_BURST = setting(
            "rate.burst", ValueType.integer(0, 1_000_000), "0", "Requests at once; 0 takes as many as rate.perSecond.");

    static final Setting<Long> LOG_SEGMENT_BYTES = setting(
            "log.segmentBytes", ValueType.bytes("32MiB", "1GiB"), "64MiB", "The size of a segment, preallocated.");
    static final Setting<Integer> LOG_MAX_SEGMENTS = setting(
            "log.maxSegments", ValueType.integer(2, 10_000), "16", "Segments kept before a checkpoint is forced.");
    static final Setting<Long> LOG_MAX_QUEUE_BYTES = setting(
            "log.maxQueueBytes",
            ValueType.bytes("16MiB", "4GiB"),
            "64MiB",
            "What may wait to be written; beyond it writes are refused as overloaded.");
    static final Setting<Long> LOG_MAX_BATCH_BYTES = setting(
            "log.maxBatchBytes",
            ValueType.bytes("64KiB", "256MiB"),
            "16MiB",
            "The most that one fsync covers; at most log.segmentBytes.");

    static final Setting<Integer> STORE_SHARDS = setting(
            "store.shards",
            ValueType.powerOfTwo(1, 1_024),
            "16",
            "Shards of a new data folder; an existing one keeps its own.");
    static final Setting<Long> STORE_MEMORY_BYTES = setting(
            "store.memoryBytes", ValueType.bytes("16MiB", "64GiB"), "128MiB", "Memory of the tables outside the heap.");
    static final Setting<Integer> STORE_SHARD_QUEUE = setting(
            "store.shardQueue", ValueType.integer(1, 1_000_000), "10000", "Writes that may wait for one shard.");
    static final Setting<Integer> STORE_SHARD_QUEUE_PER_KEY = setting(
            "store.shardQueuePerKey",
            ValueType.integer(0, 1_000_000),
            "0",
            "Writes of one key that may wait for one shard; beyond it the key's are refused as overloaded. 0 takes"
                    + " half of store.shardQueue.");
    static final Setting<Duration> STORE_CHECKPOINT_INTERVAL = setting(
            "store.checkpointInterval", ValueType.duration("100ms", "1d"), "60s", "How often tables are checkpointed.");
    static final Setting<Integer> STORE_HISTORY_VERSIONS = setting(
            "store.historyVersions",
            ValueType.integer(0, 1_000_000),
            "0",
            "The latest versions kept of a memory, the present one and a deletion included; 0 keeps all.");
    static final Setting<Duration> STORE_HISTORY_AGE = setting(
            "store.historyAge",
            ValueType.duration("0s", "36500d"),
            "0s",
            "How long an earlier version of a memory is kept after it was written; 0s keeps it for ever.");

    static final Setting<Long> STORE_MIN_FREE_BYTES = setting(
            "store.minFreeBytes",
            ValueType.bytes("0", "1024GiB"),
            "256MiB",
            "With less room on the disk, writes are refused as storage_full; reads and deletions go on.");
    static final Setting<Optional<Path>> STORE_INTEGRITY_KEY = setting(
            "store.integrityKey",
            ValueType.optionalPath(),
            "",
            "The key that stored rows are sealed with; by default `integrity.key` in the data folder.");
    static final Setting<Optional<Path>> STORE_ANCHOR = setting(
            "store.anchor",
            ValueType.optionalPath(),
            "",
            "A file, best on another disk, that says how far the data folder has come; an older copy is refused.");

    static final Setting<Duration> STORE_ANCHOR_INTERVAL = setting(
            "store.anchorInterval",
            ValueType.duration("1s", "1h"),
            "10s",
            "How often the anchor is told how far the data folder has come, while something is written.");

    static final Setting<Long> SEARCH_CACHE_BYTES = setting(
            "search.cacheBytes",
            ValueType.bytes("0", "1024GiB"),
            "0",
            "Heap for owners' indexes; 0 takes a part of the heap.");
    static final Setting<Duration> SEARCH_TIME_LIMIT =
            setting("search.timeLimit", ValueType.duration("10ms", "10m"), "2s", "The longest that a search may take.");

    static final Setting<Integer> FEED_MAX_CHANGES =
            setting("feed.maxChanges", ValueType.integer(1, 100_000_000), "100000", "Changes kept for an owner.");
    static final Setting<Duration> FEED_MAX_AGE =
            setting("feed.maxAge", ValueType.duration("1s", "3650d"), "7d", "How long a change is kept.");

    static final Setting<Integer> IDEMPOTENCY_MAX_KEYS = setting(
            "idempotency.maxKeys", ValueType.integer(1, 10_000_000), "10000", "Idempotency keys kept for an owner.");
    static final Setting<Duration> IDEMPOTENCY_MAX_AGE = setting(
            "idempotency.maxAge", ValueType.duration("1s", "365d"), "24h", "How long an idempotency key is kept.");

    static final Setting<Duration> CONTEXTS_TTL = setting(
            "contexts.ttl",
            ValueType.duration("0s", "36500d"),
            "30d",
            "How long after its last write a context expires that names no expiry; 0s keeps it.");
    static final Setting<Integer> CONTEXTS_VERSIONS =
            setting("contexts.versions", ValueType.integer(0, 100), "20", "Earlier versions kept of a context.");
    static final Setting<Duration> SYNC_TTL = setting(
            "sync.ttl",
            ValueType.duration("0s", "36500d"),
            "7d",
            "How long a sync event is kept that says no other; 0s keeps it for ever.");
    static final Setting<Prices> RESPONSES_PRICES = setting(
            "responses.prices",
            ValueType.prices(),
            "",
            "What 1,000,000 prompt and completion tokens of a model cost, for totals of answers that say no cost.");

    static final Setting<ServerConfig.EmbedderKind> EMBEDDER_KIND = setting(
            "embedder.kind",
            ValueType.choice(ServerConfig.EmbedderKind.class),
            "builtin",
            "What turns texts into vectors; none stores only the vectors that callers send.");
    static final Setting<Optional<String>> EMBEDDER_URL =
            setting("embedder.url", ValueType.optionalText(), "", "The model's server, for openai and ollama.");
    static final Setting<Optional<String>> EMBEDDER_MODEL =
            setting("embedder.model", ValueType.optionalText(), "", "The model's name, for openai and ollama.");
    static final Setting<Optional<Secret>> EMBEDDER_API_KEY =
            secret("embedder.apiKey", "The key of the model's server.");
    static final Setting<Optional<Path>> EMBEDDER_FOLDER = setting(
            "embedder.folder",
            ValueType.optionalPath(),
            "",
            "The folder with model.onnx and tokenizer.json, for onnx.");
    static final Setting<Optional<ServerConfig.Pooling>> EMBEDDER_POOLING = setting(
            "embedder.pooling",
            ValueType.optionalChoice(ServerConfig.Pooling.class),
            "",
            "How onnx makes one vector of a model's rows; by default as the folder says, else mean.");
    static final Setting<Optional<String>> EMBEDDER_QUERY_PREFIX = setting(
            "embedder.queryPrefix",
            ValueType.prefix(),
            "",
            "What onnx puts before queries, with its spaces; by default as the folder says. none is none.");
    static final Setting<Optional<String>> EMBEDDER_PASSAGE_PREFIX = setting(
            "embedder.passagePrefix",
            ValueType.prefix(),
            "",
            "What onnx puts before texts that are stored; by default as the folder says. none is none.");
    static final Setting<Integer> EMBEDDER_MAX_TOKENS = setting(
            "embedder.maxTokens",
            ValueType.integer(0, 32_768),
            "0",
            "The most tokens of one run of onnx; longer texts are cut into windows. 0 is the model's, at most 512.");
    static final Setting<Integer> EMBEDDER_DIMENSION = setting(
            "embedder.dimension", ValueType.integer(0, 16_384), "0", "The length of a vector; 0 takes the model's.");
    static final Setting<Integer> EMBEDDER_WORKERS = setting(
            "embedder.workers",
            ValueType.integer(0, 256),
            "0",
            "Texts that builtin or onnx embeds at the same time; 0 takes one for each core.");
    static final Setting<Integer> EMBEDDER_QUEUE = setting(
            "embedder.queue",
            ValueType.integer(1, 1_000_000),
            "4000",
            "Texts that may wait for the embedder: so many queries, so many adds, and so many of imports.");
    static final Setting<Integer> EMBEDDER_QUEUE_PER_KEY = setting(
            "embedder.queuePerKey",
            ValueType.integer(0, 1_000_000),
            "0",
            "Texts of one key that may wait; beyond it the key's are refused as overloaded. 0 takes half of"
                    + " embedder.queue.");

    static final Setting<Boolean> EMBEDDER_REEMBED = setting(
            "embedder.reembed",
            ValueType.truth(),
            "true",
            "After a change of the embedder, make the vectors of the former one anew, in the background.");

    static final Setting<ServerConfig.ExtractionKind> EXTRACTION_KIND = setting(
            "extraction.kind",
            ValueType.choice(ServerConfig.ExtractionKind.class),
            "none",
            "Whose language model finds facts in conversations; none stores them as they are.");
    static final Setting<Optional<String>> EXTRACTION_URL = setting(
            "extraction.url",
            ValueType.optionalText(),
            "",
            "The language model's server; by default the provider's own, for ollama http://127.0.0.1:11434.");
    static final Setting<Optional<String>> EXTRACTION_MODEL =
            setting("extraction.model", ValueType.optionalText(), "", "The language model's name.");
    static final Setting<Optional<Secret>> EXTRACTION_API_KEY =
            secret("extraction.apiKey", "The key of the language model's server.");
    static final Setting<Integer> EXTRACTION_CONTEXT = setting(
            "extraction.context",
            ValueType.integer(2_048, 10_000_000),
            "16384",
            "How many tokens the language model reads and writes at once; half of it is for one conversation.");
    static final Setting<Duration> EXTRACTION_TIMEOUT = setting(
            "extraction.timeout",
            ValueType.duration("100ms", "1h"),
            "60s",
            "How long the language model may take for one answer.");
    static final Setting<Integer> EXTRACTION_CONCURRENCY = setting(
            "extraction.concurrency",
            ValueType.integer(1, 256),
            "4",
            "Conversations of different owners that are given to the language model at the same time.");
    static final Setting<Integer> EXTRACTION_TRIES = setting(
            "extraction.tries",
            ValueType.integer(1, 100),
            "6",
            "After so many failed attempts a conversation is given up; its messages are kept.");
    static final Setting<Duration> EXTRACTION_WAIT = setting(
            "extraction.wait",
            ValueType.duration("0s", "10m"),
            "50s",
            "How long an add that asks for its result waits for it, before it is told PENDING.");

    static final Setting<Boolean> WEBHOOKS_ALLOW_PRIVATE = setting(
            "webhooks.allowPrivate",
            ValueType.truth(),
            "false",
            "Whether webhooks may call addresses of the server's own network, loopback included.");
    static final Setting<Duration> WEBHOOKS_TIMEOUT = setting(
            "webhooks.timeout",
            ValueType.duration("100ms", "1m"),
            "10s",
            "How long one attempt to deliver to a webhook may take.");

    static final Setting<Optional<Secret>> HUB_MONGODB_URL = secret(
            "hub.mongodbUrl",
            "The MongoDB that this server shares with others, mongodb:// or mongodb+srv://; empty: it runs by itself.");
    static final Setting<String> HUB_MONGODB_DATABASE =
            setting("hub.mongodbDatabase", ValueType.text(), "dyad_distributed", "The database's name.");
    static final Setting<Integer> HUB_MONGODB_MAX_POOL_SIZE =
            setting("hub.mongodbMaxPoolSize", ValueType.integer(1, 10_000), "10", "The most connections to MongoDB.");
    static final Setting<Integer> HUB_MONGODB_MIN_POOL_SIZE = setting(
            "hub.mongodbMinPoolSize", ValueType.integer(0, 10_000), "2", "Connections to MongoDB that are kept open.");
    static final Setting<Optional<Secret>> HUB_REDIS_URL =
            secret("hub.redisUrl", "The Redis on which the servers of a hub tell each other, redis:// or rediss://.");
    static final Setting<Integer> HUB_REDIS_MAX_RECONNECT_ATTEMPTS = setting(
            "hub.redisMaxReconnectAttempts",
            ValueType.integer(0, 1_000_000),
            "0",
            "After so many failed attempts in a row Redis is given up; 0 for never.");

    static final Setting<Boolean> METRICS_OPEN =
            setting("metrics.open", ValueType.truth(), "false", "Whether /metrics is answered without a key.");

    static final Setting<ServerConfig.LogFormat> LOGGING_FORMAT =
            setting("logging.format", ValueType.choice(ServerConfig.LogFormat.class), "json", "How a log line looks.");
    static final Setting<ServerConfig.LogLevel> LOGGING_LEVEL =
            setting("logging.level", ValueType.choice(ServerConfig.LogLevel.class), "info", "What is logged at least.");

    /// Settings that say what the data are checked against, and where texts are sent. They are not read from a file
    /// that lies with the data, which somebody who changes the data can change too.
    static final List<Setting<?>> NOT_FROM_DATA = List.of(
            STORE_INTEGRITY_KEY,
            STORE_ANCHOR,
            STORE_ANCHOR_INTERVAL,
            EMBEDDER_KIND,
            EMBEDDER_URL,
            EMBEDDER_MODEL,
            EMBEDDER_API_KEY,
            EMBEDDER_FOLDER,
            EMBEDDER_POOLING,
            EMBEDDER_QUERY_PREFIX,
            EMBEDDER_PASSAGE_PREFIX,
            EMBEDDER_MAX_TOKENS,
            EMBEDDER_DIMENSION,
            EXTRACTION_KIND,
            EXTRACTION_URL,
            EXTRACTION_MODEL,
            EXTRACTION_API_KEY);

    private Settings() {}

    private static <T> Setting<T> setting(String key, ValueType<T> type, String fallback, String about) {
        Setting<T> setting = new Setting<>(key, type, fallback, about, false);
        TABLE.add(setting);
        return setting;
    }

    private static Setting<Optional<Secret>> secret(String key, String about) {
        Setting<Optional<Secret>> setting = new Setting<>(key, ValueType.secret(), "", about, true);
        TABLE.add(setting);
        return setting;
    }

    /// All settings, in the order of the documentation.
    static List<Setting<?>> all() {
        return Collections.unmodifiableList(TABLE);
    }

    static Optional<Setting<?>> find(String key) {
        return all().stream().filter(setting -> setting.key().equals(key)).findFirst();
    }
}
