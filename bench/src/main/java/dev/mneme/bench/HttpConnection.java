package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/// One kept-alive connection to the server on this machine: blocking, and cheaper than a general client, so that the
/// server gets the cores. One thread.
final class HttpConnection implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Socket socket;
    private final String key;
    private byte[] buffer = new byte[64 << 10];

    HttpConnection(int port, String key) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        this.key = key;
    }

    /// From here on a read that waits longer fails.
    HttpConnection patientFor(Duration most) throws IOException {
        socket.setSoTimeout((int) most.toMillis());
        return this;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Response(int status, byte[] body) {
        JsonNode json() throws IOException {
            if (status >= 300) {
                throw new IOException(status + ": " + new String(body, StandardCharsets.UTF_8));
            }
            return JSON.readTree(body);
        }
    }

    /// A whole POST of JSON, head and body.
    static byte[] post(String path, String key, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(head, head.length + bytes.length);
        System.arraycopy(bytes, 0, whole, head.length, bytes.length);
        return whole;
    }

    Response post(String path, String body) throws IOException {
        return exchange(post(path, key, body));
    }

    Response get(String path) throws IOException {
        String authorization = key.isEmpty() ? "" : "Authorization: Bearer " + key + "\r\n";
        return exchange(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    /// Sends the bytes of a whole request and waits for the whole response.
    Response exchange(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        int limit = 0;
        int bodyStart = -1;
        int end = Integer.MAX_VALUE;
        while (limit < end) {
            if (limit == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int read = in.read(buffer, limit, buffer.length - limit);
            if (read < 0) {
                throw new EOFException("the server closed the connection");
            }
            limit += read;
            if (bodyStart < 0) {
                bodyStart = HttpFraming.bodyStart(buffer, limit);
                end = bodyStart < 0 ? end : bodyStart + HttpFraming.bodyLength(buffer, bodyStart);
            }
        }
        return new Response(HttpFraming.status(buffer), Arrays.copyOfRange(buffer, bodyStart, end));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
