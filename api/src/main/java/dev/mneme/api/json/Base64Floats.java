package dev.mneme.api.json;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/// Numbers in the form in which OpenAI-compatible services give embeddings with `encoding_format: base64`: 32-bit
/// floats, the lowest byte first, one after another, in the base64 of RFC 4648 §4. They take a third of the bytes of
/// the same numbers in JSON, and no number needs to be parsed.
final class Base64Floats {
    private static final int BYTES = Float.BYTES;

    private Base64Floats() {}

    /// @throws IllegalArgumentException whose message says what is wrong, as the end of a sentence that begins with the
    ///     field's name
    static float[] read(char[] text, int from, int length, int max) {
        if (length > 4 * Math.ceilDiv(max * BYTES, 3)) {
            throw new IllegalArgumentException("must hold " + max + " numbers at most.");
        }
        ByteBuffer bytes = ByteBuffer.wrap(decoded(text, from, length)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() % BYTES != 0) {
            throw new IllegalArgumentException("must hold 32-bit floats in base64, 4 bytes each: it has "
                    + bytes.remaining() + " bytes, which " + BYTES + " does not divide.");
        }
        float[] values = new float[bytes.remaining() / BYTES];
        bytes.asFloatBuffer().get(values);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("must hold finite numbers: look at the one at " + i + ".");
            }
        }
        return values;
    }

    private static byte[] decoded(char[] text, int from, int length) {
        byte[] letters = new byte[length];
        for (int i = 0; i < length; i++) {
            char letter = text[from + i];
            letters[i] = letter < 0x80 ? (byte) letter : 0; // 0 is no letter of base64
        }
        try {
            return Base64.getDecoder().decode(letters);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "must be a list of numbers, or base64 (A to Z, a to z, 0 to 9, + and /) of 32-bit floats, the"
                            + " lowest byte first.",
                    e);
        }
    }
}
