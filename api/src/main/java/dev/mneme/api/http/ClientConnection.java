package dev.mneme.api.http;

/// The connection that a request came on, for who serves the request.
public interface ClientConnection {
    /// The connection of the request that this thread serves.
    static ClientConnection current() {
        return Peer.CURRENT.get();
    }

    /// Where it comes from, as text without a port.
    String address();

    /// It has shown a key: from here on it counts as that key's.
    void shown(String keyId);

    /// Memory for what is held for it, on its key once it has shown one.
    ClientMemory.Lease openLease();

    /// Ends it now, whatever it does; from any thread.
    void cut();
}
