package dev.mneme.bench;

import java.nio.charset.StandardCharsets;

/// Where an HTTP/1.1 response with a `Content-Length` begins and ends in a buffer: RFC 9112, as far as our own server
/// needs it.
final class HttpFraming {
    private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);

    private HttpFraming() {}

    /// The index behind the blank line that ends the header; -1 if it is not in the buffer yet.
    static int bodyStart(byte[] buffer, int limit) {
        for (int i = 3; i < limit; i++) {
            if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /// The length of the body whose header ends at `bodyStart`.
    static int bodyLength(byte[] buffer, int bodyStart) {
        for (int i = 0; i + LENGTH.length < bodyStart; i++) {
            if (buffer[i] == '\n' && isLength(buffer, i + 1)) {
                return number(buffer, i + 1 + LENGTH.length);
            }
        }
        String header = new String(buffer, 0, bodyStart, StandardCharsets.ISO_8859_1);
        if (header.startsWith("HTTP/1.1 204") || header.startsWith("HTTP/1.1 101")) {
            return 0;
        }
        throw new IllegalStateException("a response without Content-Length: " + header);
    }

    private static boolean isLength(byte[] buffer, int from) {
        for (int i = 0; i < LENGTH.length; i++) {
            if ((buffer[from + i] | 0x20) != (LENGTH[i] | 0x20)) {
                return false;
            }
        }
        return true;
    }

    private static int number(byte[] buffer, int from) {
        int at = from;
        while (buffer[at] == ' ') {
            at++;
        }
        int value = 0;
        for (; buffer[at] >= '0' && buffer[at] <= '9'; at++) {
            value = value * 10 + buffer[at] - '0';
        }
        return value;
    }

    /// The status of the response that begins the buffer.
    static int status(byte[] buffer) {
        return number(buffer, "HTTP/1.1 ".length());
    }
}
