package dev.mneme.server;

import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.inference.extract.LangChainExtractor;
import dev.mneme.inference.extract.ModelConfig;
import dev.mneme.inference.extract.ModelConfig.Protocol;
import dev.mneme.server.config.ServerConfig;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Opens the language model that the operator chose.
final class Extractors {
    private Extractors() {}

    /// @return null if conversations are stored as they are
    static @Nullable FactExtractor open(ServerConfig.Extraction config) {
        return switch (config.kind()) {
            case NONE -> null;
            case OPENAI -> LangChainExtractor.open(model(config, Protocol.OPENAI));
            case OLLAMA -> LangChainExtractor.open(model(config, Protocol.OLLAMA));
            case ANTHROPIC -> LangChainExtractor.open(model(config, Protocol.ANTHROPIC));
        };
    }

    static ExtractionService.Settings settings(ServerConfig.Extraction config) {
        return new ExtractionService.Settings(config.concurrency(), config.tries(), ExtractionService.PAUSES);
    }

    private static ModelConfig model(ServerConfig.Extraction config, Protocol protocol) {
        return new ModelConfig(
                protocol,
                config.url().map(URI::create).orElse(null),
                config.model().orElseThrow(),
                config.apiKey().map(secret -> secret.value()).orElse(null),
                config.context(),
                config.timeout());
    }
}
