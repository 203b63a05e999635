package dev.mneme.engine.read;

import dev.mneme.core.model.Change;
import java.util.List;

/// The next changes of one shard's part of the operator's feed.
///
/// @param gone whether changes after the place that was asked for are no longer retained; there are none then
public record FeedPart(List<Placed> changes, boolean gone) {
    static final FeedPart GONE = new FeedPart(List.of(), true);

    public FeedPart {
        changes = List.copyOf(changes);
    }

    /// A change, and the place after it.
    public record Placed(Change change, FeedPlace after) {}
}
