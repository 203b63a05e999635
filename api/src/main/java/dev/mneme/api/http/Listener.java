package dev.mneme.api.http;

import dev.mneme.core.log.CountedLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Accepts connections until it is stopped, even when accepting fails: if the system has no more descriptors, the
/// quietest connection goes and accepting goes on.
///
/// The web server's own listener is not used, since it ends for good with the first `accept` that fails.
final class Listener {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    private static final int BACKLOG = 1_024;
    private static final long PAUSE_NANOS = 20_000_000;

    private final InetSocketAddress address;
    private final Peer.@Nullable TlsLayer tls;
    private final Peer.Shared shared;
    private final CountedLog failing = new CountedLog(LOG, System.Logger.Level.ERROR);
    private final CountedLog crowded = new CountedLog(LOG, System.Logger.Level.WARNING);
    private @Nullable ServerSocket socket;
    private @Nullable Thread accepting;
    private volatile boolean stopping;

    Listener(InetSocketAddress address, Peer.@Nullable TlsLayer tls, Peer.Shared shared) {
        this.address = address;
        this.tls = tls;
        this.shared = shared;
    }

    /// @throws IOException when the port cannot be had
    void start() throws IOException {
        shared.router().beforeStart();
        ServerSocket listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(address, BACKLOG);
        } catch (IOException | RuntimeException e) {
            listening.close();
            throw e;
        }
        socket = listening;
        accepting = Thread.ofPlatform().name("listener").start(() -> listen(listening)); // no daemon: keeps the process
    }

    int port() {
        ServerSocket listening = socket;
        return listening == null ? -1 : listening.getLocalPort();
    }

    private void listen(ServerSocket listening) {
        while (!stopping) {
            try {
                take(listening.accept());
            } catch (IOException | RuntimeException e) {
                if (!stopping) {
                    failing.log("A connection could not be accepted; the quietest one goes, and accepting goes on", e);
                    cut(shared.connections().shed());
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void take(Socket accepted) throws IOException {
        if (shared.connections().crowded()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        for (long wait; !stopping && (wait = shared.connections().waitNanos(System.nanoTime())) > 0; ) {
            LockSupport.parkNanos(Math.min(wait, PAUSE_NANOS)); // places may be left meanwhile
        }
        Peer peer = new Peer(shared, accepted, tls);
        Peer goes = shared.connections().enter(peer);
        if (goes != null) {
            crowded.log("All places for connections are taken; the quietest one goes for each that comes");
            cut(goes);
            if (goes == peer) {
                return;
            }
        }
        Thread.ofVirtual().name("connection").start(peer);
    }

    private static void cut(@Nullable Peer peer) {
        if (peer != null) {
            peer.cut();
        }
    }

    int connections() {
        return shared.connections().count();
    }

    /// Waits until the port is free. The system gives it back only once the thread has left its `accept`; a server that
    /// is started in the place of this one needs the port.
    private void awaitFreePort(Duration within) {
        Thread thread = accepting;
        try {
            if (thread != null && !thread.join(within)) {
                LOG.log(System.Logger.Level.WARNING, "The listener did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Accepts nothing more, lets running requests go on for a while, then cuts the rest.
    void stop(Duration within) {
        stopping = true;
        ServerSocket listening = socket;
        if (listening != null) {
            try {
                listening.close();
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "The listener could not be closed", e);
            }
        }
        awaitFreePort(within);
        shared.connections().open().forEach(Peer::stop);
        if (!shared.connections().awaitNone(within.toNanos())) {
            shared.connections().open().forEach(Peer::cut);
            shared.connections().awaitNone(within.toNanos());
        }
        shared.context().executor().shutdownNow();
        shared.router().afterStop();
    }
}
