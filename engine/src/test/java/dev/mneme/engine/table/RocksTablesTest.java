package dev.mneme.engine.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.spi.Tables;
import dev.mneme.testkit.TablesContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksTablesTest extends TablesContract {
    @TempDir
    Path folder;

    private @Nullable RocksFolder opened;

    @Override
    protected Tables open() {
        close();
        opened = RocksFolder.open(folder.resolve("tables"), List.of("0", "system"), 8 << 20);
        return opened.tables(0);
    }

    /// As a kill leaves the folder: copied while a replacement is being written.
    @Test
    void aProcessThatDiesOverAReplacementLeavesWhatThereWasBefore() throws IOException {
        Tables tables = open();
        Tables.Batch batch = new Tables.Batch();
        batch.put(bytes("a"), bytes("old"));
        batch.appliedIndex(3);
        tables.write(batch);
        tables.checkpoint();
        Path killed = folder.resolve("killed");
        tables.replaceAll(9, visitor -> {
            visitor.row(bytes("a"), bytes("new"));
            visitor.row(bytes("b"), bytes("new"));
            copy(folder.resolve("tables"), killed);
        });
        assertThat(leftOver(killed)).as("what it was writing").isNotEmpty();
        try (RocksFolder again = RocksFolder.open(killed, List.of("0", "system"), 8 << 20)) {
            assertThat(again.tables(0).appliedIndex()).isEqualTo(3);
            assertThat(again.tables(0).get(bytes("a"))).isEqualTo(bytes("old"));
            assertThat(again.tables(0).get(bytes("b"))).isNull();
            assertThat(leftOver(killed)).isEmpty();
        }
        Path after = folder.resolve("after");
        copy(folder.resolve("tables"), after);
        try (RocksFolder again = RocksFolder.open(after, List.of("0", "system"), 8 << 20)) {
            assertThat(again.tables(0).appliedIndex())
                    .as("durable as it returned")
                    .isEqualTo(9);
            assertThat(again.tables(0).get(bytes("b"))).isEqualTo(bytes("new"));
            assertThat(again.tables(1).appliedIndex()).as("the other shard").isZero();
        }
        assertThat(leftOver(folder.resolve("tables"))).isEmpty();
    }

    /// Many files, and far more rows than fit in memory at once.
    @Test
    void aReplacementMayBeLarge() {
        Tables tables = open();
        byte[] row = new byte[64 << 10];
        for (int round = 1; round <= 2; round++) {
            int from = round * 1_000;
            tables.replaceAll(round, visitor -> {
                for (int n = 0; n < 2_500; n++) {
                    new SplittableRandom(n).nextBytes(row);
                    visitor.row(bytes("k" + (from + n + 10_000)), row.clone());
                }
            });
        }
        int[] count = {0};
        try (Tables.Snapshot snapshot = tables.snapshot()) {
            snapshot.all((key, value) -> ++count[0] > 0);
        }
        assertThat(count[0]).isEqualTo(2_500);
        assertThat(tables.get(bytes("k11999"))).isNull();
        assertThat(tables.get(bytes("k14499"))).hasSize(64 << 10);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Path> leftOver(Path tables) throws IOException {
        try (Stream<Path> files = Files.list(tables)) {
            return files.filter(Files::isDirectory).toList();
        }
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : files.toList()) {
                Files.copy(each, to.resolve(from.relativize(each)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }
}
