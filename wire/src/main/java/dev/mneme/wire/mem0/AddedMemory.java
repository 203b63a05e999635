package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// One memory of an add, as the first version of the platform answers it: with a bare list of these. For an add that is
/// pending or has failed, the list has one item, which names no memory.
@JsonInclude(Include.NON_NULL)
public record AddedMemory(
        @Nullable String id,
        @Nullable String memory,
        AddResult.@Nullable Data data,
        @Nullable String event,
        String message,
        String status,
        @JsonProperty("event_id") String eventId) {}
