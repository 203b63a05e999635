package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.spi.Tables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The promises of [Tables]. A test class says how to open them; opening again finds what the earlier
/// ones kept, within one test.
public abstract class TablesContract {
    /// Opens the tables of this test. Those opened before are closed first, without a checkpoint: as after a
    /// crash.
    protected abstract Tables open();

    @Test
    void newTablesAreEmpty() {
        Tables tables = open();
        assertThat(tables.appliedIndex()).isZero();
        assertThat(tables.get(key("a"))).isNull();
        assertThat(rows(tables, "", "\u007f")).isEmpty();
    }

    @Test
    void aBatchPutsDeletesAndRemembersItsIndexInOrder() {
        Tables tables = open();
        Tables.Batch batch = new Tables.Batch();
        batch.put(key("a"), key("1"));
        batch.put(key("b"), key("2"));
        batch.delete(key("a"));
        batch.put(key("b"), key("3"));
        batch.appliedIndex(7);
        tables.write(batch);
        assertThat(tables.appliedIndex()).isEqualTo(7);
        assertThat(tables.get(key("a"))).isNull();
        assertThat(tables.get(key("b"))).isEqualTo(key("3"));
    }

    @Test
    void keysAreOrderedByUnsignedBytes() {
        Tables tables = open();
        Tables.Batch batch = new Tables.Batch();
        for (int first : new int[] {0x80, 0x01, 0xff, 0x7f}) {
            batch.put(new byte[] {(byte) first}, new byte[] {1});
        }
        batch.appliedIndex(1);
        tables.write(batch);
        List<Integer> seen = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> seen.add(key[0] & 0xff));
        }
        assertThat(seen).containsExactly(0x01, 0x7f, 0x80);
    }

    @Test
    void aScanTakesTheLowerEndAndLeavesTheUpper() {
        Tables tables = open();
        fill(tables, 1, "a", "b", "c", "d");
        assertThat(rows(tables, "b", "d")).containsExactly("b", "c");
        assertThat(rowsDown(tables, "b", "d")).containsExactly("c", "b");
        assertThat(rowsDown(tables, "a", "cc")).containsExactly("c", "b", "a");
        assertThat(rows(tables, "c", "c")).isEmpty();
    }

    @Test
    void aScanStopsWhenTheVisitorSaysSo() {
        Tables tables = open();
        fill(tables, 1, "a", "b", "c", "d");
        List<String> seen = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(key("a"), key("z"), (key, row) -> {
                seen.add(text(key));
                return seen.size() < 2;
            });
            snapshot.scanDown(key("a"), key("z"), (key, row) -> {
                seen.add(text(key));
                return seen.size() < 3;
            });
        }
        assertThat(seen).containsExactly("a", "b", "d");
    }

    @Test
    void aSnapshotDoesNotChange() {
        Tables tables = open();
        fill(tables, 1, "a", "b");
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            Tables.Batch batch = new Tables.Batch();
            batch.delete(key("a"));
            batch.put(key("c"), key("new"));
            batch.put(key("b"), key("changed"));
            batch.appliedIndex(2);
            tables.write(batch);
            tables.checkpoint();
            tables.compact(key("a"), key("z"));
            List<String> seen = new ArrayList<>();
            snapshot.scan(key("a"), key("z"), (key, row) -> seen.add(text(key) + "=" + text(row)));
            assertThat(seen).containsExactly("a=a", "b=b");
            assertThat(snapshot.get(key("c"))).isNull();
        }
        assertThat(rows(tables, "a", "z")).containsExactly("b", "c");
    }

    @Test
    void aCheckpointSurvivesACrash() {
        Tables tables = open();
        fill(tables, 3, "a", "b");
        assertThat(tables.checkpoint()).isEqualTo(3);
        Tables again = open();
        assertThat(again.appliedIndex()).isEqualTo(3);
        assertThat(rows(again, "a", "z")).containsExactly("a", "b");
    }

    @Test
    void aCompactionOfWhatWasDeletedChangesNothingElse() {
        Tables tables = open();
        fill(tables, 1, "a", "b", "c");
        Tables.Batch batch = new Tables.Batch();
        batch.delete(key("b"));
        batch.appliedIndex(2);
        tables.write(batch);
        tables.checkpoint();
        tables.compact(key("b"), key("c"));
        assertThat(rows(tables, "a", "z")).containsExactly("a", "c");
        assertThat(tables.sizeBytes()).isNotNegative();
    }

    /// After a crash the rows are those of one earlier applied index, never of less than the last checkpoint.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void afterACrashTheRowsAreThoseOfTheIndex(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<NavigableMap<String, String>> states = new ArrayList<>(List.of(new TreeMap<>()));
        Tables tables = open();
        long checkpoint = 0;
        for (int step = 0; step < 200; step++) {
            TreeMap<String, String> state = new TreeMap<>(states.getLast());
            Tables.Batch batch = new Tables.Batch();
            for (int row = random.nextInt(5); row >= 0; row--) {
                String key = "k" + random.nextInt(20);
                if (random.nextInt(3) == 0) {
                    batch.delete(key(key));
                    state.remove(key);
                } else {
                    batch.put(key(key), key("v" + step));
                    state.put(key, "v" + step);
                }
            }
            states.add(state);
            batch.appliedIndex(states.size() - 1);
            tables.write(batch);
            if (random.nextInt(10) == 0) {
                checkpoint = tables.checkpoint();
            }
            if (random.nextInt(40) == 0) {
                tables = open();
                assertThat(tables.appliedIndex()).isBetween(checkpoint, states.size() - 1L);
                states.subList((int) tables.appliedIndex() + 1, states.size()).clear();
            }
            assertThat(content(tables)).isEqualTo(states.getLast());
        }
    }

    /// A reader beside the writer sees whole batches, and index and rows that belong together.
    @Test
    void aReaderSeesWholeBatches() throws Exception {
        Tables tables = open();
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
            while (!done.get()) {
                try (Tables.Snapshot snapshot = tables.snapshot()) {
                    byte[] first = snapshot.get(key("first"));
                    assertThat(snapshot.get(key("second"))).isEqualTo(first);
                }
            }
        });
        for (int n = 1; n <= 500; n++) {
            Tables.Batch batch = new Tables.Batch();
            batch.put(key("first"), key("n" + n));
            batch.put(key("second"), key("n" + n));
            batch.appliedIndex(n);
            tables.write(batch);
        }
        done.set(true);
        reader.get(20, TimeUnit.SECONDS);
    }

    private static void fill(Tables tables, long index, String... keys) {
        Tables.Batch batch = new Tables.Batch();
        Arrays.stream(keys).forEach(key -> batch.put(key(key), key(key)));
        batch.appliedIndex(index);
        tables.write(batch);
    }

    private static NavigableMap<String, String> content(Tables tables) {
        NavigableMap<String, String> content = new TreeMap<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(key("k"), key("l"), (key, row) -> {
                content.put(text(key), text(row));
                return true;
            });
        }
        return content;
    }

    private static List<String> rows(Tables tables, String from, String to) {
        List<String> keys = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scan(key(from), key(to), (key, row) -> text(key).startsWith("\0") || keys.add(text(key)));
        }
        return keys;
    }

    private static List<String> rowsDown(Tables tables, String from, String to) {
        List<String> keys = new ArrayList<>();
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.scanDown(key(from), key(to), (key, row) -> keys.add(text(key)));
        }
        return keys;
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] key) {
        return new String(key, StandardCharsets.ISO_8859_1);
    }
}
