package dev.mneme.server;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.FolderEmbedder;
import dev.mneme.inference.embed.OllamaEmbedder;
import dev.mneme.inference.embed.OnnxEmbedder;
import dev.mneme.inference.embed.OpenAiEmbedder;
import dev.mneme.inference.embed.Pooling;
import dev.mneme.inference.embed.RemoteConfig;
import dev.mneme.server.config.ServerConfig;
import dev.mneme.server.config.ServerConfig.EmbedderKind;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Opens the embedder that the operator chose.
final class Embedders {
    private Embedders() {}

    /// @return null if texts are only found by their words
    static @Nullable Embedder open(ServerConfig.Embedder config) {
        return switch (config.kind()) {
            case BUILTIN -> OnnxEmbedder.open(runs(config));
            case ONNX -> FolderEmbedder.open(folder(config));
            case OPENAI -> OpenAiEmbedder.open(remote(config));
            case OLLAMA -> OllamaEmbedder.open(remote(config));
            case NONE -> null;
        };
    }

    private static FolderEmbedder.Config folder(ServerConfig.Embedder config) {
        ServerConfig.EmbedderFolder folder = config.folder();
        Path path = folder.path()
                .orElseThrow(
                        () -> MnemeException.invalid("embedder.folder", "embedder.kind onnx needs embedder.folder."));
        return new FolderEmbedder.Config(
                path.toAbsolutePath().normalize(),
                folder.pooling().map(pooling -> switch (pooling) {
                    case MEAN -> Pooling.MEAN;
                    case CLS -> Pooling.CLS;
                    case LAST -> Pooling.LAST;
                }),
                folder.queryPrefix(),
                folder.passagePrefix(),
                folder.maxTokens(),
                config.dimension(),
                runs(config));
    }

    private static OnnxEmbedder.Config runs(ServerConfig.Embedder config) {
        int workers = config.workers() == 0 ? OnnxEmbedder.Config.cores() : config.workers();
        return new OnnxEmbedder.Config(workers, config.queue(), config.queuePerKey());
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
