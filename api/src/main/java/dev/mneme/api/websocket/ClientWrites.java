package dev.mneme.api.websocket;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Owner;
import dev.mneme.core.request.ReadOptions;
import java.util.List;
import java.util.Optional;

/// Carries out what clients' messages write.
///
/// **Threads**: any number may call.
///
/// **Failures**: `MnemeException` alone.
record ClientWrites(ModeService modes, ContextService contexts) {

    void switchMode(Caller caller, Owner user, ModeService.Switch wanted) {
        modes.switchMode(caller, user, wanted, null);
    }

    /// Puts or deletes a context. Parts that the message leaves out stay as they are.
    void sync(Caller caller, Owner user, ContextSync sync) {
        if (sync.data() == null) {
            contexts.delete(caller, user, sync.key(), sync.expectedVersion(), null);
            return;
        }
        Optional<Context> now =
                contexts.find(caller, user, sync.key(), ReadOptions.DEFAULT).value();
        contexts.put(
                caller,
                user,
                new Command.PutContext(
                        sync.key(),
                        sync.type() == null ? now.map(Context::type).orElse(ContextType.CUSTOM) : sync.type(),
                        sync.mode() == null ? now.map(Context::mode).orElse(null) : sync.mode(),
                        sync.data(),
                        sync.tags() == null ? now.map(Context::tags).orElse(List.of()) : sync.tags(),
                        null,
                        sync.expectedVersion(),
                        sync.strategy()),
                null);
    }
}
