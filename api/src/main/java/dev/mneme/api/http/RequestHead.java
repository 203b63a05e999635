package dev.mneme.api.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The request line and headers of one request, checked to the letter of RFC 9112 before the parser sees them, and
/// where the request ends. Anything that two readers could understand differently is refused: a length together with
/// chunks, two lengths, a length that is no plain number, any transfer coding but `chunked`, folded lines, a line end
/// without its carriage return, space before a colon, a control character, no host, or two.
///
/// A target with scheme and host (§3.2.2) is taken apart: the parser gets its path and query, and its host as the only
/// `Host`, whatever the header said.
///
/// @param bytes as the parser gets them: they state the end of the body in only one way
/// @param bodyBytes the length of the body if it is given; 0 for no body, or for chunks
/// @param upgrade whether it asks for another protocol
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record RequestHead(byte[] bytes, boolean chunked, long bodyBytes, boolean upgrade) {
    private static final Pattern ABSOLUTE = Pattern.compile("https?://", Pattern.CASE_INSENSITIVE);

    /// A host, perhaps with a port (RFC 3986 §3.2), and without a user before it (RFC 9110 §4.2.4).
    private static final Pattern AUTHORITY =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]{0,5})?");
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    /// @param raw from the first byte to the end of the empty line
    static RequestHead of(byte[] raw, int size) throws Malformed {
        return new Reader(raw, size).read();
    }

    private static final class Reader {
        private final byte[] raw;
        private final int size;
        private final ByteArrayOutputStream clean;
        private String path = "";
        private @Nullable String authority; // of a target that names one
        private long length = -1;
        private boolean chunked;
        private boolean upgrade;
        private int hosts;

        Reader(byte[] raw, int size) {
            this.raw = raw;
            this.size = size;
            this.clean = new ByteArrayOutputStream(size);
        }

        RequestHead read() throws Malformed {
            int end = endOfLine(0);
            requestLine(end);
            for (int begin = end + 2; begin < size - 2; begin = end + 2) {
                end = endOfLine(begin);
                header(begin, end);
            }
            clean.write('\r');
            clean.write('\n');
            if (chunked && length >= 0) {
                throw bad("Content-Length and Transfer-Encoding are both there");
            }
            if (hosts != 1) {
                throw bad("there must be one Host");
            }
            return new RequestHead(clean.toByteArray(), chunked, Math.max(0, length), upgrade);
        }

        /// The index of the CR. A CR or LF that does not belong to such a pair is refused.
        private int endOfLine(int begin) throws Malformed {
            for (int i = begin; i < size - 1; i++) {
                if (raw[i] == '\r' && raw[i + 1] == '\n') {
                    return i;
                }
                if (raw[i] == '\r' || raw[i] == '\n') {
                    throw bad("a line does not end in CR and LF");
                }
            }
            throw bad("a line does not end");
        }

        private void requestLine(int end) throws Malformed {
            int first = indexOf(' ', 0, end);
            int second = first < 0 ? -1 : indexOf(' ', first + 1, end);
            if (first < 1 || second < first + 2) {
                throw bad("the request line is not METHOD target HTTP/1.1");
            }
            for (int i = 0; i < first; i++) {
                requireToken(raw[i]);
            }
            for (int i = first + 1; i < second; i++) {
                if (raw[i] >= 0 && (raw[i] <= ' ' || raw[i] == 0x7f)) {
                    throw bad("a control character in the request's target");
                }
            }
            String target = text(first + 1, second);
            path = origin(target);
            line(text(0, first) + " " + path + text(second, end));
            String version = text(second + 1, end);
            if (version.equals("HTTP/1.1")) {
                return;
            }
            if (version.matches("HTTP/[0-9]\\.[0-9]")) {
                throw new Malformed(505, path, version + " is not spoken here: use HTTP/1.1");
            }
            throw bad("the request line does not end in HTTP/1.1");
        }

        /// Path and query of a target.
        private String origin(String target) throws Malformed {
            Matcher absolute = ABSOLUTE.matcher(target);
            if (!absolute.lookingAt()) {
                return target;
            }
            String rest = target.substring(absolute.end());
            int over = endOfAuthority(rest);
            String named = rest.substring(0, over);
            if (!AUTHORITY.matcher(named).matches()) {
                throw bad("the target has no host, or one that is none");
            }
            authority = named;
            String place = rest.substring(over);
            return place.startsWith("/") ? place : "/" + place;
        }

        private static int endOfAuthority(String rest) {
            for (int i = 0; i < rest.length(); i++) {
                if ("/?#".indexOf(rest.charAt(i)) >= 0) {
                    return i;
                }
            }
            return rest.length();
        }

        private void header(int begin, int end) throws Malformed {
            int colon = indexOf(':', begin, end);
            if (colon <= begin) {
                throw bad("a header has no name");
            }
            for (int i = begin; i < colon; i++) {
                requireToken(raw[i]); // a folded line begins with space, which is none
            }
            for (int i = colon + 1; i < end; i++) {
                if (raw[i] >= 0 && ((raw[i] < ' ' && raw[i] != '\t') || raw[i] == 0x7f)) {
                    throw bad("a control character in a header");
                }
            }
            switch (text(begin, colon).toLowerCase(java.util.Locale.ROOT)) {
                case "content-length" -> {
                    length(value(colon, end));
                    line("Content-Length: " + length);
                }
                case "transfer-encoding" -> {
                    coding(value(colon, end));
                    line("Transfer-Encoding: chunked");
                }
                case "host" -> {
                    hosts++;
                    String named = authority;
                    if (named == null) {
                        clean.write(raw, begin, end + 2 - begin);
                    } else {
                        line("Host: " + named);
                    }
                }
                case "upgrade" -> {
                    upgrade = true;
                    clean.write(raw, begin, end + 2 - begin);
                }
                default -> clean.write(raw, begin, end + 2 - begin);
            }
        }

        private String value(int colon, int end) {
            int from = colon + 1;
            int to = end;
            while (from < to && (raw[from] == ' ' || raw[from] == '\t')) {
                from++;
            }
            while (to > from && (raw[to - 1] == ' ' || raw[to - 1] == '\t')) {
                to--;
            }
            return text(from, to);
        }

        private void length(String value) throws Malformed {
            if (length >= 0) {
                throw bad("Content-Length is there twice");
            }
            if (value.isEmpty() || !value.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
                throw bad("Content-Length is no number");
            }
            try {
                length = Long.parseLong(value);
            } catch (NumberFormatException tooLong) {
                length = Long.MAX_VALUE; // refused as too large, like any length beyond the limit
            }
        }

        private void coding(String value) throws Malformed {
            if (chunked || !value.equalsIgnoreCase("chunked")) {
                throw bad("the only Transfer-Encoding known here is chunked, said once");
            }
            chunked = true;
        }

        private void line(String text) {
            clean.writeBytes((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }

        private int indexOf(char wanted, int from, int to) {
            for (int i = from; i < to; i++) {
                if (raw[i] == wanted) {
                    return i;
                }
            }
            return -1;
        }

        private String text(int from, int to) {
            return new String(raw, from, to - from, StandardCharsets.ISO_8859_1);
        }

        private void requireToken(byte octet) throws Malformed {
            boolean token = (octet >= 'a' && octet <= 'z')
                    || (octet >= 'A' && octet <= 'Z')
                    || (octet >= '0' && octet <= '9')
                    || (octet > 0 && TOKEN.indexOf(octet) >= 0);
            if (!token) {
                throw bad("a method or a header's name has a character that is not allowed there");
            }
        }

        private Malformed bad(String why) {
            return new Malformed(400, path, why);
        }
    }
}
