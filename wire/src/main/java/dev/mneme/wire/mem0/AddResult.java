package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// The result for one message of an add.
///
/// @param event `ADD`, `UPDATE`, or `NONE` if the memory was already there
/// @param data the text again, where the platform has it
@JsonInclude(Include.NON_NULL)
public record AddResult(
        String id,
        String memory,
        Data data,
        String event,
        @JsonProperty("actor_id") @Nullable String actorId,
        @Nullable String role) {
    public record Data(@Nullable String memory) {}

    public AddResult(String id, String memory, String event, @Nullable String actorId, @Nullable String role) {
        this(id, memory, new Data(memory), event, actorId, role);
    }
}
