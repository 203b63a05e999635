package dev.mneme.core.service;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the first generation's desktop calls mean here: they name no version, so the last one wins.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone.
public final class DistributedService {
    private final Store store;
    private final InstantSource clock;
    private final Duration contextTimeToLive;

    /// @param contextTimeToLive of contexts that are published; zero: for ever
    public DistributedService(Store store, InstantSource clock, Duration contextTimeToLive) {
        this.store = store;
        this.clock = clock;
        this.contextTimeToLive = contextTimeToLive;
    }

    /// What a publication stored.
    public record Written(Outcome.Stored outcome, Position position, boolean replayed) {}

    /// Switches the mode of the caller's instance and records the transition. What it came from is what is stored.
    ///
    /// @param configuration null keeps the one that is there
    public Written publishMode(
            Caller caller, Owner user, Mode to, @Nullable JsonObject configuration, @Nullable Idempotency idempotency) {
        return write(
                caller,
                user,
                idempotency,
                new Command.SwitchMode(
                        caller.by().instance(), to, null, configuration, null, null, null, Command.ANY_VERSION));
    }

    /// Stores a context's next version over whatever is there; its tags and mode stay.
    public Written publishContext(
            Caller caller, Owner user, String key, ContextType type, Json data, @Nullable Idempotency idempotency) {
        Authorizer.requireUser(caller, user); // before its context is looked at
        Names.check("contextKey", key);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        At<Optional<Context>> there = store.contexts().find(user, key);
        Optional<Context> before = there.value().filter(context -> !context.expired(now));
        return write(
                caller,
                user,
                idempotency,
                new Command.PutContext(
                        key,
                        type,
                        before.map(Context::mode).orElse(null),
                        data,
                        before.map(Context::tags).orElse(List.of()),
                        contextTimeToLive.isZero() ? null : now.plus(contextTimeToLive),
                        Command.ANY_VERSION,
                        MergeStrategy.REPLACE));
    }

    private Written write(Caller caller, Owner user, @Nullable Idempotency idempotency, Command command) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, user);
        WriteResult result = Writes.one(store, caller, user, idempotency, command);
        return new Written((Outcome.Stored) result.outcomes().getFirst(), result.position(), result.replayed());
    }
}
