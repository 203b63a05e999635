package dev.mneme.core.hub;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a batch did to one record.
///
/// @param rows the record's rows that were put (a value) or deleted (empty), by a short name such as `m`; the others
///     stay as they are. Nothing that is a node's own, such as MACs, is in them
/// @param content what the record says, for the fields that people and other programs read: a `Memory`,
/// `MemoryVersion`,
///     `Context`, `ModeState`, `Transition`, `ResponseSource`, `SyncEvent` or `Document`. Null when there is nothing to
///     show, or when the batch left it as it was
/// @param deleted the record is gone, with all of its rows
public record RecordChange(
        RecordName name,
        Map<String, Optional<byte[]>> rows,
        @Nullable Object content,
        boolean deleted) {
    public RecordChange {
        rows = Map.copyOf(rows);
    }
}
