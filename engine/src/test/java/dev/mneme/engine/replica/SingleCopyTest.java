package dev.mneme.engine.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.testkit.AgreementContract;
import dev.mneme.testkit.HeapCommitLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One copy, over a log on the heap.
final class SingleCopyTest extends AgreementContract {
    private static final int SHARD = 2;

    private final HeapCommitLog.Home home = new HeapCommitLog.Home(3);

    @Override
    protected Agreement open() {
        return new SingleCopy(openLog(), SHARD);
    }

    private HeapCommitLog openLog() {
        return new HeapCommitLog(home);
    }

    @Test
    void whatTheLogRefusesIsRefusedForTheSameReason() {
        HeapCommitLog refusing = openLog();
        Heard heard = new Heard();
        try (Agreement agreement = new SingleCopy(refusing, SHARD)) {
            agreement.start(heard, 0);
            long id = Agreement.NONE;
            for (ErrorCode code : List.of(ErrorCode.STORAGE_FULL, ErrorCode.OUTCOME_UNKNOWN, ErrorCode.LOG_FAILED)) {
                refusing.refuseWith(code);
                agreement.propose(++id, "x".getBytes(UTF_8));
            }
            refusing.refuseWith(null);
            agreement.propose(100, "there".getBytes(UTF_8));
        }
        assertThat(heard.said)
                .containsExactly("role PRIMARY", "STORAGE_FULL", "OUTCOME_UNKNOWN", "LOG_FAILED", "1 there 100");
    }

    /// The log is read a piece at a time: what is behind the first piece is found damaged later.
    @Test
    void aLogThatCannotBeReadToItsEndBreaksTheReplica() {
        HeapCommitLog whole = openLog();
        Heard first = new Heard();
        try (Agreement agreement = new SingleCopy(whole, SHARD)) {
            agreement.start(first, 0);
            for (int n = 1; n <= 3_000; n++) {
                agreement.propose(n, ("n" + n).getBytes(UTF_8));
                agreement.applied(n);
            }
        }
        Heard heard = new Heard();
        DamagedLog damaged = new DamagedLog(openLog(), 2_500);
        try (Agreement agreement = new SingleCopy(damaged, SHARD)) {
            agreement.start(heard, 0);
            for (int n = 1; n <= 3_000; n++) {
                agreement.applied(n);
            }
        }
        assertThat(heard.said).endsWith("broken INTEGRITY_VIOLATION").doesNotContain("role PRIMARY");
        assertThat(heard.said.size()).isBetween(1_024, 2_500);
    }

    private static final class Heard implements Agreement.Member {
        final List<String> said = new ArrayList<>();

        @Override
        public void apply(long index, byte[] entry, long id) {
            said.add(index + " " + new String(entry, UTF_8) + " " + id);
        }

        @Override
        public void refused(long id, MnemeException why) {
            said.add(why.code().name());
        }

        @Override
        public void role(Agreement.Role role, long term) {
            said.add("role " + role);
        }

        @Override
        public void install(Agreement.Snapshot snapshot) {
            throw new IllegalStateException("a single copy has none");
        }

        @Override
        public void broken(MnemeException why) {
            said.add("broken " + why.code());
        }

        @Override
        public Agreement.Snapshot snapshot() {
            throw new IllegalStateException("nobody asks for it");
        }
    }
}
