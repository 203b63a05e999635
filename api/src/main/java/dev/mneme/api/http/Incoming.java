package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A request as the web server hands it over, before it has found its route.
final class Incoming {
    private static final int MAX_REQUEST_ID = 128;
    private static final int SMALL_BODY = 64 << 10;
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");

    private final ServerRequest request;
    private final int maxBytes;
    private final String requestId;
    private byte @Nullable [] body;
    private boolean broken;

    Incoming(ServerRequest request, int maxBytes) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.requestId = requestId(request.headers());
    }

    private static String requestId(ServerRequestHeaders headers) {
        List<String> sent = headers.all(REQUEST_ID, List::of);
        String visible = sent.isEmpty() ? "" : VisibleText.of(sent.getFirst(), MAX_REQUEST_ID);
        return visible.isEmpty() ? newRequestId() : visible;
    }

    /// A random UUID (RFC 9562, version 4). It is told to everybody, so nobody need be unable to guess it.
    private static String newRequestId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() >>> 2) | Long.MIN_VALUE;
        return new UUID(high, low).toString();
    }

    String requestId() {
        return requestId;
    }

    String method() {
        return request.prologue().method().text();
    }

    String rawPath() {
        return request.prologue().uriPath().rawPath();
    }

    String rawQuery() {
        return request.prologue().query().rawValue();
    }

    @Nullable
    String header(String name) {
        List<String> values = request.headers().all(HeaderNames.create(name), List::of);
        if (values.size() > 1) {
            throw MnemeException.invalid(name, "The header " + name + " is there twice: send it once.");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /// A header that may be sent in several lines, which mean what one with commas means (RFC 9110 §5.3).
    @Nullable
    String list(String name) {
        List<String> values = request.headers().all(HeaderNames.create(name), List::of);
        return values.isEmpty() ? null : String.join(", ", values);
    }

    boolean hasBody() {
        return request.content().hasEntity();
    }

    byte[] body() {
        byte[] read = body;
        if (read == null) {
            read = hasBody() ? read() : new byte[0];
            body = read;
        }
        return read;
    }

    private byte[] read() {
        InputStream in = request.content().inputStream(); // not closed: closing would wait for what never comes
        try {
            byte[] bytes = read(in, request.headers().contentLength().orElse(Long.MAX_VALUE));
            if (bytes.length > maxBytes) {
                drain(in);
                throw tooLarge(maxBytes);
            }
            return bytes;
        } catch (RequestException e) {
            broken = true;
            throw e.status().code() == 413
                    ? tooLarge(maxBytes)
                    : MnemeException.invalid("body", "The body is not encoded as HTTP/1.1 says.");
        } catch (IOException | IllegalStateException | UncheckedIOException e) {
            throw new CloseConnectionException("the client went away in the middle of a request", e);
        }
    }

    /// A body whose length is known and small is read into an array of that length; another as it comes, since a
    /// length that is only claimed must not take memory.
    private byte[] read(InputStream in, long length) throws IOException {
        if (length > Math.min(SMALL_BODY, maxBytes)) {
            return in.readNBytes(maxBytes + 1);
        }
        byte[] bytes = new byte[(int) length];
        int read = in.readNBytes(bytes, 0, bytes.length);
        boolean whole = in.read() < 0; // so that the web server knows the body to be over
        return whole && read == length ? bytes : Arrays.copyOf(bytes, read);
    }

    /// Whether the next request can be found after this one: not when the body broke off, nor when the client
    /// waits to be told to send it.
    boolean keepsConnection() {
        return !broken && (body != null || !hasBody() || header("Expect") == null);
    }

    /// Reads what is left, so that the client gets to read the answer; the web server stops it when it is far
    /// too much.
    private static void drain(InputStream in) throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    static MnemeException tooLarge(int maxBytes) {
        return MnemeException.at(
                ErrorCode.TOO_LARGE,
                "body",
                "A request may have " + maxBytes + " bytes at most: send less, or several requests.");
    }
}
