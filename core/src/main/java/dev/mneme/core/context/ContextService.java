package dev.mneme.core.context;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.Positions;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.request.TextBytes;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a caller can do with a user's contexts, the JSON documents that the user's instances share.
///
/// An expired context is hidden by the reader's clock until it is removed.
///
/// **Threads**: any number may call; calls block until the store has answered.
///
/// **Failures**: `MnemeException` alone; `not_allowed` for a user whose contexts the key may not see, whether there are
/// any or not.
public final class ContextService {
    /// How many contexts are read from the store at once. It is small, so that a page of large contexts can be cut
    /// before it fills the heap.
    private static final int CHUNK = 16;

    /// Size of a page as JSON. A larger page ends early, and its cursor goes on from there.
    private static final long PAGE_BYTES = 8 << 20;

    private final Store store;
    private final InstantSource clock;
    private final Limits limits;
    private final ContextRules rules;
    private final ContextChecks checks;

    public ContextService(Store store, InstantSource clock, Limits limits, ContextRules rules) {
        this.store = store;
        this.clock = clock;
        this.limits = limits;
        this.rules = rules;
        this.checks = new ContextChecks(rules);
    }

    /// Stores the first or the next version of a context.
    ///
    /// @param draft without an expiry of its own, it expires after [ContextRules#ttl]
    /// @return `NONE` when the context was already as requested, or another's version was left in place
    /// @throws MnemeException `version_conflict` with the context that is there (null: none) and the paths that
    ///     clash
    public Written<Context> put(Caller caller, Owner user, PutContext draft, @Nullable Idempotency idempotency) {
        return Written.of(write(caller, user, prepare(caller, user, draft), idempotency), Context.class);
    }

    /// The command of [#put], checked.
    public PutContext prepare(Caller caller, Owner user, PutContext draft) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, user);
        ContextChecks.key(draft.key());
        checks.data(draft.data());
        return new PutContext(
                draft.key(),
                draft.type(),
                draft.mode(),
                draft.data(),
                ContextChecks.tags(draft.tags()),
                expiry(draft.expiresAt()),
                draft.expectedVersion(),
                draft.strategy());
    }

    private @Nullable Instant expiry(@Nullable Instant asked) {
        if (asked != null || rules.ttl().isZero()) {
            return asked;
        }
        return clock.instant().truncatedTo(ChronoUnit.MILLIS).plus(rules.ttl());
    }

    /// @param version the deletion's
    public record Deleted(long version, Position position, boolean replayed) {}

    /// @param expectedVersion the version that the writer saw, or [Command#ANY_VERSION]
    /// @throws MnemeException `not_found`; `version_conflict` with the context that is there
    public Deleted delete(
            Caller caller, Owner user, String key, long expectedVersion, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Authorizer.requireUser(caller, user);
        ContextChecks.key(key);
        WriteResult result = write(caller, user, new Command.DeleteContext(key, expectedVersion), idempotency);
        Outcome.Removed removed = (Outcome.Removed) result.outcomes().getFirst();
        return new Deleted(removed.version(), result.position(), result.replayed());
    }

    private WriteResult write(Caller caller, Owner user, Command command, @Nullable Idempotency idempotency) {
        return Writes.one(store, caller, user, idempotency, command);
    }

    /// The newest version; empty if there is none, or if it has expired.
    public At<Optional<Context>> find(Caller caller, Owner user, String key, ReadOptions options) {
        StoreReads reads = reading(caller, user, options);
        ContextChecks.key(key);
        At<Optional<Context>> found = reads.contexts().find(user, key);
        Instant now = clock.instant();
        return new At<>(found.value().filter(context -> !context.expired(now)), found.position());
    }

    /// The kept versions, oldest first, deletions included; empty if there never was one, or if it has expired.
    public At<List<ContextVersion>> versions(Caller caller, Owner user, String key, ReadOptions options) {
        StoreReads reads = reading(caller, user, options);
        ContextChecks.key(key);
        At<List<ContextVersion>> found = reads.contexts().versions(user, key);
        Instant now = clock.instant();
        boolean expired =
                !found.value().isEmpty() && found.value().getLast().context().expired(now);
        return expired ? new At<>(List.of(), found.position()) : found;
    }

    /// Which contexts a caller lists.
    ///
    /// @param type only this type; null: any
    /// @param tag only contexts with this tag; null: with any tags or none
    /// @param mode only this mode; null: any or none
    /// @param afterKey the last key of the former page, or null
    public record Listing(
            @Nullable ContextType type,
            @Nullable String tag,
            @Nullable Mode mode,
            @Nullable String afterKey,
            int limit) {}

    /// @param nextAfter the key to go on after; null at the end
    /// @param position the page holds everything up to this position
    public record Page(List<Context> items, @Nullable String nextAfter, Position position) {}

    /// A page in the order of the keys' UTF-8 bytes. It may be shorter than requested when contexts are large.
    public Page list(Caller caller, Owner user, Listing listing, ReadOptions options) {
        StoreReads reads = reading(caller, user, options);
        if (listing.limit() < 1 || listing.limit() > limits.pageItems()) {
            throw MnemeException.invalid("limit", "limit must be 1 to " + limits.pageItems() + ".");
        }
        Instant now = clock.instant();
        List<Context> items = new ArrayList<>();
        Position position = null;
        String after = listing.afterKey();
        long bytes = 0;
        while (true) {
            int room = listing.limit() - items.size();
            At<List<Context>> chunk =
                    reads.contexts().list(query(user, listing, now, after, Math.min(room + 1, CHUNK)));
            position = position == null ? chunk.position() : position;
            for (Context context : chunk.value()) {
                if (items.size() == listing.limit() || bytes > PAGE_BYTES) {
                    return new Page(items, after, position);
                }
                items.add(context);
                bytes += TextBytes.of("data", context.data());
                after = context.key();
            }
            if (chunk.value().size() < Math.min(room + 1, CHUNK)) {
                return new Page(items, null, position);
            }
        }
    }

    private static Contexts.Query query(Owner user, Listing listing, Instant now, @Nullable String after, int limit) {
        return new Contexts.Query(user, listing.type(), listing.tag(), listing.mode(), now, after, limit);
    }

    private StoreReads reading(Caller caller, Owner user, ReadOptions options) {
        Authorizer.require(caller, Role.READ);
        Authorizer.requireUser(caller, user);
        return Positions.reading(store, user, options, limits.positionWait());
    }
}
