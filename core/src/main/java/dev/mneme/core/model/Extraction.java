package dev.mneme.core.model;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Messages of which a language model is to make memories, and how far that is.
///
/// @param scope whose the memories are
/// @param by who sent the messages
/// @param attempts how many attempts have failed
/// @param reason why the last attempt failed; null when none has
/// @param startedAt when the first attempt began, or null
/// @param messages what was sent; empty once it has succeeded, so that no text outlives its memory here
/// @param localOnly whether an `inspired` instance sent the messages: then no model on another machine reads them, and
///     the memories are local only
/// @param results what it did, once it has succeeded
public record Extraction(
        UUID id,
        ScopeIds scope,
        Provenance by,
        State state,
        int attempts,
        @Nullable String reason,
        Instant createdAt,
        @Nullable Instant startedAt,
        Instant updatedAt,
        List<Message> messages,
        boolean localOnly,
        List<Result> results) {
    public Extraction {
        messages = List.copyOf(messages);
        results = List.copyOf(results);
    }

    /// How far an extraction is.
    public enum State {
        /// It waits for its turn, or for another try.
        PENDING,
        /// Everything that the messages tell is kept.
        SUCCEEDED,
        /// It was given up; the messages are kept.
        FAILED
    }

    /// The result for one fact.
    ///
    /// @param id the memory that was added or deleted, or that took on what the fact brought
    /// @param event `ADD`, `UPDATE` (it superseded `replaced`, or was there and lacked something), or `DELETE`
    /// @param replaced for an update by another memory: the one that was superseded
    /// @param message the index of the message that it was taken from
    public record Result(
            MemoryId id, MemoryEvent event, @Nullable MemoryId replaced, int message) {}

    public boolean isFinished() {
        return state != State.PENDING;
    }
}
