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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds facts by asking a language model through LangChain4j.
public final class LangChainExtractor implements FactExtractor {
    private static final String TOO_SLOW = "The language model did not answer in time (extraction.timeout).";

    private static final String TOO_LONG = "The language model's answer is longer than any that is of use.";

    /// A token rarely has fewer characters than this.
    private static final int CHARACTERS_OF_A_TOKEN = 3;

    private final ChatModel chat;
    private final String model;
    private final boolean remote;
    private final int context;
    private final Duration timeout;

    private LangChainExtractor(ChatModel chat, String model, boolean remote, int context, Duration timeout) {
        this.chat = chat;
        this.model = model;
        this.remote = remote;
        this.context = context;
        this.timeout = timeout;
    }

    /// Nothing is sent until the first call.
    public static LangChainExtractor open(ModelConfig config) {
        String name = config.protocol().name().toLowerCase(Locale.ROOT) + '/' + config.model();
        return new LangChainExtractor(
                ChatModels.of(config), name, config.isRemote(), config.context(), config.timeout());
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public boolean remote() {
        return remote;
    }

    /// Half of what the model reads and writes. A quarter is for texts besides the messages, and a quarter for
    /// instructions and answer.
    @Override
    public int maxCharacters() {
        return context / 2 * CHARACTERS_OF_A_TOKEN;
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
        ChatResponse response = answer(request);
        if (response.finishReason() == FinishReason.LENGTH) {
            throw failed("The language model's answer was cut off: it is too long for the model.");
        }
        String text = response.aiMessage().text();
        return text == null ? "" : text;
    }

    /// Waits for an answer and cancels it when it takes too long. The library's own time limit ends with the first
    /// bytes of an answer, and a model may stall after them.
    private ChatResponse answer(ChatRequest request) {
        FutureTask<ChatResponse> call = new FutureTask<>(() -> chat.chat(request));
        Thread.ofVirtual().name("language-model").start(call);
        try {
            return call.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw failed(TOO_SLOW);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("Interrupted while waiting for the language model.");
        } catch (ExecutionException e) {
            throw failed(isTooLong(e) ? TOO_LONG : reason(e.getCause()));
        } finally {
            call.cancel(true);
        }
    }

    /// Looks through the causes, since the library may wrap its client's exceptions.
    private static boolean isTooLong(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BoundedHttpClient.TooLongException) {
                return true;
            }
        }
        return false;
    }

    /// A message of our own for any exception of a library: its message may contain texts or keys.
    private static String reason(@Nullable Throwable e) {
        return switch (e) {
            case TimeoutException _ -> TOO_SLOW;
            case RateLimitException _ -> "The language model's service takes no more requests for now.";
            case AuthenticationException _ -> "The language model's service refused the key: check extraction.apiKey.";
            case ModelNotFoundException _ ->
                "The language model was not found: check extraction.url and extraction.model.";
            case ContentFilteredException _ -> "The language model's service refused the content.";
            case InternalServerException _ -> "The language model's service failed.";
            case InvalidRequestException _ -> "The language model's service refused the request.";
            case null -> "The language model does not answer.";
            default -> "The language model does not answer (" + e.getClass().getSimpleName() + ").";
        };
    }

    private static MnemeException failed(String message) {
        return new MnemeException(ErrorCode.OVERLOADED, message);
    }

    /// Calls under way end when their threads are interrupted.
    @Override
    public void close() {}
}
