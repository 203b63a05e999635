package dev.mneme.api.http;

import dev.mneme.api.json.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The answer of a handler: a body of known length, one of unknown length, or a stream of events.
public sealed interface Answer {
    Map<String, String> headers();

    /// @param mediaType of the body; empty when there is none
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Body(int status, String mediaType, byte[] bytes, Map<String, String> headers) implements Answer {}

    /// Answered with 200 and `text/event-stream`; `source` writes the events until it returns.
    record Events(EventSource source, Map<String, String> headers) implements Answer {}

    /// Answered with 200; `source` writes the body in chunks.
    record Download(String mediaType, BodySource source, Map<String, String> headers) implements Answer {}

    static Answer json(int status, Object body) {
        return new Body(status, "application/json", JsonWriter.bytes(body), Map.of());
    }

    static Answer text(int status, String mediaType, String body) {
        return new Body(status, mediaType, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static Answer empty(int status) {
        return new Body(status, "", new byte[0], Map.of());
    }

    static Answer events(EventSource source) {
        return new Events(source, Map.of());
    }

    static Answer download(String mediaType, BodySource source) {
        return new Download(mediaType, source, Map.of());
    }

    /// This answer with one more header; without it when `value` is null.
    default Answer with(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(headers());
        more.put(name, value);
        return switch (this) {
            case Body(int status, String mediaType, byte[] bytes, Map<String, String> old) ->
                new Body(status, mediaType, bytes, more);
            case Events(EventSource source, Map<String, String> old) -> new Events(source, more);
            case Download(String mediaType, BodySource source, Map<String, String> old) ->
                new Download(mediaType, source, more);
        };
    }
}
