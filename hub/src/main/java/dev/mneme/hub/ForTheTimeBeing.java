package dev.mneme.hub;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.StoreReads;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// What a write comes to while the database is away: decided on the copy, after what waits already. When the owner is
/// not here, only what can be decided without its data is taken.
final class ForTheTimeBeing implements Outbox.Provisional {
    private final OwnerCopy copy;
    private final StoreReads copies;
    private final HubSettings settings;
    private final InstantSource clock;

    ForTheTimeBeing(OwnerCopy copy, StoreReads copies, HubSettings settings, InstantSource clock) {
        this.copy = copy;
        this.copies = copies;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Write onItsBase(Write write) {
        List<Command> commands = write.commands().stream()
                .map(command -> onItsBase(write.owner(), command))
                .toList();
        return new Write(write.owner(), write.by(), write.idempotency(), commands);
    }

    /// A write that named no version is made on the one that is here, so that it is seen when another came meanwhile.
    private Command onItsBase(Owner owner, Command command) {
        return switch (command) {
            case Command.PutContext put
            when put.expectedVersion() == Command.ANY_VERSION && put.strategy() == Command.MergeStrategy.REPLACE ->
                new Command.PutContext(
                        put.key(),
                        put.type(),
                        put.mode(),
                        put.data(),
                        put.tags(),
                        put.expiresAt(),
                        copies.contexts()
                                .find(owner, put.key())
                                .value()
                                .map(Context::version)
                                .orElse(0L),
                        put.strategy());
            case Command.UpdateMemory update
            when update.expectedVersion() == Command.ANY_VERSION ->
                copies.find(update.id())
                        .<Command>map(found -> new Command.UpdateMemory(
                                update.id(),
                                update.text(),
                                update.embedding(),
                                update.metadataPatch(),
                                update.categories(),
                                update.expiry(),
                                update.timestamp(),
                                found.value().version(),
                                update.metadataLimit()))
                        .orElse(update);
            default -> command;
        };
    }

    @Override
    public WriteResult decide(List<Write> earlier, Write write, boolean loaded) {
        if (write.owner().isOfServer() || (!loaded && !write.commands().stream().allMatch(ForTheTimeBeing::isNew))) {
            throw new MnemeException(
                    ErrorCode.HUB_UNAVAILABLE,
                    "The hub's database is away, and this cannot wait for it: nothing was written. Try again later.");
        }
        List<Write> all = new ArrayList<>(earlier);
        all.add(write);
        return copy.decide(write.owner(), clock.instant(), all, settings.rules())
                .results()
                .getLast();
    }

    /// Whether it makes something new, whatever there is.
    private static boolean isNew(Command command) {
        return switch (command) {
            case Command.AddMemory add -> true;
            case Command.RecordResponse response -> true;
            case Command.PostSyncEvent post -> true;
            case Command.PutContext put -> put.expectedVersion() == Command.ANY_VERSION;
            case Command.SwitchMode mode -> mode.expectedVersion() == Command.ANY_VERSION;
            default -> false;
        };
    }
}
