package dev.mneme.api.http;

import dev.mneme.core.model.MnemeException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Decodes paths and queries strictly. Anything that is not percent-encoded UTF-8 is refused. So is a path segment that
/// decodes to `.` or `..`, or that has a control character or, unless the route allows them, a slash or backslash.
final class UriText {
    private UriText() {}

    /// The decoded segments of a path, which begins with a slash.
    static List<String> segments(String rawPath) {
        if (!rawPath.startsWith("/")) {
            throw wrongPath("must begin with a slash.");
        }
        List<String> segments = new ArrayList<>();
        for (String raw : rawPath.substring(1).split("/", -1)) {
            segments.add(segment(raw));
        }
        return segments;
    }

    private static String segment(String raw) {
        String segment = decode(raw, "path", false);
        if (segment.equals(".") || segment.equals("..")) {
            throw wrongPath("must not have . or .. as a segment.");
        }
        for (int i = 0; i < segment.length(); i++) {
            if (Character.isISOControl(segment.charAt(i))) {
                throw wrongPath("must not hide control characters in its segments.");
            }
        }
        return segment;
    }

    /// @throws MnemeException `invalid_request` for a segment with a slash or a backslash
    static void requireNoSlashes(List<String> segments) {
        if (segments.stream().anyMatch(segment -> segment.indexOf('/') >= 0 || segment.indexOf('\\') >= 0)) {
            throw wrongPath("must not hide slashes in its segments.");
        }
    }

    private static MnemeException wrongPath(String what) {
        return MnemeException.invalid("path", "The path " + what);
    }

    /// The parameters of a query, decoded, each with all its values.
    static Map<String, List<String>> query(String rawQuery) {
        if (rawQuery.isEmpty()) {
            return Map.of();
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : rawQuery.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals), "query", true);
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1), name.isEmpty() ? "query" : name, true);
            if (name.isEmpty()) {
                throw MnemeException.invalid("query", "The query has a value without a name.");
            }
            values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        }
        return Collections.unmodifiableMap(values);
    }

    private static String decode(String raw, String field, boolean plusIsSpace) {
        if (plain(raw, plusIsSpace)) {
            return raw;
        }
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) hexPair(raw, i, field);
                i += 2;
            } else if (c > 0x20 && c < 0x7f) {
                bytes[length++] = (byte) (c == '+' && plusIsSpace ? ' ' : c);
            } else {
                throw MnemeException.invalid(field, "The URL must have every character but ASCII percent-encoded.");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw MnemeException.invalid(field, "The URL must be percent-encoded UTF-8.");
        }
    }

    private static boolean plain(String raw, boolean plusIsSpace) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%' || c <= 0x20 || c >= 0x7f || (c == '+' && plusIsSpace)) {
                return false;
            }
        }
        return true;
    }

    private static int hexPair(String raw, int at, String field) {
        int high = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
        int low = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw MnemeException.invalid(field, "The URL has a % without two hexadecimal digits after it.");
        }
        return high * 16 + low;
    }
}
