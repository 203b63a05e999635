package dev.mneme.core.sync;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.MemoryChecks;
import dev.mneme.core.request.Names;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.core.spi.SyncEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Messages between the instances of a user. They wait until each instance has processed them, or until they expire.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone. Another user's events are `not_allowed`, and so are all events for a key that
/// is restricted below users.
public final class SyncEventService {
    private static final Pattern CURSOR = Pattern.compile("(high|normal|low)-([0-9]{1,18})");
    private static final int MAX_TARGETS = SyncEvent.MAX_PROCESSED_BY;

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Limits limits;
    private final Duration timeToLive;
    private final MemoryChecks checks;

    /// @param random gives ids their random bits; must be safe to share among threads
    /// @param timeToLive of events without an expiry of their own; zero: for ever
    public SyncEventService(
            Store store, InstantSource clock, RandomGenerator random, Limits limits, Duration timeToLive) {
        this.store = store;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.timeToLive = timeToLive;
        this.checks = new MemoryChecks(limits);
    }

    /// Posts an event from the caller's instance.
    public Written<SyncEvent> post(Caller caller, NewSyncEvent event, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, event.user());
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        check(event, now);
        Command command = new Command.PostSyncEvent(
                MemoryId.create(now, event.user().slot(), random),
                caller.by().instance(),
                event.type(),
                event.data(),
                event.targets(),
                event.priority(),
                event.expiresAt() == null ? expiry(now) : event.expiresAt());
        return write(caller, event.user(), idempotency, command);
    }

    private @Nullable Instant expiry(Instant now) {
        return timeToLive.isZero() ? null : now.plus(timeToLive);
    }

    private void check(NewSyncEvent event, Instant now) {
        Set<String> targets = event.targets();
        if (targets != null) {
            if (targets.isEmpty() || targets.size() > MAX_TARGETS) {
                throw MnemeException.invalid(
                        "targetInstances",
                        "targetInstances must name 1 to " + MAX_TARGETS + " instances: leave it out for all.");
            }
            targets.forEach(target -> Names.instance("targetInstances", target));
        }
        if (event.expiresAt() != null && !event.expiresAt().isAfter(now)) {
            throw MnemeException.invalid("expiresAt", "expiresAt must be in the future.");
        }
        checkSize(event.data());
    }

    private void checkSize(Json data) {
        try {
            checks.metadata(new JsonObject(Map.of("", data)));
        } catch (MnemeException e) {
            throw MnemeException.at(
                    e.code(), "eventData", String.valueOf(e.getMessage()).replaceFirst("^metadata", "eventData"));
        }
    }

    /// Marks an event as processed by an instance; a second time changes nothing.
    ///
    /// @param instanceId null for the caller's
    /// @throws MnemeException `not_found` for an event that this user does not have, or that has expired
    public Written<SyncEvent> process(
            Caller caller, Owner user, MemoryId id, @Nullable String instanceId, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, user);
        if (instanceId != null) {
            Names.instance("instanceId", instanceId);
        }
        String instance = instanceId == null ? caller.by().instance() : instanceId;
        return write(caller, user, idempotency, new Command.ProcessSyncEvent(id, instance));
    }

    private Written<SyncEvent> write(Caller caller, Owner user, @Nullable Idempotency idempotency, Command command) {
        WriteResult result = Writes.one(store, caller, user, idempotency, command);
        return Written.of(result, SyncEvent.class);
    }

    /// @throws MnemeException `not_found` for an event that this user does not have, or that has expired
    public At<SyncEvent> get(Caller caller, Owner user, MemoryId id, ReadOptions options) {
        At<java.util.Optional<SyncEvent>> found =
                readable(caller, user, options).syncEvents().find(user, id);
        SyncEvent event = found.value()
                .filter(each -> !each.expired(clock.instant()))
                .orElseThrow(() -> new MnemeException(ErrorCode.NOT_FOUND, "There is no sync event with this id."));
        return new At<>(event, found.position());
    }

    /// @param nextCursor goes on after these; null when there are no more
    public record Pending(List<SyncEvent> items, @Nullable String nextCursor, Position position) {}

    /// The events that an instance has yet to process: high priority first, then in the order of posting. A page may
    /// have fewer than requested, or none, although more follow.
    ///
    /// @param instanceId null for the caller's
    /// @param cursor of the former page; null: from the beginning
    public Pending pending(
            Caller caller,
            Owner user,
            @Nullable String instanceId,
            @Nullable String cursor,
            int limit,
            ReadOptions options) {
        StoreReads reads = readable(caller, user, options);
        if (instanceId != null) {
            Names.instance("instanceId", instanceId);
        }
        if (limit < 1 || limit > limits.pageItems()) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + limits.pageItems() + ".");
        }
        String instance = instanceId == null ? caller.by().instance() : instanceId;
        At<SyncEvents.Page> found = reads.syncEvents().pending(user, instance, clock.instant(), place(cursor), limit);
        SyncEvents.Place next = found.value().next();
        return new Pending(
                found.value().events(),
                next == null ? null : next.priority().wireName() + "-" + next.sequence(),
                found.position());
    }

    private static SyncEvents.@Nullable Place place(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        Matcher place = CURSOR.matcher(cursor);
        if (!place.matches()) {
            throw MnemeException.invalid("cursor", "cursor must be the nextCursor of an earlier answer.");
        }
        return new SyncEvents.Place(
                SyncEvent.Priority.of(place.group(1)).orElseThrow(), Long.parseLong(place.group(2)));
    }

    private StoreReads readable(Caller caller, Owner user, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireUser(caller, user);
        return Positions.reading(store, user, options, limits.positionWait());
    }
}
