package dev.mneme.server;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.OllamaEmbedder;
import dev.mneme.inference.embed.OnnxEmbedder;
import dev.mneme.inference.embed.OpenAiEmbedder;
import dev.mneme.inference.embed.RemoteConfig;
import dev.mneme.server.config.ServerConfig;
import dev.mneme.server.config.ServerConfig.EmbedderKind;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// The embedder that the operator chose.
final class Embedders {
    private Embedders() {}

    /// @return null where texts are to be found by their words alone
    static @Nullable Embedder open(ServerConfig.Embedder config) {
        return switch (config.kind()) {
            case BUILTIN ->
                OnnxEmbedder.open(new OnnxEmbedder.Config(workers(config), config.queue(), config.queuePerKey()));
            case OPENAI -> OpenAiEmbedder.open(remote(config));
            case OLLAMA -> OllamaEmbedder.open(remote(config));
            case NONE -> null;
        };
    }

    private static int workers(ServerConfig.Embedder config) {
        return config.workers() == 0 ? OnnxEmbedder.Config.cores() : config.workers();
    }

    private static RemoteConfig remote(ServerConfig.Embedder config) {
        String kind = config.kind() == EmbedderKind.OPENAI ? "openai" : "ollama";
        String url = config.url()
                .orElseThrow(
                        () -> MnemeException.invalid("embedder.url", "embedder.kind " + kind + " needs embedder.url."));
        String model = config.model()
                .orElseThrow(() ->
                        MnemeException.invalid("embedder.model", "embedder.kind " + kind + " needs embedder.model."));
        return RemoteConfig.of(
                        URI.create(url),
                        model,
                        config.apiKey().map(secret -> secret.value()).orElse(null),
                        config.dimension())
                .withWaiting(config.queue(), config.queuePerKey());
    }
}
