package dev.mneme.api.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.DirectTransportRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The bytes of one connection on their way to the parser. Each request's head is gathered and checked ([RequestHead])
/// before the parser sees any of it, and the end of the body is found here. So the parser is never given a byte that
/// might belong to another request. Chunks are unpacked and packed again as they come, so that a large one need not be
/// gathered.
///
/// ```text
///          head without body                     upgraded
///   HEAD ---------------------> HEAD     HEAD -------------> RAW
///   HEAD --> LENGTH --> HEAD             HEAD --> SIZE --> DATA --> SIZE ... --> TRAILER --> HEAD
///   any --- malformed ---> OVER: nothing is read any more
/// ```
///
/// **Threads**: the connection's own, which also calls [#upgraded].
final class RequestBytes implements Supplier<byte @Nullable []> {
    /// The most bytes of a request line, its end included.
    static final int MAX_REQUEST_LINE = 16 << 10;

    /// The most bytes of all headers together, their ends included.
    static final int MAX_HEADERS = 32 << 10;

    private static final int FIRST = 512;
    private static final int MOST = 16 << 10;
    private static final int MAX_CHUNK_LINE = 256;
    private static final int MAX_TRAILER = 8 << 10;
    private static final byte[] NOTHING = {};
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private enum State {
        HEAD,
        LENGTH,
        SIZE,
        DATA,
        DATA_END,
        TRAILER,
        RAW,
        OVER
    }

    /// The connection that the bytes belong to.
    interface Connection {
        /// The connection waits for a request.
        void waits();

        /// The connection has a part of a request's head.
        ///
        /// @param bytes of the head that it keeps
        /// @return false when there is no memory for so many
        boolean gathers(int bytes);

        /// The connection has a whole head.
        void works();

        /// The bytes were no request.
        void malformed(Malformed why);
    }

    private final InputStream in;
    private final Connection connection;
    private final long maxBody;
    private State state = State.HEAD;
    private byte[] read = NOTHING;
    private int begin;
    private int end;
    private long left; // of a body, or of a chunk
    private long announced; // of the chunks so far
    private boolean parserHolds;

    /// @param maxBody a body in chunks with more bytes is refused
    RequestBytes(InputStream in, long maxBody, Connection connection) {
        this.maxBody = maxBody;
        this.in = in;
        this.connection = connection;
    }

    /// The bytes from here on belong to another protocol.
    void upgraded() {
        state = State.RAW;
    }

    /// @return null at the end
    /// @throws RequestException for bytes that are no request; they are answered then, and the connection is closed
    @Override
    public byte @Nullable [] get() {
        try {
            return switch (state) {
                case HEAD -> head();
                case LENGTH -> body();
                case SIZE, DATA, DATA_END, TRAILER -> chunk();
                case RAW -> raw();
                case OVER -> null;
            };
        } catch (Malformed e) {
            state = State.OVER;
            connection.malformed(e);
            throw refusal(e);
        } catch (IOException e) {
            throw new ServerConnectionException("the connection broke", e);
        }
    }

    private static RequestException refusal(Malformed e) {
        return RequestException.builder()
                .type(EventType.BAD_REQUEST)
                .status(Status.create(e.status()))
                .request(DirectTransportRequest.create("HTTP/1.1", "", e.path()))
                .setKeepAlive(false)
                .message(String.valueOf(e.getMessage()))
                .build();
    }

    // ---- the head

    private byte @Nullable [] head() throws IOException, Malformed {
        if (begin == end && parserHolds) {
            parserHolds = false;
            return NOTHING; // lets the parser drop what it holds of the request before, while it waits
        }
        if (begin == end) {
            read = NOTHING;
            begin = 0;
            end = 0;
            connection.waits();
            if (!more(FIRST)) {
                return null;
            }
        } else {
            connection.waits();
        }
        skipEmptyLine();
        int searched = begin;
        int over;
        while ((over = endOfHead(searched)) < 0) {
            searched = Math.max(begin, end - 3);
            requireShort(end);
            if (!connection.gathers(Math.max(read.length, 2 * (end - begin)))) {
                throw new Malformed(503, "", "there is no memory for more headers");
            }
            int moved = begin;
            if (!more(Math.clamp(end - begin, FIRST, MOST))) {
                return null; // it broke off
            }
            searched -= moved - begin;
        }
        requireShort(over);
        byte[] raw = Arrays.copyOfRange(read, begin, over);
        begin = over;
        RequestHead head = RequestHead.of(raw, raw.length);
        if (head.chunked()) {
            state = State.SIZE;
            announced = 0;
        } else if (head.bodyBytes() > 0) {
            state = State.LENGTH;
            left = head.bodyBytes();
        }
        parserHolds = true;
        connection.works();
        return head.bytes();
    }

    /// Skips one empty line before a request line (RFC 9112 §2.2).
    private void skipEmptyLine() throws IOException {
        if (read[begin] == '\r' && (end - begin > 1 || more(FIRST)) && read[begin + 1] == '\n') {
            begin += 2;
            if (begin == end) {
                more(FIRST);
            }
        }
    }

    /// @param until the end of the part of the head that has come
    private void requireShort(int until) throws Malformed {
        int headers = begin;
        while (headers < until && headers - begin <= MAX_REQUEST_LINE && read[headers] != '\n') {
            headers++;
        }
        headers = Math.min(headers + 1, until);
        if (headers - begin > MAX_REQUEST_LINE) {
            throw new Malformed(414, "", "the request line is too long");
        }
        if (until - headers > MAX_HEADERS) {
            throw new Malformed(431, "", "the headers are too long");
        }
    }

