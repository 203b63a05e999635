package dev.mneme.api.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Speaks HTTP/1.1 by hand over one kept-alive connection, so that tests can send what no proper client would.
public final class RawClient implements AutoCloseable {
    private final int port;
    private @Nullable Socket socket;

    public RawClient(int port) {
        this.port = port;
    }

    /// An answer; headers by lower-case name.
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Reply(int status, Map<String, String> headers, byte[] bytes) {
        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    /// Sends a request as it is, and reads one answer.
    public Reply send(byte[] request, boolean head) throws IOException {
        Socket open = socket == null ? new Socket(InetAddress.getLoopbackAddress(), port) : socket;
        socket = open;
        open.setTcpNoDelay(true);
        open.setSoTimeout(20_000);
        Reply reply;
        try {
            open.getOutputStream().write(request);
            open.getOutputStream().flush();
        } catch (IOException e) {
            // refused before all was read: the answer may be there all the same
        }
        reply = read(new BufferedInputStream(open.getInputStream()), head);
        if ("close".equalsIgnoreCase(reply.header("connection"))) {
            close();
        }
        return reply;
    }

    public Reply send(String request) throws IOException {
        return send(request.getBytes(StandardCharsets.UTF_8), request.startsWith("HEAD"));
    }

    private static Reply read(InputStream in, boolean head) throws IOException {
        String[] line = line(in).split(" ", 3);
        while (line[1].equals("100")) { // "go on": the answer comes after it
            line(in);
            line = line(in).split(" ", 3);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        return new Reply(Integer.parseInt(line[1]), headers, head ? new byte[0] : body(headers, in));
    }

    private static byte[] body(Map<String, String> headers, InputStream in) throws IOException {
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line(in), 16);
            whole.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return whole.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection after: " + line);
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
