package dev.mneme.core.mode;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.Transition;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.request.TextBytes;
import dev.mneme.core.spi.Modes;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a caller can do with the modes of a user's instances.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone.
public final class ModeService {
    private static final int MAX_ERROR = 1_024;
    private static final int READ = 1_000;

    private final Store store;
    private final InstantSource clock;
    private final Limits limits;

    public ModeService(Store store, InstantSource clock, Limits limits) {
        this.store = store;
        this.clock = clock;
        this.limits = limits;
    }

    /// A switch, or an attempt at one.
    ///
    /// @param instanceId null: the caller's own
    /// @param capabilities null: the mode's usual ones
    /// @param configuration null keeps the present one
    /// @param error why it failed; null when it did not
    /// @param expectedVersion the version that the writer saw, or `Command.ANY_VERSION`
    /// @param from the former mode according to the caller: it counts where none is stored; null: not known
    public record Switch(
            @Nullable String instanceId,
            Mode to,
            @Nullable Capabilities capabilities,
            @Nullable JsonObject configuration,
            @Nullable Json contextSnapshot,
            @Nullable Long durationMillis,
            @Nullable String error,
            long expectedVersion,
            @Nullable Mode from) {
        /// A switch whose caller knows of no former mode.
        public Switch(
                @Nullable String instanceId,
                Mode to,
                @Nullable Capabilities capabilities,
                @Nullable JsonObject configuration,
                @Nullable Json contextSnapshot,
                @Nullable Long durationMillis,
                @Nullable String error,
                long expectedVersion) {
            this(
                    instanceId,
                    to,
                    capabilities,
                    configuration,
                    contextSnapshot,
                    durationMillis,
                    error,
                    expectedVersion,
                    null);
        }
    }

    /// Switches an instance's mode, or records that a switch failed.
    ///
    /// @return the [ModeState]; for a failed attempt the [Transition]
    public Written<Subject> switchMode(Caller caller, Owner user, Switch wanted, @Nullable Idempotency idempotency) {
        return write(caller, user, idempotency, prepare(caller, user, wanted));
    }

    /// The command of [#switchMode], checked.
    public Command.SwitchMode prepare(Caller caller, Owner user, Switch wanted) {
        requireWriter(caller, user);
        String instance = wanted.instanceId() == null ? caller.by().instance() : wanted.instanceId();
        requireInstance(instance);
        requireSize("configuration", wanted.configuration());
        requireSize("contextSnapshot", wanted.contextSnapshot());
        if (wanted.durationMillis() != null && wanted.durationMillis() < 0) {
            throw MnemeException.invalid("transitionDuration", "transitionDuration must be 0 or more milliseconds.");
        }
        String error = wanted.error();
        if (error != null) {
            if (error.isBlank() || error.length() > MAX_ERROR) {
                throw MnemeException.invalid(
                        "errorMessage", "errorMessage must have 1 to " + MAX_ERROR + " characters.");
            }
            TextBytes.of("errorMessage", error); // well-formed
        }
        return new Command.SwitchMode(
                instance,
                wanted.to(),
                wanted.capabilities(),
                wanted.configuration(),
                wanted.contextSnapshot(),
                wanted.durationMillis(),
                error,
                wanted.expectedVersion(),
                wanted.from());
    }

    /// Changes a mode's configuration without a switch.
    ///
    /// @param patch an RFC 7396 merge patch; null leaves the configuration as it is
    /// @param capabilities null leaves them as they are
    /// @param expectedVersion the version that the writer saw, or `Command.ANY_VERSION`
    public Written<Subject> configure(
            Caller caller,
            Owner user,
            String instanceId,
            @Nullable JsonObject patch,
            @Nullable Capabilities capabilities,
            long expectedVersion,
            @Nullable Idempotency idempotency) {
        requireWriter(caller, user);
        requireInstance(instanceId);
        requireSize("configuration", patch);
        if (patch != null) { // as far as this reader sees: the limit is one of decency, not of the store
            JsonObject before = store.modes()
                    .find(user, instanceId)
                    .value()
                    .map(ModeState::configuration)
                    .orElse(JsonObject.EMPTY);
            requireSize("configuration", before.mergePatch(patch));
        }
        return write(
                caller, user, idempotency, new Command.ConfigureMode(instanceId, patch, capabilities, expectedVersion));
    }

    private Written<Subject> write(Caller caller, Owner user, @Nullable Idempotency idempotency, Command command) {
        WriteResult result = Writes.one(store, caller, user, idempotency, command);
        return Written.of(result, Subject.class);
    }

