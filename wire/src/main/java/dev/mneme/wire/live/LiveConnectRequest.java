package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of a client's `connect`.
@Doc("Whose changes the client wants, and from where on.")
@JsonInclude(Include.NON_NULL)
public record LiveConnectRequest(
        @Doc("an API key, where the handshake had none") @Nullable
        String token,

        @Doc(value = "follow this user", example = "alice") @Nullable
        String userId,

        @Doc("or this agent") @Nullable String agentId,
        @Doc("or this application") @Nullable String appId,
        @Doc("or this run") @Nullable String runId,

        @Doc("all: follow every owner; for an operator") @Nullable
        String scope,

        @Doc(value = "the client's own name", example = "desk") @Nullable
        String instanceId,

        @Doc("the last position that the client holds") @Nullable
        String resumeFrom,

        @Doc("what the client wants beyond modes and contexts: memories, responses, presence, conflicts") @Nullable
        List<String> capabilities) {}
