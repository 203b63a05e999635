package dev.mneme.api.websocket;

import dev.mneme.api.http.ClientMemory;
import dev.mneme.api.live.Goodbye.Reason;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntSupplier;

/// Puts a client's messages together from its frames (RFC 6455 §5).
///
/// Memory is taken as bytes come, never for a length that was only announced. A message is decoded once it is whole,
/// since a frame may end in the middle of a character.
///
/// **Threads**: one.
final class MessageReader {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int FIRST_BYTES = 1 << 10;
    private static final byte[] NOTHING = {};

    private final DataReader in;
    private final IntSupplier maxBytes;
    private final ClientMemory.Lease held;
    private long counted;
    private byte[] message = NOTHING;
    private int length;
    private boolean within; // a message has begun and not ended

    /// @param maxBytes the most bytes of one message; asked at each frame, since it may grow with the client's rights
    /// @param held counts a message from its first byte until [#done]
    MessageReader(DataReader in, IntSupplier maxBytes, ClientMemory.Lease held) {
        this.held = held;
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /// Waits for the next whole message or control frame.
    ///
    /// @throws DataReader.InsufficientDataAvailableException at the end of the bytes
    Message next() throws ProtocolFault {
        while (true) {
            Frame frame = header();
            switch (frame.opcode) {
                case TEXT, CONTINUATION -> {
                    part(frame);
                    if (frame.last) {
                        return new Message.Text(whole());
                    }
                }
                case PING -> {
                    return new Message.Ping(control(frame));
                }
                case PONG -> {
                    control(frame);
                    return new Message.Pong();
                }
                case CLOSE -> {
                    return close(control(frame));
                }
                case BINARY -> throw new ProtocolFault(Reason.NOT_TEXT, "Send JSON as text frames, not binary ones.");
                default -> throw fault("There is no opcode " + frame.opcode + ".");
            }
        }
    }

    private record Frame(int opcode, boolean last, long length, int mask) {}

    private Frame header() throws ProtocolFault {
        int first = octet();
        if ((first & 0x70) != 0) {
            throw fault("A reserved bit is set, and no extension was agreed.");
        }
        int second = octet();
        if ((second & 0x80) == 0) {
            throw fault("Frames of clients must be masked.");
        }
        int announced = second & 0x7f;
        long size = switch (announced) {
            case 126 -> number(2);
            case 127 -> number(8);
            default -> announced;
        };
        if (size < 0) {
            throw fault("A frame's length must not be negative.");
        }
        return new Frame(first & 0x0f, (first & 0x80) != 0, size, (int) number(4));
    }

    private void part(Frame frame) throws ProtocolFault {
        if ((frame.opcode == CONTINUATION) != within) {
            throw fault(within ? "A message began within another." : "A continuation without a beginning.");
        }
        if (length + frame.length > maxBytes.getAsInt()) {
            throw new ProtocolFault(Reason.TOO_LARGE, "A message may have " + maxBytes.getAsInt() + " bytes.");
        }
        within = !frame.last;
        append((int) frame.length, frame.mask);
    }

    private void append(int bytes, int mask) {
        int begin = length;
        int end = length + bytes;
        while (length < end) {
            in.ensureAvailable();
            BufferData some = in.readBuffer(Math.min(in.available(), end - length));
            int size = some.available();
            if (message.length < length + size) {
                int room = Math.clamp(
                        message.length * 2L, Math.max(FIRST_BYTES, length + size), Math.max(FIRST_BYTES, end));
                count(room);
                message = Arrays.copyOf(message, room);
            }
            some.read(message, length, size);
            for (int i = length; i < length + size; i++) {
                message[i] ^= (byte) (mask >>> (24 - 8 * ((i - begin) & 3)));
            }
            length += size;
        }
    }

    /// Counts a large message; small ones are counted with the connection.
    private void count(int room) {
        if (room > ClientMemory.SMALL_ANSWER) {
            held.await(room - counted);
            counted = room;
        }
    }

    /// The last message was served, so nothing is held for it any more.
    void done() {
        held.release(counted);
        counted = 0;
    }

    /// Drops a message that has begun.
    void drop() {
        message = NOTHING;
        length = 0;
        done();
    }

    private String whole() throws ProtocolFault {
        String text = decode(message, length);
        message = NOTHING;
        length = 0;
        return text;
    }

    private static String decode(byte[] bytes, int size) throws ProtocolFault {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolFault(Reason.NOT_UTF8, "A text message must be UTF-8.");
        }
    }

    private byte[] control(Frame frame) throws ProtocolFault {
        if (!frame.last || frame.length > MAX_CONTROL_BYTES) {
            throw fault("A control frame must be whole and have at most " + MAX_CONTROL_BYTES + " bytes.");
        }
        byte[] payload = new byte[(int) frame.length];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (in.read() ^ (frame.mask >>> (24 - 8 * (i & 3))));
        }
        return payload;
    }

    private static Message.Close close(byte[] payload) throws ProtocolFault {
        if (payload.length == 0) {
            return new Message.Close(1005);
        }
        if (payload.length == 1) {
            throw fault("A close has no reason or a code of two bytes before it.");
        }
        int code = ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
        boolean sendable =
                (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
        if (!sendable) {
            throw fault("A close must not say " + code + ".");
        }
        decode(Arrays.copyOfRange(payload, 2, payload.length), payload.length - 2);
        return new Message.Close(code);
    }

    private int octet() {
        return in.read() & 0xff;
    }

    private long number(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | octet();
        }
        return value;
    }

    private static ProtocolFault fault(String message) {
        return new ProtocolFault(Reason.PROTOCOL_ERROR, message);
    }
}
