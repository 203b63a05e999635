package dev.mneme.inference.extract;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.FactExtractor;
import java.util.List;
import java.util.Locale;

/// Asks a language model that LangChain4j reaches.
public final class LangChainExtractor implements FactExtractor {
    private final ChatModel chat;
    private final String model;
    private final boolean remote;

    private LangChainExtractor(ChatModel chat, String model, boolean remote) {
        this.chat = chat;
        this.model = model;
        this.remote = remote;
    }

    /// Nothing is sent until the first call.
    public static LangChainExtractor open(ModelConfig config) {
        String name = config.protocol().name().toLowerCase(Locale.ROOT) + '/' + config.model();
        return new LangChainExtractor(ChatModels.of(config), name, config.isRemote());
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public boolean remote() {
        return remote;
    }

    @Override
    public List<Fact> extract(Conversation conversation) {
        return Answers.facts(
                ask(Prompts.extract(conversation)),
                conversation.messages().size(),
                conversation.guidance().categories().stream()
                        .map(Guidance.Category::name)
                        .toList());
    }

    @Override
    public List<Decision> decide(List<String> facts, List<String> memories, Guidance guidance) {
        return Answers.decisions(ask(Prompts.decide(facts, memories, guidance)), facts, memories.size());
    }

    private String ask(Prompts.Prompt prompt) {
        ChatRequest request = ChatRequest.builder()
                .messages(SystemMessage.from(prompt.instructions()), UserMessage.from(prompt.data()))
                .build();
        ChatResponse response;
        try {
            response = chat.chat(request);
        } catch (RuntimeException e) {
            throw failure(e);
        }
        if (response.finishReason() == FinishReason.LENGTH) {
            throw failed("The language model's answer was cut off: it is too long for the model.");
        }
        String text = response.aiMessage().text();
        return text == null ? "" : text;
    }

    /// Whatever a library below throws: its own message may hold texts or keys, so the log and the caller get
    /// ours.
    private static MnemeException failure(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                return failed("Interrupted while waiting for the language model.");
            }
        }
        return failed(
                switch (e) {
                    case TimeoutException _ -> "The language model did not answer in time (extraction.timeout).";
                    case RateLimitException _ -> "The language model's service takes no more requests for now.";
                    case AuthenticationException _ ->
                        "The language model's service refused the key: check extraction.apiKey.";
                    case ModelNotFoundException _ ->
                        "The language model was not found: check extraction.url and extraction.model.";
                    case ContentFilteredException _ -> "The language model's service refused the content.";
                    case InternalServerException _ -> "The language model's service failed.";
                    case InvalidRequestException _ -> "The language model's service refused the request.";
                    default ->
                        "The language model does not answer (" + e.getClass().getSimpleName() + ").";
                });
    }

    private static MnemeException failed(String message) {
        return new MnemeException(ErrorCode.OVERLOADED, message);
    }

    /// Calls under way end when their threads are interrupted.
    @Override
    public void close() {}
}
