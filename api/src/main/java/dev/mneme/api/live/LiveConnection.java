package dev.mneme.api.live;

/// One open connection, as its keeper sees it. All of it may be called by any thread, and none of it blocks.
public interface LiveConnection {
    /// Ends it: the reason is told if it can still be written. The first reason stays.
    void end(Goodbye why);

    /// Cuts it now, whatever it is doing.
    void cut();

    /// When the client was last heard, as `System.nanoTime`. An event stream, which is never heard, says now.
    long heardNanos();

    /// Since when a write has been waiting for the client to take it, as `System.nanoTime`; 0 when none is.
    long stalledNanos();

    /// Asks for a sign of life, and gives one.
    void ping();
}
