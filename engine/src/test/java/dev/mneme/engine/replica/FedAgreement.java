package dev.mneme.engine.replica;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A replica that never proposes, and is fed by a test.
final class FedAgreement implements Agreement {
    private @Nullable Member member;
    private long after;
    private long applied;
    private long checkpointed;

    Member member() {
        return Objects.requireNonNull(member);
    }

    /// The index that the next entry must be beyond.
    long after() {
        return after;
    }

    void feed(long index, byte[] entry) {
        after = index;
        member().apply(index, entry, NONE);
    }

    void install(Snapshot snapshot) {
        after = snapshot.index();
        member().install(snapshot);
    }

    long heardApplied() {
        return applied;
    }

    long heardCheckpointed() {
        return checkpointed;
    }

    @Override
    public void start(Member follows, long startsAfter) {
        member = follows;
        after = startsAfter;
        follows.role(Role.SECONDARY, 1);
    }

    @Override
    public void propose(long id, byte[] entry) {
        member().refused(id, new MnemeException(ErrorCode.NOT_PRIMARY, "It only follows."));
    }

    @Override
    public int maxEntryBytes() {
        return 1 << 20;
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        return CompletableFuture.failedFuture(new MnemeException(ErrorCode.NO_QUORUM, "It only follows."));
    }

    @Override
    public long lastIndex() {
        return after;
    }

    @Override
    public void applied(long index) {
        applied = index;
    }

    @Override
    public void checkpointed(long index) {
        checkpointed = index;
    }

    @Override
    public void close() {}
}