    /// @return the index after the empty line, or -1
    private int endOfHead(int from) throws Malformed {
        for (int i = from; i < end; i++) {
            if (read[i] == '\n') {
                if (i == begin || read[i - 1] != '\r') {
                    throw new Malformed(400, "", "a line does not end in CR and LF");
                }
                if (i - begin >= 3 && read[i - 2] == '\n') {
                    return i + 1;
                }
                if (i - begin == 1) {
                    throw new Malformed(400, "", "the request line is empty");
                }
            }
        }
        return -1;
    }

    // ---- the body

    private byte @Nullable [] body() throws IOException {
        byte[] some = some(left);
        if (some != null) {
            left -= some.length;
            if (left == 0) {
                state = State.HEAD;
            }
        }
        return some;
    }

    private byte @Nullable [] chunk() throws IOException, Malformed {
        if (state == State.DATA_END) {
            String rest = line(2);
            if (rest == null) {
                return null;
            }
            if (!rest.isEmpty()) {
                throw new Malformed(400, "", "a chunk is longer than it said");
            }
            state = State.SIZE;
        }
        if (state == State.SIZE) {
            String size = line(MAX_CHUNK_LINE);
            if (size == null) {
                return null;
            }
            left = size(size);
            announced = Math.min(Long.MAX_VALUE / 2, announced + left);
            if (announced > maxBody) {
                throw new Malformed(413, "", "the chunks are too many");
            }
            state = left == 0 ? State.TRAILER : State.DATA;
        }
        if (state == State.TRAILER) {
            return trailer() ? LAST_CHUNK : null;
        }
        byte[] some = some(left);
        if (some == null) {
            return null;
        }
        left -= some.length;
        if (left == 0) {
            state = State.DATA_END;
        }
        byte[] line = (Integer.toHexString(some.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] packed = Arrays.copyOf(line, line.length + some.length + 2);
        System.arraycopy(some, 0, packed, line.length, some.length);
        packed[packed.length - 2] = '\r';
        packed[packed.length - 1] = '\n';
        return packed;
    }

    /// The size of a chunk: hexadecimal digits and nothing else. An extension of the chunk is skipped.
    private static long size(String line) throws Malformed {
        int semicolon = line.indexOf(';');
        String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).stripTrailing();
        if (digits.isEmpty()
                || digits.length() > 15
                || !digits.chars().allMatch(digit -> Character.digit(digit, 16) >= 0 && digit < 128)) {
            throw new Malformed(400, "", "a chunk's size is no number");
        }
        return Long.parseLong(digits, 16);
    }

    /// Skips trailer fields, which have no meaning here.
    private boolean trailer() throws IOException, Malformed {
        int bytes = 0;
        while (true) {
            String line = line(MAX_TRAILER);
            if (line == null) {
                return false;
            }
            if (line.isEmpty()) {
                state = State.HEAD;
                return true;
            }
            bytes += line.length();
            if (bytes > MAX_TRAILER || line.indexOf(':') < 1) {
                throw new Malformed(400, "", "what follows the last chunk is no header, or too long");
            }
        }
    }

    /// @return the line without its end; null when the connection ends
    private @Nullable String line(int most) throws IOException, Malformed {
        int searched = begin;
        while (true) {
            for (int i = searched; i < end; i++) {
                boolean ends = read[i] == '\n' && i > begin && read[i - 1] == '\r';
                if (ends) {
                    String line = new String(read, begin, i - 1 - begin, StandardCharsets.ISO_8859_1);
                    begin = i + 1;
                    return line;
                }
                if (read[i] == '\n' || (i > begin && read[i - 1] == '\r') || i - begin > most) {
                    throw new Malformed(400, "", "a line of a chunked body is too long, or does not end in CR and LF");
                }
            }
            int gathered = end - begin;
            if (!more(FIRST)) {
                return null;
            }
            searched = begin + gathered;
        }
    }

    private byte @Nullable [] raw() throws IOException {
        return some(Long.MAX_VALUE);
    }

    private byte @Nullable [] some(long most) throws IOException {
        if (begin == end) {
            read = NOTHING;
            begin = 0;
            end = 0;
            if (!more(Math.clamp(in.available(), FIRST, MOST))) {
                return null;
            }
        }
        int size = (int) Math.min(most, end - begin);
        byte[] some = Arrays.copyOfRange(read, begin, begin + size);
        begin += size;
        return some;
    }

    /// Reads once, moving the bytes that are held to the front.
    private boolean more(int room) throws IOException {
        int held = end - begin;
        byte[] next = new byte[held + room];
        System.arraycopy(read, begin, next, 0, held);
        read = next;
        begin = 0;
        end = held;
        int some = in.read(next, held, room);
        if (some <= 0) {
            state = State.OVER;
            return false;
        }
        end += some;
        return true;
    }

    /// Reads and drops what still comes, so that the client gets to read why it was refused. Nothing of it is looked
    /// at.
    void discard(int most) throws IOException {
        byte[] dropped = new byte[1 << 10];
        for (int taken = 0; taken < most; ) {
            int some = in.read(dropped);
            if (some < 0) {
                return;
            }
            taken += some;
        }
    }

    /// Reads for a protocol that does its own reading.
    int read(BufferData into) {
        return into.readFrom(in);
    }
}