    private static void requireWriter(Caller caller, Owner user) {
        Authorizer.require(caller, Role.WRITE);
        requireUser(caller, user);
    }

    private static void requireUser(Caller caller, Owner user) {
        if (user.kind() != OwnerKind.USER) {
            throw MnemeException.invalid("userId", "Modes are a user's: name a userId.");
        }
        Authorizer.requireUser(caller, user);
    }

    private static void requireInstance(String instanceId) {
        if (!ScopeIds.isId(instanceId)) {
            throw MnemeException.invalid(
                    "instanceId",
                    "instanceId must have 1 to " + ScopeIds.MAX_ID_LENGTH + " characters and no control characters.");
        }
    }

    private void requireSize(String field, @Nullable Json json) {
        if (json != null && TextBytes.of(field, json) > limits.metadataBytes()) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE, field, field + " may have " + limits.metadataBytes() + " bytes at most.");
        }
    }

    // ---- reading

    /// @throws MnemeException `not_found` for an instance without a mode
    public At<ModeState> get(Caller caller, Owner user, String instanceId, ReadOptions options) {
        At<Optional<ModeState>> found = reading(caller, user, options).modes().find(user, instanceId);
        return new At<>(
                found.value()
                        .orElseThrow(() ->
                                new MnemeException(ErrorCode.NOT_FOUND, "This instance of the user has no mode.")),
                found.position());
    }

    /// The modes of all instances, in the order of the names' bytes.
    public At<List<ModeState>> all(Caller caller, Owner user, ReadOptions options) {
        return reading(caller, user, options).modes().all(user);
    }

    /// The user's mode as a whole: that of the instance that was switched last.
    public static Optional<ModeState> current(List<ModeState> modes) {
        return modes.stream().max(Comparator.comparingLong(ModeState::activatedBy));
    }

    /// Transitions, newest first.
    ///
    /// @param query names the user as its owner
    public At<List<Transition>> transitions(Caller caller, Modes.Query query, ReadOptions options) {
        StoreReads reads = reading(caller, query.owner(), options);
        if (query.limit() < 1 || query.limit() > limits.pageItems()) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + limits.pageItems() + ".");
        }
        return reads.modes().transitions(query);
    }

    /// For how long each mode was on.
    ///
    /// @param until null, or in the future: now
    public ModeUsage usage(Caller caller, Owner user, Instant since, @Nullable Instant until, ReadOptions options) {
        StoreReads reads = reading(caller, user, options);
        Instant now = clock.instant();
        Instant end = until == null || until.isAfter(now) ? now : until;
        if (!since.isBefore(end)) {
            throw MnemeException.invalid("since", "since must be before until, and in the past.");
        }
        List<ModeState> modes = reads.modes().all(user).value(); // before the transitions: those go before it
        List<Transition> switches = switchesSince(reads, user, since);
        Long earliest =
                switches.isEmpty() ? null : Long.valueOf(switches.getFirst().sequence());
        Modes.Query before = new Modes.Query(user, null, null, true, null, since, earliest, 1);
        Mode first = reads.modes().transitions(before).value().stream()
                .findFirst()
                .map(Transition::to)
                .orElse(null);
        Map<String, Mode> atStart = modes.stream()
                .filter(state -> state.activatedAt().isBefore(since))
                .collect(Collectors.toMap(ModeState::instanceId, ModeState::current));
        return ModeUsage.of(switches, atStart, first, since, end);
    }

    /// Oldest first.
    private static List<Transition> switchesSince(StoreReads reads, Owner user, Instant since) {
        List<Transition> newestFirst = new ArrayList<>();
        Long before = null;
        List<Transition> page;
        do {
            page = reads.modes()
                    .transitions(new Modes.Query(user, null, null, true, since, null, before, READ))
                    .value();
            newestFirst.addAll(page);
            before = page.isEmpty() ? null : Long.valueOf(page.getLast().sequence());
        } while (page.size() == READ);
        return newestFirst.reversed();
    }

    /// Everything that belongs to the user as a whole, at one position: see [Store#userState].
    public At<List<ModeState>> state(Caller caller, Owner user, Predicate<Context> contexts) {
        StoreReads reads = reading(caller, user, ReadOptions.DEFAULT);
        Instant now = clock.instant();
        return reads.userState(user, context -> context.expired(now) || contexts.test(context));
    }

    private StoreReads reading(Caller caller, Owner user, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        requireUser(caller, user);
        return Positions.reading(store, user, options, limits.positionWait());
    }
}
