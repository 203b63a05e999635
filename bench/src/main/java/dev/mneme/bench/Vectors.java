package dev.mneme.bench;

/// Vectors as JSON.
final class Vectors {
    private Vectors() {}

    /// With all the digits that a float has, as clients send them.
    static String json(float[] vector) {
        StringBuilder json = new StringBuilder(12 * vector.length).append('[');
        for (int i = 0; i < vector.length; i++) {
            json.append(i == 0 ? "" : ",").append(vector[i]);
        }
        return json.append(']').toString();
    }
}
