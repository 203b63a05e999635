package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
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

/// A request as the web server hands it over, before it has found its route. To be closed when it is answered.
final class Incoming implements AutoCloseable {
    private static final int MAX_REQUEST_ID = 128;
    private static final int SMALL_BODY = 64 << 10;
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");

    private final ServerRequest request;
    private final int maxBytes;
    private final String requestId;
    private final BodyMemory memory;
    private final SlowPeerWatch arriving;
    private byte @Nullable [] body;
    private BodyMemory.@Nullable Share share;
    private boolean broken;

    /// @param arriving gives up a body that takes too long to arrive
    Incoming(ServerRequest request, int maxBytes, BodyMemory memory, SlowPeerWatch arriving) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.memory = memory;
        this.arriving = arriving;
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

    boolean secure() {
        return request.isSecure();
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
            long announced = request.headers().contentLength().orElse(-1);
            if (announced > maxBytes) {
                drain(in);
                throw tooLarge(maxBytes);
            }
            return announced < 0 ? unannounced(in) : whole(in, (int) announced);
        } catch (NumberFormatException e) { // of a chunk's size
            throw wronglyEncoded();
        } catch (RequestException e) {
            broken = true;
            throw e.status().code() == 413 ? tooLarge(maxBytes) : wronglyEncoded();
        } catch (DataReader.InsufficientDataAvailableException e) {
            broken = true;
            throw MnemeException.invalid("body", "The body ends before it is whole: send it again.");
        } catch (IOException | IllegalStateException | UncheckedIOException e) {
            throw new CloseConnectionException("the client went away in the middle of a request", e);
        }
    }

    private MnemeException wronglyEncoded() {
        broken = true;
        return MnemeException.invalid("body", "The body is not encoded as HTTP/1.1 says.");
    }

    /// Refuses a request of which it is not clear where it ends: what follows could be taken for
    /// another request (RFC 9112 §6.1, §6.3).
    void requireClearEnd() {
        String encoding = list("Transfer-Encoding");
        if (encoding != null && (!encoding.equalsIgnoreCase("chunked") || header("Content-Length") != null)) {
            throw wronglyEncoded();
        }
    }

    private byte[] whole(InputStream in, int announced) throws IOException {
        share = memory.take(announced);
        try (SlowPeerWatch.Guard _ = arriving.guard()) {
            return announced > SMALL_BODY ? in.readNBytes(announced) : small(in, announced);
        }
    }

    /// Read into one array of the announced length; a larger one as it comes, since a length that is only claimed must
    /// not take memory.
    private static byte[] small(InputStream in, int announced) throws IOException {
        byte[] bytes = new byte[announced];
        int read = in.readNBytes(bytes, 0, announced);
        return read == announced ? bytes : Arrays.copyOf(bytes, read);
    }

    /// A body in chunks is mostly small: room for the largest is taken once it is seen not to be.
    private byte[] unannounced(InputStream in) throws IOException {
        byte[] begin;
        try (SlowPeerWatch.Guard _ = arriving.guard()) {
            begin = in.readNBytes(BodyMemory.SMALL + 1);
        }
        if (begin.length <= Math.min(BodyMemory.SMALL, maxBytes)) {
            return begin;
        }
        share = memory.take(maxBytes);
        byte[] rest;
        try (SlowPeerWatch.Guard _ = arriving.guard()) {
            rest = in.readNBytes(Math.max(0, maxBytes + 1 - begin.length));
        }
        if (begin.length + rest.length > maxBytes) {
            drain(in);
            throw tooLarge(maxBytes);
        }
        byte[] all = Arrays.copyOf(begin, begin.length + rest.length);
        System.arraycopy(rest, 0, all, begin.length, rest.length);
        return all;
    }

    /// Whether the client asks that the connection be closed after the answer (RFC 9112 §9.6), and has sent
    /// all of it.
    boolean isLast() {
        return request.headers().contains(HeaderValues.CONNECTION_CLOSE) && (body != null || !hasBody());
    }

    /// Whether the next request can be found after this one: not when the body broke off, nor when the client
    /// waits to be told to send it.
    boolean keepsConnection() {
        return !broken && (body != null || !hasBody() || list("Expect") == null);
    }

    /// Reads what is left, so that the client gets to read the answer; the web server stops it when it is far
    /// too much.
    private void drain(InputStream in) throws IOException {
        try (SlowPeerWatch.Guard _ = arriving.guard()) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Override
    public void close() {
        BodyMemory.Share held = share;
        if (held != null) {
            held.close();
        }
    }

    static MnemeException tooLarge(int maxBytes) {
        return MnemeException.at(
                ErrorCode.TOO_LARGE,
                "body",
                "A request may have " + maxBytes + " bytes at most: send less, or several requests.");
    }
}
