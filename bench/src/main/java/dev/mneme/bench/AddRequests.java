package dev.mneme.bench;

import java.nio.charset.StandardCharsets;

/// Encoded requests that add one memory each, made before the clock starts. A thousand of them take turns; only the
/// user and a running number are written into the bytes, so that no two are the same memory. One thread.
final class AddRequests {
    /// Precedes the running number in a memory's text.
    static final String MARK = "\"text\":\"#";

    static final int NUMBER_DIGITS = 9;

    private static final int TEMPLATES = 1_000;
    private static final int USER_DIGITS = 6;

    private final byte[][] templates = new byte[TEMPLATES][];
    private final int[] userAt = new int[TEMPLATES];
    private final int[] numberAt = new int[TEMPLATES];
    private final int bodyBytes;

    /// @param textBytes of each text, the number included
    /// @param vectors whether a vector is sent with it
    AddRequests(String key, int textBytes, boolean vectors) {
        this(key, textBytes, vectors, false);
    }

    /// @param base64 whether vectors are sent as base64 instead of as numbers
    AddRequests(String key, int textBytes, boolean vectors, boolean base64) {
        SyntheticMemories synthetic = new SyntheticMemories(7);
        EnglishTexts english = new EnglishTexts(7);
        String body = "";
        for (int i = 0; i < TEMPLATES; i++) {
            int bytes = textBytes - NUMBER_DIGITS - 2;
            String text = "0".repeat(NUMBER_DIGITS) + " " + (vectors ? synthetic.text(bytes) : english.text(bytes));
            body = "{\"userId\":\"" + user(0) + "\"," + MARK + text + "\""
                    + (vectors ? ",\"vector\":" + vector(synthetic.vector(), base64) : "") + "}";
            String whole = new String(HttpConnection.post("/api/v1/memories", key, body), StandardCharsets.US_ASCII);
            templates[i] = whole.getBytes(StandardCharsets.US_ASCII);
            userAt[i] = whole.indexOf("\"userId\":\"u") + "\"userId\":\"u".length();
            numberAt[i] = whole.indexOf(MARK) + MARK.length();
        }
        bodyBytes = body.length();
    }

    private static String vector(float[] numbers, boolean base64) {
        return base64 ? '"' + Vectors.base64(numbers) + '"' : Vectors.json(numbers);
    }

    /// The name of the user with that number.
    static String user(int number) {
        String digits = String.valueOf(number);
        return "u" + "0".repeat(USER_DIGITS - digits.length()) + digits;
    }

    /// About how long one body is.
    int bodyBytes() {
        return bodyBytes;
    }

    /// Writes the request that adds memory `number` of `user`; returns its length.
    int write(byte[] target, int user, int number) {
        int which = number % TEMPLATES;
        byte[] template = templates[which];
        System.arraycopy(template, 0, target, 0, template.length);
        digits(target, userAt[which], USER_DIGITS, user);
        digits(target, numberAt[which], NUMBER_DIGITS, number);
        return template.length;
    }

    private static void digits(byte[] target, int from, int count, int value) {
        int rest = value;
        for (int i = from + count - 1; i >= from; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /// The number in a text that one of these requests stored, when `from` is where it begins.
    static int number(byte[] text, int from) {
        int value = 0;
        for (int i = from; i < from + NUMBER_DIGITS; i++) {
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
