package dev.mneme.engine.store;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.NodeRuntime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// What every write passes on its way to a shard: whether it may be asked for at all, whether the disk has room, and
/// whose it is; and the wait for its answer.
///
/// **Threads**: any.
final class WriteGate {
    static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);

    private final Router router;
    private final ImportedIds importedIds;
    private final BooleanSupplier hasRoom;
    private final NodeRuntime runtime;

    /// @param hasRoom whether the disk has room for more writes
    WriteGate(Router router, BooleanSupplier hasRoom, NodeRuntime runtime) {
        this.router = router;
        this.importedIds = new ImportedIds(router, ANSWERED_WITHIN, runtime);
        this.hasRoom = hasRoom;
        this.runtime = runtime;
    }

    /// Writes what belongs to an owner.
    WriteResult write(Write write) {
        WriteChecks.requireOfOwner(write);
        StoreShard shard = router.of(write.owner());
        shard.requireServed(write.owner());
        return write(shard, write, importedIds.hold(write, shard));
    }

    /// Writes what belongs to the server.
    WriteResult writeSystem(Write write) {
        WriteChecks.requireOfServer(write);
        return write(router.system(), write);
    }

    /// Writes to a shard whatever it is.
    WriteResult write(StoreShard shard, Write write) {
        return write(shard, write, () -> {});
    }

    /// @param afterwards done once the shard has answered, which may be later than the caller hears
    private WriteResult write(StoreShard shard, Write write, Runnable afterwards) {
        CompletableFuture<WriteResult> answer;
        try {
            answer = submit(shard, write).whenComplete((result, e) -> afterwards.run());
        } catch (RuntimeException e) {
            afterwards.run();
            throw e;
        }
        return WriteChecks.ofThisRequest(await(answer));
    }

    /// What a repeated write would be answered with.
    Optional<WriteResult> answered(Owner owner, Provenance by, Write.Idempotency idempotency) {
        return router.of(owner)
                .answered(runtime.clock().instant(), owner, by, idempotency)
                .map(WriteChecks::ofThisRequest);
    }

    private CompletableFuture<WriteResult> submit(StoreShard shard, Write write) {
        if (!hasRoom.getAsBoolean() && !write.commands().stream().allMatch(WriteGate::frees)) {
            return CompletableFuture.failedFuture(new MnemeException(
                    ErrorCode.STORAGE_FULL,
                    "The disk is nearly full: make room. Reads go on; writes go on by themselves then."));
        }
        return shard.submit(write);
    }

    /// What makes room must work when there is none.
    private static boolean frees(Command command) {
        return switch (command) {
            case Command.DeleteMemory delete -> true;
            case Command.DeleteUnchanged delete -> true;
            case Command.DeleteMatching delete -> true;
            case Command.EraseOwner erase -> true;
            case Command.ForgetVersions versions -> true;
            case Command.DeleteKey delete -> true;
            case Command.AcceptOwner accept -> true;
            case Command.AcceptKeys accept -> true;
            case Command.Govern govern -> true;
            case Command.DeleteContext delete -> true;
            case Command.Expire expire -> true;
            case Command.DropOldVectors drop -> true;
            case Command.DeleteDocument delete -> true;
            case Command.PutDocument put -> false;
            case Command.BeginSpace begin -> false;
            case Command.StageEmbedding staged -> false;
            case Command.SwitchSpace next -> false;
            case Command.PutEmbedder put -> false;
            case Command.AddMemory add -> false;
            case Command.UpdateMemory update -> false;
            case Command.PutKey put -> false;
            case Command.PutContext put -> false;
            case Command.SwitchMode mode -> false;
            case Command.ConfigureMode mode -> false;
            case Command.RecordResponse response -> false;
            case Command.PostSyncEvent post -> false;
            case Command.ProcessSyncEvent process -> false;
            case Command.RecordConflict record -> false;
            case Command.ResolveConflict resolve -> false;
            case Command.Import each -> false;
            case Command.Revise revise -> false;
        };
    }

    private WriteResult await(CompletableFuture<WriteResult> answer) {
        try {
            return runtime.await(answer, ANSWERED_WITHIN);
        } catch (TimeoutException e) {
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN,
                    "This could not be applied in time; it may be later, by itself. Send the same request with the same"
                            + " idempotency key.",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MnemeException known) {
                throw new MnemeException(known.code(), String.valueOf(known.getMessage()), known);
            }
            throw new MnemeException(ErrorCode.INTERNAL, "The write failed in a way that was not foreseen.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(
                    ErrorCode.OUTCOME_UNKNOWN, "The wait was interrupted: send the same request with the same key.", e);
        }
    }
}
