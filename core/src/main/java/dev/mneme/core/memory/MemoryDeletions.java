package dev.mneme.core.memory;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.access.OwnerRoute;
import dev.mneme.core.access.Writes;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.conversation.Conversations;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.Store;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Deletes one memory, those that match a filter, or all of an owner, together with what is kept of the conversations
/// that they come from.
///
/// **Threads**: any number may call.
final class MemoryDeletions {
    private final Store store;
    private final Conversations conversations;
    private final SeenMemories seen;
    private final ReadTurns turns;
    private final InstantSource clock;

    MemoryDeletions(Store store, SeenMemories seen, ReadTurns turns, InstantSource clock) {
        this.store = store;
        this.conversations = new Conversations(store);
        this.seen = seen;
        this.turns = turns;
        this.clock = clock;
    }

    Deletion delete(Caller caller, MemoryId id, long expectedVersion, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        Memory now = seen.getToWrite(caller, id, idempotency != null);
        WriteResult result =
                write(caller, now.scope().owner(), idempotency, new Command.DeleteMemory(id, expectedVersion));
        return new Deletion(1, result.position(), result.replayed());
    }

    /// Deletes all memories that the filter matches and the key may see, expired ones too, in steps that are each
    /// atomic.
    Deletion deleteMatching(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.WRITE);
        if (filter.equals(Filter.And.ALL)) {
            throw MnemeException.invalid(
                    "userId",
                    "Say whose memories: name userId, agentId, appId, runId or a filter. Nothing was deleted.");
        }
        Filter restricted = Authorizer.restrict(caller, filter);
        Optional<Owner> owner = Authorizer.route(caller, restricted);
        if (owner.isPresent()) {
            return deleteMatching(caller, owner.get(), FilterMatcher.of(restricted), idempotency);
        }
        if (idempotency != null) {
            throw MnemeException.invalid(
                    "Idempotency-Key",
                    "A deletion over several owners cannot be repeated safely: what is added meanwhile would go too."
                            + " Send it without an Idempotency-Key, or one for each owner.");
        }
        long count = 0;
        conversations.forgetAnywhere(caller.by(), restricted);
        FilterMatcher matcher = FilterMatcher.of(restricted);
        for (Owner each : turns.take(caller, null, () -> store.ownersMatching(restricted))) {
            count += deleteMatching(caller, each, matcher, null).count();
        }
        return new Deletion(count, null, false);
    }

    /// After the memories, the waiting conversations are forgotten, and memories that were made of them meanwhile are
    /// deleted then. A repeated request does not do this, since it would take messages that came later.
    private Deletion deleteMatching(
            Caller caller, Owner owner, FilterMatcher matcher, @Nullable Idempotency idempotency) {
        Deletion deleted = deleteSteps(caller, owner, matcher, idempotency);
        if (deleted.replayed() || !conversations.forget(caller.by(), owner, matcher.filter())) {
            return deleted;
        }
        Deletion more = deleteSteps(caller, owner, matcher, null);
        return new Deletion(deleted.count() + more.count(), more.position(), false);
    }

    /// Deletes in steps, since a command is applied as a whole. A repeated request repeats each step's answer. A
    /// step that deleted less than it could is the last one, unless it or an earlier step named memories that had
    /// changed by then: those are looked for once more.
    private Deletion deleteSteps(Caller caller, Owner owner, FilterMatcher matcher, @Nullable Idempotency idempotency) {
        DeletionSteps steps =
                new DeletionSteps(owner, matcher, clock, query -> turns.take(caller, owner, () -> store.list(query)));
        long count = 0;
        boolean missed = false;
        for (int n = 0; ; n++) {
            WriteResult result =
                    write(caller, owner, step(idempotency, n), new Command.DeleteUnchanged(steps.present()));
            Outcome.DeletedMany deleted =
                    (Outcome.DeletedMany) result.outcomes().getFirst();
            count += deleted.count();
            boolean last = deleted.count() < Command.DeleteUnchanged.MAX_MEMORIES && !deleted.incomplete();
            if (last && !missed) {
                return new Deletion(count, result.position(), result.replayed());
            }
            missed = !last && (missed || deleted.incomplete());
            if (!result.replayed()) {
                steps.next();
            }
        }
    }

    /// An idempotency key for each step of a request. No caller's key holds a control character, so they cannot
    /// collide.
    private static @Nullable Idempotency step(@Nullable Idempotency idempotency, int n) {
        return idempotency == null || n == 0
                ? idempotency
                : new Idempotency(idempotency.key() + '\0' + n, idempotency.requestHash());
    }

    /// Removes everything that is kept of one owner: memories, history, changes, idempotency records.
    Deletion erase(Caller caller, Filter filter, @Nullable Idempotency idempotency) {
        Authorizer.require(caller, Role.ADMIN);
        Owner owner = OwnerRoute.of(filter)
                .orElseThrow(() -> MnemeException.invalid(
                        "erase",
                        "Erasing needs exactly one owner: userId=…, or a lower id with every higher one null."));
        if (!Filter.isExactly(filter, owner)) {
            throw MnemeException.invalid(
                    "erase", "Erasing takes a whole owner: name its id alone, without a filter or further ids.");
        }
        Authorizer.requireWholeOwner(caller, owner);
        Runnable pointers = conversations.pointersOf(owner);
        WriteResult result = write(caller, owner, idempotency, new Command.EraseOwner());
        if (!result.replayed()) {
            pointers.run();
        }
        long count = ((Outcome.DeletedMany) result.outcomes().getFirst()).count();
        return new Deletion(count, result.position(), result.replayed());
    }

    private WriteResult write(Caller caller, Owner owner, @Nullable Idempotency idempotency, Command command) {
        return Writes.one(store, caller, owner, idempotency, command);
    }
}
