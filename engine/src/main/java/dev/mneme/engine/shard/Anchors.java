package dev.mneme.engine.shard;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/// Which anchor a data folder is held to.
final class Anchors {
    private Anchors() {}

    /// The anchor that the operator names, begun when the folder had none; a folder that had one does not go
    /// on without.
    ///
    /// @param lastIndex the last index that the log has for a shard
    /// @throws MnemeException `INTEGRITY_VIOLATION` when the folder and its anchor do not agree, or it has one that
    ///     nobody names
    static Optional<Anchor> open(
            DataFolder folder,
            IntegrityFiles files,
            List<Tables> shards,
            ToLongFunction<Integer> lastIndex,
            LongSupplier nanos) {
        Optional<Anchor> anchor = check(folder, files, shards, lastIndex, nanos);
        anchor.filter(begun -> !folder.isAnchored()).ifPresent(begun -> {
            begun.append(shards);
            folder.keepAnchor();
        });
        return anchor;
    }

    /// As [#open], and changes nothing but what the folder remembers of the anchor.
    static Optional<Anchor> check(
            DataFolder folder,
            IntegrityFiles files,
            List<Tables> shards,
            ToLongFunction<Integer> lastIndex,
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
