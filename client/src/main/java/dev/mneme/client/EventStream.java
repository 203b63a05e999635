package dev.mneme.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads `text/event-stream` (WHATWG HTML, §9.2.6): UTF-8, fields `event`, `data`, `id`; an empty line ends an event.
/// `retry` is ignored. An event that was cut off is dropped.
public final class EventStream {
    /// The most characters of an event. A change has at most one memory: 64 KiB of text and of metadata by default.
    private static final int MOST_CHARS = 16 << 20;

    /// @param id the latest id in the stream, in this event or before; null if there was none yet
    /// @param data empty if the event is only a comment or a new id
    public record Event(String type, String data, @Nullable String id) {
        public boolean hasData() {
            return !data.isEmpty();
        }
    }

    private final BufferedReader lines;
    private @Nullable String lastId;

    public EventStream(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /// The next event, even one without data, so that the caller learns its id; null at the end of the stream.
    @Nullable
    public Event next() throws IOException {
        String type = "message";
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isEmpty()) {
                return new Event(type, data.toString(), lastId);
            }
            if (data.length() + line.length() > MOST_CHARS) {
                throw new IOException("an event is larger than " + MOST_CHARS + " characters");
            }
            int colon = line.indexOf(':');
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            switch (colon < 0 ? line : line.substring(0, colon)) {
                case "event" -> type = value;
                case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
                case "id" -> lastId = value.indexOf('\0') < 0 ? value : lastId;
                default -> {
                    // a comment or a field that we do not know: the standard says to pass over it
                }
            }
        }
        return null;
    }
}
