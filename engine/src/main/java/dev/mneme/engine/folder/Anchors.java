package dev.mneme.engine.folder;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.ShardId;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.integrity.IntegrityFiles;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/// Which anchor a data folder is held to.
public final class Anchors {
    private Anchors() {}

    /// The anchor that the operator names, begun when the folder had none; a folder that had one does not go
    /// on without.
    ///
    /// @param lastIndex the last index that the log has for a shard
    /// @throws MnemeException `INTEGRITY_VIOLATION` when the folder and its anchor do not agree, or it has one that
    ///     nobody names
    public static Optional<Anchor> open(
            DataFolder folder,
            IntegrityFiles files,
            SortedMap<ShardId, Tables> shards,
            ToLongFunction<ShardId> lastIndex,
            LongSupplier nanos) {
        Optional<Anchor> anchor = check(folder, files, shards, lastIndex, nanos);
        anchor.filter(begun -> !folder.isAnchored()).ifPresent(begun -> {
            begun.append(shards);
            folder.keepAnchor();
        });
        return anchor;
    }

    /// As [#open], and changes nothing but what the folder remembers of the anchor.
    public static Optional<Anchor> check(
            DataFolder folder,
            IntegrityFiles files,
            SortedMap<ShardId, Tables> shards,
            ToLongFunction<ShardId> lastIndex,
            LongSupplier nanos) {
        Path file = files.anchor();
        if (file == null) {
            if (folder.isAnchored()) {
                throw new MnemeException(
                        ErrorCode.INTEGRITY_VIOLATION,
                        "The data folder " + folder.path() + " has an anchor, and none is named: name it with --anchor."
                                + " To go on without one, run mneme verify --accept anchor.");
            }
            return Optional.empty();
        }
        Anchor anchor = new Anchor(file, folder.path(), folder.epoch(), folder.seal(), files.anchorEvery(), nanos);
        anchor.check(shards, lastIndex, folder.isAnchored());
        return Optional.of(anchor);
    }
}
