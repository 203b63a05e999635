package dev.mneme.api.websocket;

import dev.mneme.api.live.Followed;
import dev.mneme.api.live.Goodbye;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.MnemeException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An action of a connection in response to a message.
sealed interface Action {
    /// Show this token to the key service, before anything else.
    record Authenticate(String token) implements Action {}

    /// Follow someone's changes.
    ///
    /// @param subject null: the only user that the key may see
    /// @param instance null: the key's default
    /// @param answered whether a `connect` answers it; a first-generation client asked for none
    record Follow(
            @Nullable Followed subject,
            @Nullable String instance,
            @Nullable String resumeFrom,
            Set<Capability> capabilities,
            boolean answered)
            implements Action {}

    /// Send a `pong` with the ping's payload.
    record Answer(Map<String, @Nullable Object> payload) implements Action {}

    /// Send the state.
    ///
    /// @param include the parts of it to send
    /// @param since only changes after this position; null: everything
    record State(Set<StatePart> include, @Nullable String since) implements Action {}

    /// Switch the mode of the sender's instance.
    record SwitchMode(ModeService.Switch wanted) implements Action {}

    /// Put or delete a context.
    record SyncContext(ContextSync sync) implements Action {}

    /// Send an `error`, and do not do what was asked.
    record Refuse(MnemeException failure) implements Action {}

    /// End the connection.
    record End(Goodbye why) implements Action {}
}
