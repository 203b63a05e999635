package dev.mneme.api.http;

import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// The server's side of TLS, put on accepted sockets.
record TlsServer(Tls tls) implements Peer.TlsLayer {
    @Override
    public Socket handshake(Socket plain) throws IOException {
        SSLSocket socket = (SSLSocket) tls.sslContext()
                .getSocketFactory()
                .createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
        SSLParameters parameters = tls.sslParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        socket.setUseClientMode(false);
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }
}
