package dev.mneme.api.http;

import dev.mneme.api.json.ParsedHeap;
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

/// A request as the web server hands it over, before its route is found. It must be closed once it is answered.
final class Incoming implements AutoCloseable {
    private static final int MAX_REQUEST_ID = 128;
    private static final int FIRST = 4 << 10;
    private static final int ANSWER = 2;
    private static final int FEW = 32 << 10; // what a usual search reads is counted with the connection
    private static final int STEP = 64 << 10;
    private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");

    private final ServerRequest request;
    private final int maxBytes;
    private final String requestId;
    private final ClientConnection connection;
    private final ClientMemory.Lease held;
    private final SlowPeerWatch arriving;
    private byte @Nullable [] body;
    private boolean broken;
    private @Nullable ParsedHeap parsed;
    private long expected;
    private boolean counting;
    private long collected;
    private long begunNanos; // when the body was first asked for

    /// @param arriving cancels a body that takes too long to arrive
    Incoming(ServerRequest request, int maxBytes, ClientConnection connection, SlowPeerWatch arriving) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.connection = connection;
        this.held = connection.openLease();
        this.arriving = arriving;
        this.requestId = requestId(request.headers());
    }

    private static String requestId(ServerRequestHeaders headers) {
        List<String> sent = headers.all(REQUEST_ID, List::of);
        String visible = sent.isEmpty() ? "" : VisibleText.of(sent.getFirst(), MAX_REQUEST_ID);
        return visible.isEmpty() ? newRequestId() : visible;
    }

    /// A random UUID (RFC 9562, version 4). It is shown to everybody, so it need not be hard to guess.
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

    /// A header that may be sent in several lines, which mean the same as one line with commas (RFC 9110 §5.3).
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
            begunNanos = System.nanoTime();
            return gather(in, announced);
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

    /// Reads a body, counting it as it comes: a length that is merely claimed takes no memory. While there is no memory
    /// for more, the body is not read and its client waits.
    private byte[] gather(InputStream in, long announced) throws IOException {
        byte[] bytes = new byte[(int) Math.min(FIRST, announced < 0 ? FIRST : announced)];
        int size = 0; // what fits in the first bytes is counted with the connection
        while (size != announced) {
            if (size == bytes.length) {
                int next = (int) Math.min(2L * size, announced < 0 ? maxBytes + 1L : announced);
                held.await(next - (size == FIRST ? 0 : size));
                bytes = Arrays.copyOf(bytes, next);
            }
            int some;
            try (SlowPeerWatch.Guard _ = arriving.guard(begunNanos)) {
                some = in.read(bytes, size, bytes.length - size);
            }
            if (some < 0) {
                break;
            }
            size += some;
            if (size > maxBytes) {
                drain(in);
                throw tooLarge(maxBytes);
            }
        }
        if (size > ClientMemory.SMALL_ANSWER) {
            held.await(size); // what is made of it
        }
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /// The request's key is known: its memory counts as the key's from now on.
    void shown(String keyId) {
        connection.shown(keyId);
        held.moveTo(keyId);
    }

    /// Ends the connection now, from any thread.
    void cut() {
        connection.cut();
    }

    /// Counts what is about to be read for the answer, waiting while there is no memory for it. From now on what is
    /// read is counted too.
    void expects(long bytes) {
        if (bytes > 0) {
            held.await(bytes);
            expected += bytes;
        }
        counting = true;
    }

    /// Counts what was read for the answer where it is more than was expected: the records themselves, and as much
    /// again for the answer that is made of them. It is refused at once, since a reader holds a turn.
    void collected(long bytes) {
        collected += bytes;
        while (counting && ANSWER * collected > expected + FEW) {
            held.add(STEP);
            expected += STEP;
        }
    }

    /// As above, for a reader that can wait.
    void collectedPatiently(long bytes) {
        collected += bytes;
        while (counting && ANSWER * collected > expected + FEW) {
            held.await(STEP);
            expected += STEP;
        }
    }

    /// How much of the held memory is for the answer.
    long expected() {
        return expected;
    }

    /// Counts what is made of this request's JSON. As much as a small answer takes, or as the body has bytes, is
    /// counted already.
    ParsedHeap parsedHeap() {
        ParsedHeap counting = parsed;
        if (counting == null) {
            counting = new ParsedHeap(held::add, Math.max(ClientMemory.SMALL_ANSWER, body().length));
            parsed = counting;
        }
        return counting;
    }

    /// The memory that is held for this request.
    ClientMemory.Lease held() {
        return held;
    }

    /// Whether the client asks that the connection be closed after the answer (RFC 9112 §9.6), and has sent all of the
    /// request.
    boolean isLast() {
        return request.headers().contains(HeaderValues.CONNECTION_CLOSE) && (body != null || !hasBody());
    }

    /// Whether the next request can be found after this one. It cannot when the body broke off, or when the client
    /// waits for permission to send it.
    boolean keepsConnection() {
        return !broken && (body != null || !hasBody() || list("Expect") == null);
    }

    /// Reads the rest of the body, so that the client gets to read the answer. The web server stops this when it is far
    /// too much.
    private void drain(InputStream in) throws IOException {
        try (SlowPeerWatch.Guard _ = arriving.guard()) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Override
    public void close() {
        held.close();
    }

    static MnemeException tooLarge(int maxBytes) {
        return MnemeException.at(
                ErrorCode.TOO_LARGE,
                "body",
                "A request may have " + maxBytes + " bytes at most: send less, or several requests.");
    }
}
