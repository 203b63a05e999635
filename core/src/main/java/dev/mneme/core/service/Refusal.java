package dev.mneme.core.service;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;

/// A rejected command as the failure that its caller gets.
final class Refusal {
    private Refusal() {}

    /// @param replayed whether it was decided for an earlier request under the same idempotency key
    /// @throws IllegalStateException for an outcome that is no rejection
    static MnemeException of(Outcome outcome, boolean replayed) {
        MnemeException failure = of(outcome);
        return replayed ? failure.asReplayed() : failure;
    }

    private static MnemeException of(Outcome outcome) {
        if (!(outcome instanceof Outcome.Rejected rejected)) {
            throw new IllegalStateException("not a refusal: " + outcome.getClass());
        }
        if (rejected.code() == ErrorCode.VERSION_CONFLICT) {
            return MnemeException.conflict(rejected.message(), rejected.current(), rejected.paths());
        }
        return rejected.field() == null
                ? new MnemeException(rejected.code(), rejected.message())
                : MnemeException.at(rejected.code(), rejected.field(), rejected.message());
    }
}
