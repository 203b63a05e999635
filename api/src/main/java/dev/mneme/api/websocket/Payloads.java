package dev.mneme.api.websocket;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.api.websocket.Presence.Present;
import dev.mneme.wire.MemoryResource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payloads that the server sends, by type of message. Component names are the JSON names.
final class Payloads {
    private Payloads() {}

    /// `connect`: the welcome (without `reset`), the answer to a client's, and word that the state must be read
    /// anew (`reset: true`).
    @JsonInclude(Include.NON_NULL)
    record Connect(
            String clientId,
            String instanceId,
            int protocol,
            String serverVersion,
            long pingIntervalMillis,
            @Nullable Boolean reset) {}

    record Heartbeat(String instanceId, long timestamp) {}

    record Ping(long timestamp) {}

    /// `presence`, and what `state-response` says of it.
    ///
    /// @param total how many instances there are; more than are listed when there are very many
    @JsonInclude(Include.NON_NULL)
    record PresenceList(
            List<Present> instances,
            int total,
            @Nullable Integer part,
            @Nullable Integer parts) {}

    /// `state-response`. Without modes and contexts yet.
    @JsonInclude(Include.NON_NULL)
    record State(
            @JsonInclude(Include.ALWAYS) @Nullable Object modeState,
            Map<String, Object> contexts,
            @Nullable PresenceList presence,
            long timestamp,
            @Nullable Integer part,
            @Nullable Integer parts) {}

    record MemoryUpdate(String event, MemoryResource memory) {}

    @JsonInclude(Include.NON_NULL)
    record Failure(String code, String message, @Nullable FailureDetails details) {}

    /// @param inReplyTo the id of the message that was refused
    @JsonInclude(Include.NON_NULL)
    record FailureDetails(
            @Nullable String inReplyTo,
            @Nullable String field,
            @Nullable Long retryAfterMillis) {}

    @JsonInclude(Include.NON_NULL)
    record Disconnect(
            String reason, @Nullable String code, @Nullable String resumeFrom) {}
}
