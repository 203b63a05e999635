package dev.mneme.api.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.SocketWriter;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// One connection from its acceptance to its end, as the web server's parser needs it. It sits on the socket, so that
/// bytes are checked ([RequestBytes]) and memory is counted ([ClientMemory]).
///
/// **Threads**: its own virtual one, [#run]. Any may call [#stop] and [#cut].
final class Peer
        implements Runnable,
                ConnectionContext,
                HelidonSocket,
                RequestBytes.Connection,
                ClientConnection,
                Connections.Member {
    static final ScopedValue<ClientConnection> CURRENT = ScopedValue.newInstance();

    private static final System.Logger LOG = System.getLogger(Peer.class.getName());
    private static final int DISCARDED = 256 << 10;
    private static final int LINGER_MILLIS = 1_000;

    /// What all connections of a listener share.
    record Shared(
            ListenerContext context,
            Router router,
            ServerConnectionSelector protocol,
            Connections<Peer> connections,
            ClientMemory memory,
            SlowPeerWatch idling,
            SlowPeerWatch arriving,
            Refusals refusals) {}

    private final Shared shared;
    private final Socket accepted;
    private final SocketAddress remote;
    private final @Nullable TlsLayer tls;
    private final ClientMemory.Lease headLease;
    private final long begunNanos = System.nanoTime();
    private volatile Socket socket;
    private volatile String owner = ClientMemory.KEYLESS;
    private volatile int gathered;
    private volatile @Nullable ServerConnection connection;
    private final Object turn = new Object();
    private volatile boolean stopping; // written under turn
    private volatile boolean working; // written under turn
    private volatile @Nullable Thread thread;
    private @Nullable RequestBytes bytes;
    private @Nullable OutputStream out;
    private @Nullable DataReader reader;
    private @Nullable SocketWriter writer;
    private SlowPeerWatch.@Nullable Guard guard;
    private boolean late; // the guard is for a head that has begun
    private boolean refused;

    /// Puts TLS on a socket by a handshake.
    @FunctionalInterface
    interface TlsLayer {
        Socket handshake(Socket plain) throws IOException;
    }

    Peer(Shared shared, Socket accepted, @Nullable TlsLayer tls) {
        this.shared = shared;
        this.accepted = accepted;
        this.remote = accepted.getRemoteSocketAddress();
        this.socket = accepted;
        this.tls = tls;
        this.headLease = shared.memory().open(ClientMemory.KEYLESS);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        try {
            begin();
            ServerConnection mine = shared.protocol().connection(this);
            connection = mine;
            if (stopping) {
                mine.close(false);
            }
            ScopedValue.where(CURRENT, this).call(() -> {
                mine.handle(FixedLimit.create());
                return true;
            });
        } catch (CloseConnectionException | IOException | InterruptedException e) {
            LOG.log(System.Logger.Level.TRACE, "a connection is over", e);
        } catch (RequestException | HttpException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection broke off", e);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a connection failed", e);
        } finally {
            unguard();
            linger();
            headLease.close();
            close();
            shared.connections().leave(this);
        }
    }

    private void begin() throws IOException {
        accepted.setTcpNoDelay(true);
        TlsLayer layer = tls;
        if (layer != null) {
            try (SlowPeerWatch.Guard _ = shared.arriving().guard()) {
                socket = layer.handshake(accepted);
            }
        }
        out = socket.getOutputStream();
        RequestBytes mine = new RequestBytes(
                socket.getInputStream(), shared.context().config().maxPayloadSize(), this);
        bytes = mine;
        reader = new DataReader(mine);
        writer = SocketWriter.create(this);
    }

    private static <T> T begun(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the connection has not begun");
        }
        return part;
    }

    /// Ends it after the running request, or now when there is none. A request that has begun is never interrupted,
    /// since its client would hear that its outcome is unknown.
    void stop() {
        synchronized (turn) {
            stopping = true;
            if (working) {
                return;
            }
        }
        ServerConnection now = connection;
        if (now != null) {
            now.close(false);
        } else {
            cut();
        }
    }

    @Override
    public void cut() {
        try {
            accepted.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection could not be closed", e);
        }
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
        ServerConnection now = connection;
        if (now != null) {
            now.close(true);
        }
    }

    // ---- what its bytes tell

    @Override
    public void waits() {
        turn(false);
        headLease.close();
        gathered = 0;
        shared.connections().waits(this);
        unguard();
        guard = shared.idling().guard();
        late = false;
    }

    @Override
    public boolean gathers(int size) {
        if (!late) {
            unguard();
            guard = shared.arriving().guard();
            late = true;
        }
        if (size <= ClientMemory.SMALL_HEAD) {
            return true;
        }
        long more = size - headLease.heldBytes();
        while (more > 0 && !headLease.tryAdd(more)) {
            Peer slowest = shared.connections().slowestHead();
            if (slowest == null || slowest == this) {
                return false;
            }
            slowest.headLease.close();
            slowest.cut();
        }
        gathered = size;
        return true;
    }

    @Override
    public long begunNanos() {
        return begunNanos;
    }

    @Override
    public int gathered() {
        return gathered;
    }

    @Override
    public boolean isQuiet() {
        if (connection == null || working) {
            return false;
        }
        try {
            return accepted.getInputStream().available() == 0;
        } catch (IOException e) {
            return true; // it is over
        }
    }

    /// Begins or ends a request, unless the connection is to stop.
    private void turn(boolean begins) {
        synchronized (turn) {
            if (stopping) {
                throw new CloseConnectionException("the server is stopping");
            }
            working = begins;
        }
    }

    @Override
    public void works() {
        turn(true);
        unguard();
        shared.connections().works(this);
    }

    @Override
    public void malformed(Malformed why) {
        refused = true;
        shared.refusals().count(why, address());
    }

    private void unguard() {
        SlowPeerWatch.Guard now = guard;
        guard = null;
        if (now != null) {
            now.close();
        }
    }

    /// Waits a little before closing. Closing at once would make the system drop the answer that is still on its way.
    private void linger() {
        RequestBytes mine = bytes;
        if (!refused || mine == null || accepted.isClosed()) {
            return;
        }
        try (SlowPeerWatch.Guard _ = shared.arriving().guard()) {
            accepted.setSoTimeout(LINGER_MILLIS);
            socket.shutdownOutput();
            mine.discard(DISCARDED);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "a refused client did not wait for its answer", e);
        }
    }

    // ---- for who serves it

    @Override
    public String address() {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "";
    }

    @Override
    public void shown(String keyId) {
        if (!owner.equals(keyId)) {
            owner = keyId;
            headLease.moveTo(keyId);
            shared.connections().shown(this, keyId);
        }
    }

    @Override
    public ClientMemory.Lease openLease() {
        return shared.memory().open(owner);
    }

    /// The parser lets go of the connection, which speaks another protocol from here on.
    void upgraded() {
        begun(bytes).upgraded();
    }

    // ---- as the parser wants it

    @Override
    public ListenerContext listenerContext() {
        return shared.context();
    }

    @Override
    public ExecutorService executor() {
        return shared.context().executor();
    }

    @Override
    public DataWriter dataWriter() {
        return begun(writer);
    }

    @Override
    public DataReader dataReader() {
        return begun(reader);
    }

    @Override
    public Router router() {
        return shared.router();
    }

    @Override
    public HelidonSocket serverSocket() {
        return this;
    }

    @Override
    public PeerInfo remotePeer() {
        return new Address(remote);
    }

    @Override
    public PeerInfo localPeer() {
        return new Address(accepted.getLocalSocketAddress());
    }

    @Override
    public boolean isSecure() {
        return tls != null;
    }

    @Override
    public String socketId() {
        return "http";
    }

    @Override
    public String childSocketId() {
        return String.valueOf(remote);
    }

    @Override
    public void close() {
        try (SlowPeerWatch.Guard _ = shared.arriving().guard()) { // TLS says goodbye, to whoever still reads
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "a connection could not be closed in order", e);
        } finally {
            closeAccepted();
        }
    }

    private void closeAccepted() {
        try {
            accepted.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connection could not be closed", e);
        }
    }

    @Override
    public void idle() {}

    @Override
    public boolean isConnected() {
        return !socket.isClosed();
    }

    @Override
    public int read(BufferData buffer) {
        return begun(bytes).read(buffer);
    }

    @Override
    public void write(BufferData buffer) {
        buffer.writeTo(begun(out));
    }

    @Override
    public byte @Nullable [] get() {
        return begun(bytes).get();
    }

    private record Address(SocketAddress address) implements PeerInfo {
        @Override
        public String host() {
            return address instanceof InetSocketAddress inet ? inet.getHostString() : address.toString();
        }

        @Override
        public int port() {
            return address instanceof InetSocketAddress inet ? inet.getPort() : -1;
        }

        @Override
        public Optional<Principal> tlsPrincipal() {
            return Optional.empty();
        }

        @Override
        public Optional<Certificate[]> tlsCertificates() {
            return Optional.empty();
        }
    }
}
