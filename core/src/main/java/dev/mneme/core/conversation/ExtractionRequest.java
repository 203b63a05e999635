package dev.mneme.core.conversation;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Message;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.FactExtractor.Guidance;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Messages of which memories are to be made, as a caller sends them.
///
/// @param scope the ids of all the memories, unless they are `split`
/// @param split whether messages of the assistant become memories of the agent, and all others memories of the user,
///     each without the other's id; only possible in a scope that has both ids
/// @param metadata for every memory
/// @param timestamp when the messages were said, or null
/// @param expiresAt from then on the memories are hidden; null: never
/// @param guidance what the caller wants, beside what the operator wants
public record ExtractionRequest(
        ScopeIds scope,
        boolean split,
        List<Message> messages,
        JsonObject metadata,
        @Nullable Timestamp timestamp,
        @Nullable Instant expiresAt,
        Guidance guidance) {
    private static final String ASSISTANT = "assistant";

    public ExtractionRequest {
        messages = List.copyOf(messages);
        if (split && (scope.userId() == null || scope.agentId() == null)) {
            throw new IllegalArgumentException("a user's and an agent's ids are split, not one of them");
        }
    }

    /// A request whose memories all have the same ids.
    public ExtractionRequest(
            ScopeIds scope,
            List<Message> messages,
            JsonObject metadata,
            @Nullable Timestamp timestamp,
            @Nullable Instant expiresAt,
            Guidance guidance) {
        this(scope, false, messages, metadata, timestamp, expiresAt, guidance);
    }

    /// The ids of the memories that are made of this message.
    public ScopeIds scopeOf(Message message) {
        if (!split) {
            return scope;
        }
        return message.role().equals(ASSISTANT) ? agents(scope) : users(scope);
    }

    public static ScopeIds agents(ScopeIds scope) {
        return new ScopeIds(null, scope.agentId(), scope.appId(), scope.runId());
    }

    public static ScopeIds users(ScopeIds scope) {
        return new ScopeIds(scope.userId(), null, scope.appId(), scope.runId());
    }

    public ExtractionRequest whole() {
        return new ExtractionRequest(scope, messages, metadata, timestamp, expiresAt, guidance);
    }
}
