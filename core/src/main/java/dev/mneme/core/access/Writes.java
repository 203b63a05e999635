package dev.mneme.core.access;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Store;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends single commands to the store, and turns a refusal into an exception.
public final class Writes {
    private Writes() {}

    /// @throws MnemeException what the store refused the command with
    public static WriteResult one(
            Store store, Caller caller, Owner owner, @Nullable Idempotency idempotency, Command command) {
        return one(store, new Write(owner, caller.by(), idempotency, List.of(command)));
    }

    /// As above, for a request that cannot be repeated.
    public static WriteResult one(Store store, Provenance by, Owner owner, Command command) {
        return one(store, new Write(owner, by, null, List.of(command)));
    }

    private static WriteResult one(Store store, Write write) {
        return accepted(store.write(write));
    }

    /// @throws MnemeException what the store refused the command with, now or when the request first came
    public static WriteResult accepted(WriteResult result) {
        if (result.outcomes().getFirst() instanceof Rejected rejected) {
            throw failure(rejected, result.replayed());
        }
        return result;
    }

    /// The exception for a refusal.
    ///
    /// @param replayed whether the command was refused when the request first came
    public static MnemeException failure(Outcome outcome, boolean replayed) {
        MnemeException failure = failure(outcome);
        return replayed ? failure.asReplayed() : failure;
    }

    private static MnemeException failure(Outcome outcome) {
        if (!(outcome instanceof Rejected rejected)) {
            throw new IllegalStateException("not a refusal: " + outcome.getClass());
        }
        if (rejected.code() == ErrorCode.VERSION_CONFLICT && (rejected.current() != null || rejected.field() == null)) {
            return MnemeException.conflict(rejected.message(), rejected.current(), rejected.paths());
        }
        return rejected.field() == null
                ? new MnemeException(rejected.code(), rejected.message())
                : MnemeException.at(rejected.code(), rejected.field(), rejected.message());
    }
}
