package dev.mneme.engine.node;

import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.folder.DataFolder;
import dev.mneme.engine.folder.ForwardIndex;
import dev.mneme.engine.table.RocksFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The shards of a data folder: the manifest says which are there, and each has a column family for its rows and one
/// for its words.
final class FolderShards implements ShardFiles {
    private final DataFolder folder;
    private final RocksFolder tables;
    private final RocksFolder index;
    private final Consumer<SortedMap<ShardId, Tables>> anchor;

    /// @param anchor is told which shards there are from now on, and their rows
    FolderShards(
            DataFolder folder, RocksFolder tables, RocksFolder index, Consumer<SortedMap<ShardId, Tables>> anchor) {
        this.folder = folder;
        this.tables = tables;
        this.index = index;
        this.anchor = anchor;
    }

    @Override
    public SortedSet<ShardId> held() {
        return folder.held();
    }

    @Override
    public SortedSet<ShardId> received() {
        return folder.received();
    }

    @Override
    public SortedSet<ShardId> unfinished() {
        return folder.unfinished();
    }

    /// The rows of every shard that is there.
    SortedMap<ShardId, Tables> rowsOfHeld() {
        SortedMap<ShardId, Tables> rows = new TreeMap<>();
        held().forEach(shard -> rows.put(shard, rows(shard)));
        return rows;
    }

    @Override
    public void begin(ShardId shard) {
        folder.begin(shard);
    }

    @Override
    public void receive(ShardId shard) {
        folder.receive(shard);
    }

    @Override
    public void keep(ShardId shard) {
        folder.keep(shard);
        anchor.accept(rowsOfHeld());
    }

    /// The anchor tells of it no more, before it is gone: it would else refuse a folder that lacks the shard.
    @Override
    public void giveUp(ShardId shard) {
        SortedMap<ShardId, Tables> others = rowsOfHeld();
        others.remove(shard);
        anchor.accept(others);
        folder.giveUp(shard);
    }

    @Override
    public void drop(ShardId shard, Duration atMost) {
        tables.drop(shard.toString(), atMost);
        index.drop(shard.toString(), atMost);
        folder.forget(shard);
    }

    @Override
    public Tables rows(ShardId shard) {
        return tables.tables(shard.toString());
    }

    @Override
    public Tables words(ShardId shard) {
        Path path = folder.path().resolve("index");
        return ForwardIndex.tables(path, index.tables(shard.toString()));
    }
}
