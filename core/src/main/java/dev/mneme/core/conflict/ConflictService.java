package dev.mneme.core.conflict;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.Take;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a caller can do with an owner's conflicts: look at both values, and decide.
///
/// A resolved conflict is hidden by the reader's clock after [Conflict#KEPT_RESOLVED], until it is removed.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone. Another owner's conflicts are `not_allowed`, and so are all conflicts
/// of a user for a key that is restricted below users.
public final class ConflictService {
    /// How many conflicts are read from the store at once. It is small, since their values may be large.
    private static final int CHUNK = 8;

    /// Size of a page as JSON. A larger page ends early, and its cursor goes on from there.
    private static final long PAGE_BYTES = 8 << 20;

    private final Store store;
    private final InstantSource clock;
    private final Limits limits;
    private final ConflictWrites writes;

    public ConflictService(Store store, InstantSource clock, Limits limits, ConflictWrites writes) {
        this.store = store;
        this.clock = clock;
        this.limits = limits;
        this.writes = writes;
    }

    /// Which conflicts a caller lists.
    ///
    /// @param status null: open and resolved ones
    /// @param kind about such records; null: about any
    /// @param after the last id of the former page, or null
    public record Listing(
            Conflict.@Nullable Status status,
            Conflict.@Nullable Kind kind,
            @Nullable MemoryId after,
            int limit) {}

    /// @param nextAfter the id to go on after; null at the end
    /// @param position the page holds everything up to this position
    public record Page(List<Conflict> items, @Nullable MemoryId nextAfter, Position position) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /// A page in the order of detection. It may be shorter than requested when the values are large.
    public Page list(Caller caller, Owner owner, Listing listing, ReadOptions options) {
        StoreReads reads = reading(caller, owner, options);
        if (listing.limit() < 1 || listing.limit() > limits.pageItems()) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + limits.pageItems() + ".");
        }
        Instant now = clock.instant();
        List<Conflict> items = new ArrayList<>();
        Position position = null;
        MemoryId seen = listing.after();
        MemoryId last = seen;
        long bytes = 0;
        while (true) {
            At<List<Conflict>> chunk =
                    reads.conflicts().list(new Conflicts.Query(owner, listing.status(), listing.kind(), seen, CHUNK));
            position = position == null ? chunk.position() : position;
            for (Conflict conflict : chunk.value()) {
                seen = conflict.id();
                if (conflict.expired(now)) {
                    continue;
                }
                if (items.size() == listing.limit() || bytes > PAGE_BYTES) {
                    return new Page(items, last, position);
                }
                items.add(conflict);
                bytes += conflict.size();
                last = conflict.id();
            }
            if (chunk.value().size() < CHUNK) {
                return new Page(items, null, position);
            }
        }
    }

    /// @throws MnemeException `not_found` for a conflict that this owner does not have
    public At<Conflict> get(Caller caller, Owner owner, MemoryId id, ReadOptions options) {
        At<Optional<Conflict>> found =
                reading(caller, owner, options).conflicts().find(owner, id);
        return new At<>(visible(found.value()), found.position());
    }

    private Conflict visible(Optional<Conflict> found) {
        return found.filter(conflict -> !conflict.expired(clock.instant()))
                .orElseThrow(() -> new MnemeException(ErrorCode.NOT_FOUND, "There is no conflict with this id."));
    }

    /// What a caller decides.
    ///
    /// @param value for [Take#VALUE], the fields that the record is to have; what is left out stays as it is in
    ///     theirs
    /// @param expectedVersion the version of the record that the caller saw; [Command#ANY_VERSION]: theirs, as
    ///     the conflict shows it
    public record Decision(Take take, @Nullable JsonObject value, long expectedVersion) {}

    /// Resolves a conflict, and writes what was decided as the record's next version: both, or neither.
    ///
    /// @return the conflict without its values
    /// @throws MnemeException `version_conflict`, with the record as it is by now, when it has gone on from the
    ///     version that the caller saw; with the conflict, when that is resolved already
    public Written<Conflict> resolve(
            Caller caller, Owner owner, MemoryId id, Decision decision, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireWholeOwner(caller, owner);
        requireShape(decision);
        WriteResult result = Writes.one(store, caller, owner, idempotency, command(caller, owner, id, decision));
        return Written.of(result, Conflict.class);
    }

    private static void requireShape(Decision decision) {
        if ((decision.take() == Take.VALUE) != (decision.value() != null)) {
            throw MnemeException.invalid(
                    "value", "value must come with take value, and with that alone: send the fields to be stored.");
        }
    }

    private Command command(Caller caller, Owner owner, MemoryId id, Decision decision) {
        Conflict conflict = visible(store.conflicts().find(owner, id).value());
        boolean writes = conflict.open() && decision.take() != Take.THEIRS;
        Command write = writes ? this.writes.of(caller, conflict, decision) : null;
        // one that is resolved already is refused by the store, whatever is to be taken
        return new Command.ResolveConflict(id, write == null ? Take.THEIRS : decision.take(), write);
    }

    private StoreReads reading(Caller caller, Owner owner, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireWholeOwner(caller, owner);
        return Positions.reading(store, owner, options, limits.positionWait());
    }
}
