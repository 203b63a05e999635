package dev.mneme.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/// Vectors as JSON.
final class Vectors {
    private Vectors() {}

    /// The bytes of 32-bit floats, the lowest first.
    static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /// With all the digits that a float has, as clients send them.
    static String json(float[] vector) {
        StringBuilder json = new StringBuilder(12 * vector.length).append('[');
        for (int i = 0; i < vector.length; i++) {
            json.append(i == 0 ? "" : ",").append(vector[i]);
        }
        return json.append(']').toString();
    }
}
