package dev.mneme.inference.extract;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;

/// Makes LangChain4j's models from a configuration. They neither retry nor log; the caller does both. Anthropic has no
/// mode for JSON alone, so there the prompt must suffice.
final class ChatModels {
    /// A limit that Anthropic requires: more than the longest useful answer.
    private static final int MAX_ANSWER_TOKENS = 8_192;

    private ChatModels() {}

    static ChatModel of(ModelConfig config) {
        return switch (config.protocol()) {
            case OPENAI ->
                OpenAiChatModel.builder()
                        .httpClientBuilder(new BoundedHttpClient.Builder())
                        .baseUrl(config.firstVersion())
                        .apiKey(config.apiKey() == null ? "none" : config.apiKey())
                        .modelName(config.model())
                        .responseFormat(ResponseFormat.JSON)
                        .timeout(config.timeout())
                        .maxRetries(0)
                        .build();
            case OLLAMA ->
                OllamaChatModel.builder()
                        .httpClientBuilder(new BoundedHttpClient.Builder())
                        .baseUrl(config.root())
                        .modelName(config.model())
                        .numCtx(config.context()) // Ollama cuts what is longer, and says nothing
                        .responseFormat(ResponseFormat.JSON)
                        .timeout(config.timeout())
                        .maxRetries(0)
                        .build();
            case ANTHROPIC ->
                AnthropicChatModel.builder()
                        .httpClientBuilder(new BoundedHttpClient.Builder())
                        .baseUrl(config.firstVersion())
                        .apiKey(config.apiKey() == null ? "none" : config.apiKey())
                        .modelName(config.model())
                        .maxTokens(MAX_ANSWER_TOKENS)
                        .timeout(config.timeout())
                        .maxRetries(0)
                        .build();
        };
    }
}
