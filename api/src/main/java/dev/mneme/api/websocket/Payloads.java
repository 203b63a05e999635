package dev.mneme.api.websocket;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.mneme.api.json.ModeMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.api.websocket.Presence.Present;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ModeState;
import dev.mneme.wire.CapabilitiesResource;
import dev.mneme.wire.MemoryResource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The payloads that the server sends, by type of message. Component names are the JSON names.
final class Payloads {
    private Payloads() {}

    /// `connect`: the welcome (without `reset`), the answer to a client's, and word that the state must be read
    /// anew (`reset: true`).
    ///
    /// @param ownersLeftOut of a connection for every owner: how many are not told of, because their stored
    ///     data was changed from outside; null: none
    @JsonInclude(Include.NON_NULL)
    record Connect(
            String clientId,
            String instanceId,
            int protocol,
            String serverVersion,
            long pingIntervalMillis,
            @Nullable Boolean reset,
            @Nullable Integer ownersLeftOut) {}

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

    /// JSON that is written as it is.
    ///
    /// @param length in bytes, as UTF-8
    record Raw(String json, int length) {
        @JsonValue
        @JsonRawValue
        @Override
        public String json() {
            return json;
        }
    }

    /// `state-response`.
    ///
    /// @param modeState the user's mode as a whole, as a mode-update, in every part; null: no instance has a mode
    /// @param modes every instance's, as mode-updates
    /// @param contexts as context-syncs, by key
    /// @param since what changed after it is told, and nothing else; null: all is
    @JsonInclude(Include.NON_NULL)
    record State(
            @JsonInclude(Include.ALWAYS) @Nullable Raw modeState,
            List<Raw> modes,
            Map<String, Raw> contexts,
            @Nullable PresenceList presence,
            long timestamp,
            @Nullable String since,
            @Nullable Integer part,
            @Nullable Integer parts) {}

    /// `mode-update`: by the names of this generation and of the first.
    ///
    /// @param fromMode the mode before, where it is a switch; else the mode that goes on
    /// @param instanceId whose mode it is
    record ModeUpdate(
            String currentMode,
            @Nullable String previousMode,
            @Nullable String fromMode,
            String toMode,
            Map<String, @Nullable Object> configuration,
            CapabilitiesResource capabilities,
            String instanceId,
            long activatedAt,
            long version) {
        static ModeUpdate of(ModeState state, boolean switched) {
            return new ModeUpdate(
                    state.current().wireName(),
                    ModeMapping.name(state.previous()),
                    switched
                            ? ModeMapping.name(state.previous())
                            : state.current().wireName(),
                    state.current().wireName(),
                    PlainJson.of(state.configuration()),
                    ModeMapping.resource(state.capabilities()),
                    state.instanceId(),
                    state.activatedAt().toEpochMilli(),
                    state.version());
        }
    }

    /// `context-sync`, and what `state-response` says of a context.
    ///
    /// @param data null of a deleted one
    /// @param mergeStrategy what a client is to do with its own copy: the server's is the newest
    @JsonInclude(Include.NON_NULL)
    record ContextSync(
            String contextKey,
            String contextType,
            @Nullable String mode,
            @JsonInclude(Include.ALWAYS) @Nullable Object data,
            List<String> tags,
            long version,
            String mergeStrategy,
            @Nullable Boolean deleted) {
        static ContextSync of(Context context, boolean deleted) {
            return new ContextSync(
                    context.key(),
                    context.type().wireName(),
                    ModeMapping.name(context.mode()),
                    deleted ? null : PlainJson.of(context.data()),
                    context.tags(),
                    context.version(),
                    "replace",
                    deleted ? true : null);
        }
    }

    record MemoryUpdate(String event, MemoryResource memory) {}

    @JsonInclude(Include.NON_NULL)
    record Failure(String code, String message, @Nullable FailureDetails details) {}

    /// @param inReplyTo the id of the message that was refused
    /// @param subject which record it is about, where the message says it without being asked
    /// @param currentVersion of a version conflict: the version that is there; 0: there is none
    /// @param current of a version conflict: what is there, as a `context-sync`
    /// @param data of a version conflict: its data
    /// @param paths of a version conflict: the JSON Pointers where the edits clash
    @JsonInclude(Include.NON_NULL)
    record FailureDetails(
            @Nullable String inReplyTo,
            @Nullable String field,
            @Nullable Long retryAfterMillis,
            @Nullable String subject,
            @Nullable Long currentVersion,
            @Nullable ContextSync current,
            @Nullable Object data,
            @Nullable List<String> paths) {
        boolean bare() {
            return inReplyTo == null
                    && field == null
                    && retryAfterMillis == null
                    && subject == null
                    && currentVersion == null;
        }
    }

    @JsonInclude(Include.NON_NULL)
    record Disconnect(
            String reason, @Nullable String code, @Nullable String resumeFrom) {}
}
