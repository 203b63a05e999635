package dev.mneme.core.sync;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.Written;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Subject;
import dev.mneme.core.request.Names;
import dev.mneme.core.request.ReadOptions;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Carries out the calls of the first generation's desktop. They name no version, so the last write wins.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone.
public final class DistributedService {
    private final ModeService modes;
    private final ContextService contexts;

    public DistributedService(ModeService modes, ContextService contexts) {
        this.modes = modes;
        this.contexts = contexts;
    }

    /// Switches the mode of the caller's instance and records the transition from the stored mode.
    ///
    /// @param configuration null keeps the present one
    public Written<Subject> publishMode(
            Caller caller,
            Owner user,
            @Nullable Mode from,
            Mode to,
            @Nullable JsonObject configuration,
            @Nullable Idempotency idempotency) {
        ModeService.Switch wanted =
                new ModeService.Switch(null, to, null, configuration, null, null, null, Command.ANY_VERSION, from);
        return modes.switchMode(caller, user, wanted, idempotency);
    }

    /// Stores a context's next version over whatever is there. Its tags and mode stay.
    public Written<Context> publishContext(
            Caller caller, Owner user, String key, ContextType type, Json data, @Nullable Idempotency idempotency) {
        Authorizer.requireUser(caller, user); // before anything is said of the request
        Names.check("contextKey", key);
        Optional<Context> before =
                contexts.find(caller, user, key, ReadOptions.DEFAULT).value();
        PutContext draft = new PutContext(
                key,
                type,
                before.map(Context::mode).orElse(null),
                data,
                before.map(Context::tags).orElse(List.of()),
                null,
                Command.ANY_VERSION,
                MergeStrategy.REPLACE);
        return contexts.put(caller, user, draft, idempotency);
    }
}
