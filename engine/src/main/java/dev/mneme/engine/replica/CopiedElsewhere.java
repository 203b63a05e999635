package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import java.util.concurrent.CompletableFuture;

/// The agreement of a shard of copies, which agrees on nothing: what happens to an owner is decided in a hub's
/// database,
/// and comes by [LocalShard#take].
///
/// **Threads**: any.
public final class CopiedElsewhere implements Agreement {
    @Override
    public void start(Member member, long after) {
        member.role(Role.SECONDARY, 0);
    }

    @Override
    public void propose(long id, byte[] entry) {
        throw new IllegalStateException("nobody proposes where nobody is primary");
    }

    @Override
    public int maxEntryBytes() {
        return 0;
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        return CompletableFuture.failedFuture(
                new MnemeException(ErrorCode.NO_QUORUM, "A copy does not know what was agreed elsewhere."));
    }

    @Override
    public long lastIndex() {
        return 0;
    }

    @Override
    public void applied(long index) {
        // Nothing waits for it.
    }

    @Override
    public void checkpointed(long index) {
        // Nothing is kept for it.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
