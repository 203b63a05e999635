package dev.mneme.api.live;

/// One open connection, as the class that keeps it sees it. Any thread may call its methods, and none of them blocks.
public interface LiveConnection {
    /// Ends the connection. The client is told the reason if it can still be written. The first reason stays.
    void end(Goodbye why);

    /// Cuts the connection now, whatever it is doing.
    void cut();

    /// When the client was last heard, as `System.nanoTime`. For an event stream, which is never heard, this is now.
    long heardNanos();

    /// Since when a write has been waiting for the client to read, as `System.nanoTime`; 0 when none is.
    long stalledNanos();

    /// Sends a sign of life, and asks for one.
    void ping();
}
