package dev.mneme.engine.store;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import java.util.List;

/// What every store asks of a write before it is decided, and of its answer.
public final class WriteChecks {
    private WriteChecks() {}

    /// @throws MnemeException `INVALID_REQUEST` when it does not belong to its owner alone
    public static void requireOfOwner(Write write) {
        for (Command command : write.commands()) {
            if (ofSystem(command)) {
                throw new MnemeException(ErrorCode.INVALID_REQUEST, "Keys are written to the system shard.");
            }
            if (command instanceof Command.AddMemory add) {
                requireOwn(List.of(add), write.owner());
            }
            if (command instanceof Command.Revise revise) {
                requireOwn(revise.facts(), write.owner());
            }
            if (command instanceof Command.Import each) {
                requireOwn(each.exported(), write.owner());
            }
        }
    }

    private static void requireOwn(List<Command.AddMemory> added, Owner owner) {
        if (!added.stream().allMatch(add -> add.scope().owner().equals(owner))) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "A write adds memories of its own owner alone.");
        }
    }

    private static void requireOwn(Exported exported, Owner owner) {
        if (!exported.owner().equals(owner)) {
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "A write imports records of its own owner alone.");
        }
    }

    /// @throws MnemeException `INVALID_REQUEST` when it does not belong to the server
    public static void requireOfServer(Write write) {
        if (!write.commands().stream().allMatch(command -> ofSystem(command) || ofDocuments(command))) {
            throw new MnemeException(
                    ErrorCode.INVALID_REQUEST, "The system shard takes keys, documents and embedders alone.");
        }
    }

    private static boolean ofSystem(Command command) {
        return command instanceof Command.PutKey
                || command instanceof Command.DeleteKey
                || command instanceof Command.PutEmbedder;
    }

    private static boolean ofDocuments(Command command) {
        return command instanceof Command.PutDocument || command instanceof Command.DeleteDocument;
    }

    /// @throws MnemeException `IDEMPOTENCY_KEY_REUSED` when the answer is that of another request under the same key
    public static WriteResult ofThisRequest(WriteResult result) {
        if (!result.outcomes().isEmpty()
                && result.outcomes().getFirst() instanceof Outcome.Rejected rejected
                && rejected.code() == ErrorCode.IDEMPOTENCY_KEY_REUSED) {
            throw MnemeException.at(rejected.code(), "Idempotency-Key", rejected.message());
        }
        return result;
    }
}
