package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/// An embedding model behind `POST /v1/embeddings`, as OpenAI and many others serve it. Its space is
/// `openai:<model>`. The base address may end in `/v1` or not.
public final class OpenAiEmbedder extends RemoteEmbedder {
    /// Embeds a first text when the dimension is not given.
    public static OpenAiEmbedder open(RemoteConfig config) {
        return open(config, Thread::sleep);
    }

    static OpenAiEmbedder open(RemoteConfig config, ModelClient.Pause pause) {
        return new OpenAiEmbedder(config, new ModelClient(config.resolve("/v1", "/v1/embeddings"), config, pause));
    }

    private OpenAiEmbedder(RemoteConfig config, ModelClient client) {
        super("openai", config, client, "embedding");
    }

    @Override
    void writeOptions(JsonGenerator json) throws IOException {
        json.writeStringField("encoding_format", "float");
    }
}
