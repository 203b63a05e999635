package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubEvent;
import dev.mneme.core.hub.HubEvents;
import dev.mneme.core.hub.HubStatus;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Documents;
import dev.mneme.core.spi.Exports;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Leadership;
import dev.mneme.core.spi.NodeRuntime;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.engine.store.WriteChecks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The store of a hub's node: a cache of the owners in use, in front of a database that other nodes share.
///
/// ```text
/// write -> OwnersInUse -> HeldOwner -> HubDatabase      reads -> HubReads -> OwnersInUse, then the copies
///                             \-> copies -> feed
/// HubEvents, a look at the heads every now and then -> OwnersInUse.advanced -> HeldOwner follows
/// ```
///
/// **Not promised**, other than [Store]'s contract has it: see docs/hub.md.
///
/// **Threads**: any.
public final class HubStore extends HubReads implements Store, Exports {
    private static final int OWNERS_A_PAGE = 1_000;
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);

    private final Parts parts;
    private final Subscription bell;

    /// What the store stands on.
    ///
    /// @param copies the store of what is here, for everything but writes
    record Parts(
            HubSettings settings,
            HubDatabase database,
            HubEvents events,
            Reachability reachability,
            OwnersInUse owners,
            OwnersConcerned concerned,
            Store copies,
            Exports exports,
            Leadership leadership,
            Outbox outbox,
            boolean eventsConfigured,
            NodeRuntime runtime,
            Runnable onClosed) {}

    HubStore(Parts parts) {
        super(parts.owners(), parts.concerned(), parts.copies(), false);
        this.parts = parts;
        this.bell = parts.events().subscribe(new HubEvents.Listener() {
            @Override
            public void advanced(Owner owner, long revision) {
                parts.owners().advanced(owner, revision);
            }

            @Override
            public void heard(HubEvent event) {
                // What an event tells of is read from the database.
            }

            @Override
            public void reconnected() {
                parts.owners().lookSoon();
            }
        });
        parts.owners().start();
    }

    @Override
    public WriteResult write(Write write) {
        WriteChecks.requireOfOwner(write);
        requireFreeIds(write);
        return submitted(write);
    }

    /// An id that is, or was, a memory of another owner stays that one's.
    private void requireFreeIds(Write write) {
        for (Command command : write.commands()) {
            if (command instanceof Command.Import(Exported.OfMemory imported)) {
                MemoryId id = imported.newest().memory().id();
                Optional<Owner> owner = parts.copies()
                        .find(id)
                        .map(found -> found.value().scope().owner())
                        .or(() -> parts.concerned().ownerOf(id));
                if (owner.isPresent() && !owner.get().equals(write.owner())) {
                    throw MnemeException.at(ErrorCode.VERSION_CONFLICT, Command.Import.ID, Command.Import.ID_IN_USE);
                }
            }
        }
    }

    @Override
    public WriteResult writeSystem(Write write) {
        WriteChecks.requireOfServer(write);
        Owner server = write.owner().isOfServer() ? write.owner() : Documents.SYSTEM;
        return submitted(new Write(server, write.by(), write.idempotency(), write.commands()));
    }

    private WriteResult submitted(Write write) {
        return WriteChecks.ofThisRequest(await(parts.owners().of(write.owner()).submit(write)));
    }

    private WriteResult await(CompletableFuture<WriteResult> answer) {
        try {
            return parts.runtime().await(answer, ANSWERED_WITHIN);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "This could not be committed in time; it may be later. Send the same request with the same"
                            + " idempotency key.",
                    e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof MnemeException known
                    ? new MnemeException(known.code(), String.valueOf(known.getMessage()), known)
                    : new MnemeException(ErrorCode.INTERNAL, "The write failed in a way that was not foreseen.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN, "The wait was interrupted: send the same request with the same key.", e);
        }
    }

    @Override
    public Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency) {
        parts.owners().use(owner, false);
        return parts.copies().answered(owner, by, idempotency);
    }

    /// For a position that is not reached the owner's head is asked once before the wait: another node may have
    /// committed what the position is of.
    @Override
    public StoreReads reading(Freshness freshness) {
        Owner owner = freshness.owner();
        if (freshness.linearizable()) {
            return new HubReads(parts.owners(), parts.concerned(), parts.copies(), true);
        }
        if (owner != null && freshness.position() != null) {
            parts.owners().use(owner, false);
            if (parts.copies().head(owner).sequence() < freshness.position().sequence()) {
                parts.owners().use(owner, true);
            }
            parts.copies().reading(freshness);
        }
        return this;
    }

    @Override
    public Subscription subscribe(@Nullable Owner owner, Runnable onAdvance) {
        if (owner == null) {
            return parts.copies().subscribe(null, onAdvance);
        }
        HeldOwner held = parts.owners().pinned(owner);
        try {
            parts.owners().use(owner, false);
            Subscription subscription = parts.copies().subscribe(owner, onAdvance);
            return () -> {
                subscription.close();
                held.unpin();
            };
        } catch (RuntimeException e) {
            held.unpin();
            throw e;
        }
    }

    @Override
    public Subscription subscribeKeys(KeyListener listener) {
        return parts.copies().subscribeKeys(listener);
    }

    @Override
    public Leadership leadership() {
        return parts.leadership();
    }

    @Override
    public StoreStatus status() {
        StoreStatus here = parts.copies().status();
        return new StoreStatus(
                epoch(), here.log(), here.shards(), here.owners(), here.memories(), here.indexBacklog(), here.latest());
    }

    /// How the node and what it stands on are.
    public HubStatus hubStatus() {
        return new HubStatus(
                parts.database().health(),
                parts.events().health(),
                parts.eventsConfigured(),
                parts.owners().size(),
                parts.outbox().size());
    }

    @Override
    public void requireServed(@Nullable Owner owner) {
        if (owner != null) {
            parts.owners().use(owner, true);
            parts.exports().requireServed(owner);
        }
    }

    /// Everybody's owner by owner, each of one moment.
    @Override
    public void export(@Nullable Owner owner, Consumer<Exported> visitor) {
        if (owner != null) {
            parts.owners().use(owner, true);
            parts.exports().export(owner, visitor);
            return;
        }
        Owner last = null;
        List<Owner> page = parts.concerned().page(null, OWNERS_A_PAGE);
        while (!page.isEmpty()) {
            for (Owner each : page) {
                last = each;
                if (!each.isOfServer()) {
                    export(each, visitor);
                }
            }
            page = parts.concerned().page(last, OWNERS_A_PAGE);
        }
    }

    @Override
    public Integrity integrity() {
        return parts.copies().integrity();
    }

    @Override
    public String epoch() {
        return parts.settings().rules().epoch();
    }

    @Override
    public void close() {
        bell.close();
        parts.owners().close();
        parts.onClosed().run();
    }
}
