package dev.mneme.api.http;

/// Answers the requests of one route. Called on a virtual thread, so it may block.
@FunctionalInterface
public interface Handler {
    /// @throws dev.mneme.core.model.MnemeException becomes a problem; anything else becomes `internal`
    Answer handle(Request request) throws InterruptedException;
}
