package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A memory as mem0's clients know it: everything that mem0's platform shows in a search and in a list, and what its
/// own server adds.
///
/// @param sessionId the run id, under its name in lists
/// @param hash MD5 of the text, as mem0's own server gives it
/// @param actorId the speaker
/// @param score in a search; absent elsewhere
/// @param scoreBreakdown in a search that asked for it, as the platform names it
/// @param scoreDetails the same, as mem0's own server names it
/// @param expirationDate the last day on which it is shown, or a time if it expires within a day
/// @param synthesized always false: nothing here is made up from other memories
/// @param lifecycleState `active`, `expired` or `superseded`
/// @param immutable whether it can only be deleted
/// @param createdAt the timestamp, if there is one
public record MemoryItem(
        String id,
        String memory,
        @JsonProperty("user_id") @Nullable String userId,
        @JsonProperty("agent_id") @Nullable String agentId,
        @JsonProperty("app_id") @Nullable String appId,
        @JsonProperty("run_id") @Nullable String runId,
        @JsonProperty("session_id") @Nullable String sessionId,
        String hash,
        @JsonProperty("actor_id") @Nullable String actorId,
        @Nullable String role,
        Map<String, @Nullable Object> metadata,
        List<String> categories,
        @JsonInclude(Include.NON_NULL) @Nullable Double score,

        @JsonProperty("score_breakdown") @JsonInclude(Include.NON_NULL) @Nullable
        Map<String, Double> scoreBreakdown,

        @JsonProperty("score_details") @JsonInclude(Include.NON_NULL) @Nullable
        Map<String, Double> scoreDetails,

        @JsonProperty("expiration_date") @Nullable String expirationDate,
        @JsonProperty("structured_attributes") @Nullable Map<String, Object> structuredAttributes,
        @JsonProperty("replaced_by") @Nullable String replacedBy,
        boolean synthesized,
        @JsonProperty("lifecycle_state") String lifecycleState,
        boolean immutable,
        @Nullable String timestamp,
        @JsonProperty("created_at") String createdAt,
        @JsonProperty("updated_at") String updatedAt) {}
