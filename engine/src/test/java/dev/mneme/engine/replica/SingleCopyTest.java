package dev.mneme.engine.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Agreement;
import dev.mneme.core.spi.Journal;
import dev.mneme.core.spi.ShardId;
import dev.mneme.testkit.HeapJournal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One copy, over a journal on the heap.
final class SingleCopyTest extends SingleCopyContract {
    private final HeapJournal.Home home = new HeapJournal.Home(List.of(OTHER, SHARD, ShardId.SYSTEM));

    @Override
    protected HeapJournal openJournal() {
        return new HeapJournal(home);
    }

    @Override
    protected void failNextSync(Journal of) {
        ((HeapJournal) of).failNext();
    }

    @Test
    void whatTheLogRefusesIsRefusedForTheSameReason() {
        HeapJournal refusing = openJournal();
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

    /// Refusals must not use up what may be unheard of.
    @Test
    void aLogThatRefusesForLongIsTriedAgainAllTheSame() {
        HeapJournal refusing = openJournal();
        Heard heard = new Heard();
        try (Agreement agreement = new SingleCopy(refusing, SHARD)) {
            agreement.start(heard, 0);
            refusing.refuseWith(ErrorCode.STORAGE_FULL);
            for (int id = 1; id <= 5_000; id++) {
                agreement.propose(id, "x".getBytes(UTF_8));
            }
            refusing.refuseWith(null);
            agreement.propose(5_001, "there".getBytes(UTF_8));
        }
        assertThat(heard.said).doesNotContain("OVERLOADED").endsWith("1 there 5001");
    }

    @Test
    void moreThanTheMemberHearsOfIsRefusedInPassing() {
        Heard heard = new Heard();
        try (Agreement agreement = new SingleCopy(openJournal(), SHARD)) {
            agreement.start(heard, 0);
            for (int id = 1; id <= 3_000; id++) {
                agreement.propose(id, "x".getBytes(UTF_8));
            }
            assertThat(heard.said).filteredOn("OVERLOADED"::equals).hasSizeBetween(1_900, 2_100);
            for (int index = 1; index <= 3_000; index++) {
                agreement.applied(index);
            }
            agreement.propose(3_001, "there".getBytes(UTF_8));
        }
        assertThat(heard.said.getLast()).endsWith("there 3001");
    }

    /// The log is read a piece at a time: what is behind the first piece is found damaged later.
    @Test
    void aLogThatCannotBeReadToItsEndBreaksTheReplica() {
        HeapJournal whole = openJournal();
        byte[] entry = new byte[8 << 10];
        for (int n = 1; n <= 1_000; n++) {
            whole.append(SHARD, Journal.NEXT, 1, entry, IGNORED);
        }
        Heard heard = new Heard();
        DamagedLog damaged = new DamagedLog(whole, 900);
        try (Agreement agreement = new SingleCopy(damaged, SHARD)) {
            agreement.start(heard, 0);
            for (int n = 1; n <= 1_000; n++) {
                agreement.applied(n);
            }
        }
        assertThat(heard.said).endsWith("broken INTEGRITY_VIOLATION").doesNotContain("role PRIMARY");
        assertThat(heard.said.size()).isBetween(256, 900);
    }

    private static final Journal.Callback IGNORED = new Journal.Callback() {
        @Override
        public void durable(long index) {}

        @Override
        public void failed(MnemeException failure) {
            throw failure;
        }
    };

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
