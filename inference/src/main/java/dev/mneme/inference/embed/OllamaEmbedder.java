package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// An embedding model behind Ollama's `POST /api/embed`. Its space is `ollama:<model>`. The service itself cuts texts
/// that are longer than the model's context.
public final class OllamaEmbedder extends RemoteEmbedder {
    /// Embeds a first text when the dimension is not given.
    public static OllamaEmbedder open(RemoteConfig config) {
        return open(config, Thread::sleep);
    }

    static OllamaEmbedder open(RemoteConfig config, ModelClient.Pause pause) {
        return new OllamaEmbedder(config, new ModelClient(config.resolve("/api", "/api/embed"), config, pause));
    }

    private OllamaEmbedder(RemoteConfig config, ModelClient client) {
        super("ollama", config, client, "embeddings");
    }

    @Override
    void writeOptions(JsonGenerator json) throws IOException {
        json.writeBooleanField("truncate", true);
    }
}
