package dev.mneme.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// One connection on which a test says whatever it likes.
final class RawHttp implements AutoCloseable {
    private final Socket socket;

    RawHttp(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawHttp say(String text) {
        return say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawHttp say(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// Says no more, and listens on.
    RawHttp endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /// All that comes until the server closes.
    String rest() {
        StringBuilder rest = new StringBuilder();
        byte[] some = new byte[8 << 10];
        try {
            for (int n = socket.getInputStream().read(some);
                    n >= 0;
                    n = socket.getInputStream().read(some)) {
                rest.append(new String(some, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException reset) {
            rest.append("<reset>");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rest.toString();
    }

    /// Of an answer, up to and with the empty line.
    String head() {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            String next = read(1);
            if (next.isEmpty()) {
                break;
            }
            head.append(next);
        }
        return head.toString();
    }

    /// Exactly so many bytes.
    String read(int bytes) {
        try {
            return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends one more byte.
    ///
    /// @return whether the server has given this connection up
    boolean dribble() {
        try {
            socket.getOutputStream().write('x');
            return false;
        } catch (IOException cut) {
            return true;
        }
    }

    /// Drops the connection as a crash would: with a reset.
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
