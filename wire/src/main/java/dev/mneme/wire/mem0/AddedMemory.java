package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;

/// One memory of an add as the first version of the platform answers it: a bare list of these.
public record AddedMemory(
        String id,
        String memory,
        AddResult.Data data,
        String event,
        String message,
        String status,
        @JsonProperty("event_id") String eventId) {}
