package dev.mneme.server.config;

import dev.mneme.core.audit.Prices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The whole configuration. Each of its parts configures one part of the server. A configuration that [#load] returns
/// is valid as a whole. Secrets print as `***`.
public record ServerConfig(
        Path data,
        Http http,
        Limits limits,
        WebSocket ws,
        Rate rate,
        Log log,
        Tables store,
        Search search,
        Feed feed,
        Idempotency idempotency,
        Contexts contexts,
        Sync sync,
        Responses responses,
        Embedder embedder,
        Extraction extraction,
        Webhooks webhooks,
        Hub hub,
        Metrics metrics,
        Logging logging) {

    /// Reads `mneme.yaml`, then the environment, then the flags; later ones have precedence.
    ///
    /// @param flags the words after `serve`, for example `--port 9000 --http.insecure`
    /// @param environment the process's environment
    /// @throws dev.mneme.core.model.MnemeException `INVALID_REQUEST`, whose field is the name as the operator typed
    ///     it, if a name is unknown, a value is wrong, or two values contradict each other
    public static ServerConfig load(List<String> flags, Map<String, String> environment) {
        return ConfigSources.read(flags, environment);
    }

    /// The same configuration with another port.
    public ServerConfig withPort(int port) {
        Http other = new Http(
                http.host(),
                port,
                http.insecure(),
                http.tls(),
                http.allowedOrigins(),
                http.maxRequestBytes(),
                http.clientMemoryBytes(),
                http.requestTimeout(),
                http.maxConnections(),
                http.pageLimit());
        return new ServerConfig(
                data,
                other,
                limits,
                ws,
                rate,
                log,
                store,
                search,
                feed,
                idempotency,
                contexts,
                sync,
                responses,
                embedder,
                extraction,
                webhooks,
                hub,
                metrics,
                logging);
    }

    /// The data folder if the operator names none.
    public static Path defaultData(Map<String, String> environment) {
        return ConfigSources.defaultData(environment);
    }

    /// @param clientMemoryBytes 0 to take a quarter of the heap
    public record Http(
            String host,
            int port,
            boolean insecure,
            Tls tls,
            List<String> allowedOrigins,
            long maxRequestBytes,
            long clientMemoryBytes,
            Duration requestTimeout,
            int maxConnections,
            int pageLimit) {}

    /// Either a certificate and its key, or a key store with its password, or none of them.
    public record Tls(
            Optional<Path> certificate,
            Optional<Path> key,
            Optional<Path> keystore,
            Optional<Secret> keystorePassword) {
        public boolean enabled() {
            return certificate.isPresent() || keystore.isPresent();
        }
    }

    public record Limits(int textBytes, int metadataBytes, int contextBytes, int batchItems) {}

    public record WebSocket(
            Duration pingInterval,
            Duration staleTimeout,
            int maxFrameBytes,
            int maxSocketsPerKey,
            Duration stalledReaderTimeout,
            int maxConnections) {}

    /// The rate of keys that have none of their own.
    ///
    /// @param perSecond 0 for no limit
    /// @param burst at least 1 when there is a limit
    public record Rate(int perSecond, int burst) {
        public boolean limited() {
            return perSecond > 0;
        }
    }

    public record Log(long segmentBytes, int maxSegments, long maxQueueBytes, long maxBatchBytes) {}

    /// @param shardQueuePerKey 0 for half of the queue
    /// @param historyVersions of a memory; 0 for all
    /// @param historyAge zero for ever
    public record Tables(
            int shards,
            long memoryBytes,
            int shardQueue,
            int shardQueuePerKey,
            Duration checkpointInterval,
            int historyVersions,
            Duration historyAge,
            long minFreeBytes,
            Optional<Path> integrityKey,
            Optional<Path> anchor,
            Duration anchorInterval) {}

    /// @param cacheBytes 0 to take a part of the heap
    public record Search(long cacheBytes, Duration timeLimit) {}

    public record Feed(int maxChanges, Duration maxAge) {}

    public record Idempotency(int maxKeys, Duration maxAge) {}

    /// @param ttl zero for never
    /// @param versions earlier ones kept of a context
    public record Contexts(Duration ttl, int versions) {}
    /// @param timeToLive of sync events that say no other; zero for ever
    public record Sync(Duration timeToLive) {}

    /// @param prices what models cost
    public record Responses(Prices prices) {}

    /// Where vectors come from.
    public enum EmbedderKind {
        BUILTIN,
        ONNX,
        OPENAI,
        OLLAMA,
        NONE
    }

    /// How a model's rows become one vector.
    public enum Pooling {
        MEAN,
        CLS,
        LAST
    }

    /// A model of the operator's own. Values that are empty or 0 are taken from the folder.
    public record EmbedderFolder(
            Optional<Path> path,
            Optional<Pooling> pooling,
            Optional<String> queryPrefix,
            Optional<String> passagePrefix,
            int maxTokens) {}

    /// @param dimension 0 to take the model's
    /// @param queuePerKey 0 for half of the queue
    /// @param reembed whether vectors of a former embedder are made anew
    public record Embedder(
            EmbedderKind kind,
            Optional<String> url,
            Optional<String> model,
            Optional<Secret> apiKey,
            EmbedderFolder folder,
            int dimension,
            int workers,
            int queue,
            int queuePerKey,
            boolean reembed) {}

    /// Where facts come from.
    public enum ExtractionKind {
        NONE,
        OPENAI,
        OLLAMA,
        ANTHROPIC
    }

    /// @param context tokens
    /// @param timeout of one call
    /// @param concurrency how many conversations are under way at once
    /// @param tries after which an extraction is given up
    /// @param patience how long an add waits for its result, if asked to
    public record Extraction(
            ExtractionKind kind,
            Optional<String> url,
            Optional<String> model,
            Optional<Secret> apiKey,
            int context,
            Duration timeout,
            int concurrency,
            int tries,
            Duration patience) {}

    /// @param allowPrivate whether addresses of the server's own network may be called
    /// @param timeout of one attempt
    public record Webhooks(boolean allowPrivate, Duration timeout) {}

    /// @param mongodbUrl empty: the server runs by itself
    /// @param redisMaxReconnectAttempts 0 for no limit
    public record Hub(
            Optional<Secret> mongodbUrl,
            String mongodbDatabase,
            int mongodbMaxPoolSize,
            int mongodbMinPoolSize,
            Optional<Secret> redisUrl,
            int redisMaxReconnectAttempts) {}

    /// @param open whether anybody may read the counters
    public record Metrics(boolean open) {}

    /// How a log line looks.
    public enum LogFormat {
        JSON,
        TEXT
    }

    /// The least severe level that is logged.
    public enum LogLevel {
        TRACE,
        DEBUG,
        INFO,
        WARNING,
        ERROR
    }

    public record Logging(LogFormat format, LogLevel level) {}
}
