package dev.mneme.api.http;

/// The connection of a request, for code that serves the request.
public interface ClientConnection {
    /// The connection of the request that this thread serves.
    static ClientConnection current() {
        return Peer.CURRENT.get();
    }

    /// The client's address, as text without a port.
    String address();

    /// The connection has shown a key, and counts as that key's from here on.
    void shown(String keyId);

    /// Begins to count memory for this connection, on its key once it has shown one.
    ClientMemory.Lease openLease();

    /// Ends the connection now, whatever it is doing. Any thread may call.
    void cut();
}
