package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;

/// Says that the key is known, and what it belongs to.
///
/// @param userEmail no address: clients that find one here report it to a third party
public record Ping(
        String status,
        @JsonProperty("org_id") String orgId,
        @JsonProperty("project_id") String projectId,
        @JsonProperty("user_email") String userEmail) {}
