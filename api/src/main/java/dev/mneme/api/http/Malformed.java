package dev.mneme.api.http;

/// Bytes that are no request, or whose end is ambiguous.
final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String path;

    /// @param status 400; 414 or 431 for lengths, 503 without memory, 505 for another version of HTTP
    /// @param path the requested path; empty when it is not known
    Malformed(int status, String path, String message) {
        super(message, null, false, false);
        this.status = status;
        this.path = path;
    }

    int status() {
        return status;
    }

    String path() {
        return path;
    }
}
