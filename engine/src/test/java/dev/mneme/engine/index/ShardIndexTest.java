package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.HeapTables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which rows the forward index has, and that they never decide what is found.
class ShardIndexTest {
    private static final byte[] ALICE = Owner.user("alice").hash();
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final HeapTables.Home disk = new HeapTables.Home();
    private final Rows rows = new Rows();
    private HeapTables forward = new HeapTables(disk);
    private ShardIndex index = new ShardIndex(forward, rows, new OwnerIndexes(1 << 20));
    private long logIndex;

    /// The tables, as far as the index asks them.
    private static final class Rows implements IndexSource {
        final Map<Long, Memory> memories = new TreeMap<>();

        @Override
        public void memories(byte[] owner, Visitor visitor) {
            memories.forEach((arrival, memory) -> visitor.memory(arrival, memory, () -> null));
        }

        @Override
        public void ownersChangedAfter(long logIndex, Consumer<byte[]> visitor) {
            visitor.accept(ALICE);
        }
    }

    private void put(long arrival, long version, String text) {
        Memory memory = new Memory(
                MemoryId.create(START, 0, new SplittableRandom(arrival)),
                ScopeIds.user("alice"),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                START,
                START,
                null,
                version,
                null);
        rows.memories.put(arrival, memory);
        index.applied(++logIndex, List.of(new IndexUpdate.Put(ALICE, arrival, memory, null)));
    }

    private void restart() {
        forward = new HeapTables(disk);
        index = new ShardIndex(forward, rows, new OwnerIndexes(1 << 20));
        index.begin(logIndex);
    }

    private void rebuild() {
        boolean more = true;
        while (more) {
            more = index.rebuildSlice();
        }
    }

    private List<Long> found(String words) {
        IndexQuery request = new IndexQuery(words, null, 10, 0, START, false, null, false);
        return index.owner(ALICE).search(request).stream()
                .map(SearchHit::ordinal)
                .toList();
    }

    private int rowCount() {
        List<byte[]> keys = new ArrayList<>();
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(new byte[] {0}, new byte[] {-1}, (key, row) -> keys.add(key));
        }
        return keys.size();
    }

    @Test
    void whatNobodySearchesHasNoRowAndIsFoundAllTheSame() {
        put(1, 1, "likes green tea");
        assertThat(rowCount()).isZero();
        assertThat(found("tea")).containsExactly(1L);
        put(2, 1, "drinks tea at five");
        assertThat(rowCount()).isEqualTo(1);
        assertThat(found("tea")).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void theWordsOfAVersionThatWasReplacedUnsearchedAreGone() {
        found("tea");
        put(1, 1, "likes green tea");
        index.checkpoint();
        restart();
        put(1, 2, "likes coffee");
        assertThat(rowCount()).isZero();
        assertThat(found("tea")).isEmpty();
        assertThat(found("coffee")).containsExactly(1L);
    }

    @Test
    void aCheckpointSaysWhatIsContainedThoughNoRowWasWritten() {
        IntStream.rangeClosed(1, 9).forEach(n -> put(n, 1, "number " + n));
        index.checkpoint();
        restart();
        assertThat(index.backlog()).isZero();
    }

    @Test
    void withoutACheckpointOwnersAreCheckedAndNothingIsAnalysedForThem() {
        put(1, 1, "likes green tea");
        index.checkpoint();
        put(2, 1, "drinks tea at five");
        restart();
        assertThat(index.backlog()).isEqualTo(1);
        rebuild();
        assertThat(index.backlog()).isZero();
        assertThat(rowCount()).isZero();
        assertThat(found("tea")).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void aNewForwardIndexGetsEveryRow() {
        put(1, 1, "likes green tea");
        put(2, 1, "drinks tea at five");
        restart(); // nothing was ever made durable
        rebuild();
        assertThat(rowCount()).isEqualTo(2);
    }

    /// As another version of the analyser would have left it.
    private void outdateRows() {
        Tables.Batch outdated = new Tables.Batch();
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(new byte[] {0}, new byte[] {-1}, (key, row) -> {
                byte[] other = row.clone();
                other[1]--; // behind the memory's version, which is one byte here
                outdated.put(key, other);
                return true;
            });
        }
        outdated.appliedIndex(forward.appliedIndex());
        forward.write(outdated);
        index.checkpoint();
    }

    private int outdatedRows() {
        int[] count = {0};
        try (Tables.Snapshot snapshot = forward.snapshot()) {
            snapshot.scan(new byte[] {0}, new byte[] {-1}, (key, row) -> {
                count[0] += row[1] == Analyzer.VERSION ? 0 : 1;
                return true;
            });
        }
        return count[0];
    }

    @Test
    void rowsOfAnotherAnalyserAreNotReadAndMadeAnew() {
        found("tea");
        put(1, 1, "likes green tea");
        put(2, 1, "drinks tea at five");
        index.checkpoint();
        outdateRows();
        restart();
        assertThat(outdatedRows()).isEqualTo(2);
        assertThat(found("tea")).containsExactlyInAnyOrder(1L, 2L);
        assertThat(index.backlog()).isEqualTo(1);
        rebuild();
        assertThat(outdatedRows()).isZero();
        assertThat(rowCount()).isEqualTo(2);
        index.checkpoint();
        restart();
        assertThat(index.backlog()).isZero();
    }

    @Test
    void aRebuildThatWasNotFinishedBeginsAnew() {
        put(1, 1, "likes green tea");
        restart();
        put(2, 1, "drinks tea at five");
        index.checkpoint();
        restart();
        assertThat(index.backlog()).isEqualTo(1);
        rebuild();
        index.checkpoint();
        restart();
        assertThat(index.backlog()).isZero();
    }
}
