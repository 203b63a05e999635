package dev.mneme.server;

import dev.mneme.api.http.HttpConfig;
import dev.mneme.api.http.TlsFiles;
import dev.mneme.api.live.LiveConfig;
import dev.mneme.api.websocket.WebSocketConfig;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Retention;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.server.config.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Translates the operator's configuration for each part. The parts accept everything that [ServerConfig] allows.
final class PartConfigs {
    /// How much of the heap a connection takes; then the part of the heap that all connections may take.
    private static final int CONNECTION_BYTES = 16 << 10;

    private static final int HEAP_FOR_CONNECTIONS = 8;
    private static final Duration STOP_WITHIN = Duration.ofSeconds(8);

    private PartConfigs() {}

    static LocalEngine.Settings engine(ServerConfig config, Metrics metrics, NodeRuntime runtime) {
        ServerConfig.Log log = config.log();
        LogConfig logConfig = new LogConfig(
                Math.toIntExact(log.segmentBytes()),
                Math.toIntExact(log.maxBatchBytes()),
                LogConfig.DEFAULTS.maxEntryBytes(),
                LogConfig.DEFAULTS.maxQueuedEntries(),
                log.maxQueueBytes(),
                log.maxSegments(),
                LogConfig.DEFAULTS.allocationRetry());
        Retention retention = new Retention(
                config.feed().maxChanges(),
                config.feed().maxAge(),
                config.idempotency().maxKeys(),
                config.idempotency().maxAge(),
                config.store().historyVersions(),
                config.store().historyAge(),
                config.contexts().versions(),
                config.limits().contextBytes());
        long indexBytes = config.search().cacheBytes() == 0
                ? StoreConfig.DEFAULTS.indexBytes()
                : config.search().cacheBytes();
        StoreConfig store = new StoreConfig(
                retention,
                config.store().shardQueue(),
                config.store().shardQueuePerKey(),
                config.store().checkpointInterval(),
                config.store().minFreeBytes(),
                indexBytes,
                StoreConfig.RECENT_BYTES,
                true);
        return new LocalEngine.Settings(
                config.store().shards(),
                config.store().memoryBytes(),
                logConfig,
                store,
                runtime,
                metrics.log(),
                metrics.shards(),
                integrity(config));
    }

    static IntegrityFiles integrity(ServerConfig config) {
        return new IntegrityFiles(
                config.store().integrityKey().orElse(null),
                config.store().anchor().orElse(null),
                config.store().anchorInterval());
    }

    static Limits limits(ServerConfig config) {
        return new Limits(
                config.limits().textBytes(),
                config.limits().metadataBytes(),
                config.limits().batchItems(),
                config.http().pageLimit(),
                config.search().timeLimit(),
                Limits.DEFAULTS.positionWait());
    }

    static ContextRules contexts(ServerConfig config) {
        return new ContextRules(
                config.limits().contextBytes(), config.contexts().ttl());
    }

    static LiveConfig live(ServerConfig config) {
        LiveConfig defaults = LiveConfig.DEFAULTS;
        // some places are always left for requests
        int live = Math.min(config.ws().maxConnections(), Math.max(1, connections(config) / 4 * 3));
        return new LiveConfig(
                config.ws().pingInterval(),
                defaults.commentInterval(),
                config.ws().staleTimeout(),
                defaults.credentialsWithin(),
                config.ws().stalledReaderTimeout(),
                defaults.closeWithin(),
                live,
                Math.min(config.ws().maxSocketsPerKey(), Math.max(1, live / 2)),
                Math.min(defaults.maxWithoutCredentials(), Math.max(1, connections(config) / 4)));
    }

    private static int connections(ServerConfig config) {
        return connections(config, Descriptors.ofProcess(), Runtime.getRuntime().maxMemory());
    }

    /// How many connections are really accepted: fewer than configured if there are not enough descriptors or heap.
    static int connections(ServerConfig config, Descriptors descriptors, long heapBytes) {
        long most = Math.min(config.http().maxConnections(), descriptors.forConnections());
        return (int) Math.min(most, Math.max(1, heapBytes / HEAP_FOR_CONNECTIONS / CONNECTION_BYTES));
    }

    static HttpConfig http(ServerConfig config) {
        ServerConfig.Http http = config.http();
        ApiKey.Rate rate = config.rate().limited()
                ? new ApiKey.Rate(config.rate().perSecond(), config.rate().burst())
                : new ApiKey.Rate(1_000_000, 1_000_000);
        return new HttpConfig(
                http.host(),
                http.port(),
                tls(http.tls()),
                Math.toIntExact(http.maxRequestBytes()),
                clientMemory(http),
                connections(config),
                Set.copyOf(http.allowedOrigins()),
                rate,
                http.requestTimeout(),
                HttpConfig.DEFAULTS.writeTimeout(),
                STOP_WITHIN);
    }

    private static long clientMemory(ServerConfig.Http http) {
        return http.clientMemoryBytes() > 0
                ? http.clientMemoryBytes()
                : Math.max(4 * http.maxRequestBytes(), Runtime.getRuntime().maxMemory() / 4);
    }

    /// Clients that have shown no key yet may send less.
    static WebSocketConfig webSocket(ServerConfig config) {
        WebSocketConfig defaults = WebSocketConfig.DEFAULTS;
        int frame = config.ws().maxFrameBytes();
        return new WebSocketConfig(
                frame,
                Math.min(frame, defaults.strangerMessageBytes()),
                defaults.messagesPerSecond(),
                defaults.messageBurst(),
                defaults.errorBurst());
    }

    private static @Nullable TlsFiles tls(ServerConfig.Tls tls) {
        tls.certificate().ifPresent(file -> requireReadable("http.tls.certificate", file));
        tls.key().ifPresent(file -> requireReadable("http.tls.key", file));
        tls.keystore().ifPresent(file -> requireReadable("http.tls.keystore", file));
        if (tls.certificate().isPresent()) {
            return new TlsFiles.Pem(tls.certificate().get(), tls.key().orElseThrow(), null);
        }
        return tls.keystore()
                .map(store -> (TlsFiles) new TlsFiles.Pkcs12(
                        store,
                        tls.keystorePassword().map(secret -> secret.value()).orElse("")))
                .orElse(null);
    }

    private static void requireReadable(String setting, Path file) {
        if (!Files.isReadable(file)) {
            throw MnemeException.invalid(setting, setting + ": there is no readable file " + file + ".");
        }
    }
}
