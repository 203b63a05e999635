package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.ShardId;
import org.jspecify.annotations.Nullable;

/// What those are told whom a shard does not serve.
public final class ShardRefusals {
    private ShardRefusals() {}

    static MnemeException closed() {
        return new MnemeException(ErrorCode.OVERLOADED, "The server is stopping: try again when it is back.");
    }

    /// Of a shard that is not, or no longer, on this node.
    public static MnemeException notHere(ShardId shard) {
        return new MnemeException(
                ErrorCode.NOT_PRIMARY,
                "Shard " + shard + " is not on this node, or is just coming or leaving: nothing was written. Ask the"
                        + " node that has it, or try again shortly.");
    }

    /// @param when to try again, after a space, or the empty string
    static MnemeException unknown(String what, String when, @Nullable Throwable cause) {
        return new MnemeException(
                ErrorCode.OUTCOME_UNKNOWN,
                what + ": send the same request with the same idempotency key" + when + ".",
                cause);
    }

    static MnemeException notPrimary(Agreement.Role role) {
        return role == Agreement.Role.NO_PRIMARY
                ? new MnemeException(
                        ErrorCode.NO_QUORUM,
                        "Nothing was written: the shard has no primary now, or too few of its replicas can be reached."
                                + " Try again shortly.")
                : new MnemeException(
                        ErrorCode.NOT_PRIMARY,
                        "Nothing was written: this node is not, or no longer, the primary of the shard. Try again"
                                + " shortly.");
    }

    static MnemeException stopped(ShardId shard) {
        return new MnemeException(
                ErrorCode.INTERNAL, "Shard " + shard + " has stopped; the server's log says why. Restart the server.");
    }
}
