package dev.mneme.api.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A successful answer of a route, for its documentation.
///
/// @param type the `wire` record that it carries; null for none, or if it is not JSON
/// @param events the `wire` records that an event stream's data may be; otherwise empty
/// @param headers headers that it may have, besides those of every answer
public record Reply(
        int status,
        String mediaType,
        @Nullable Class<? extends Record> type,
        List<Class<? extends Record>> events,
        String description,
        List<Parameter> headers) {

    public static Reply json(int status, Class<? extends Record> type, String description) {
        return new Reply(status, "application/json", type, List.of(), description, List.of());
    }

    public static Reply page(String mediaType, String description) {
        return new Reply(200, mediaType, null, List.of(), description, List.of());
    }

    /// Server-sent events.
    ///
    /// @param data what an event's data may be
    public static Reply events(String description, List<Class<? extends Record>> data) {
        return new Reply(200, "text/event-stream", null, List.copyOf(data), description, List.of());
    }

    /// This answer, with more headers that it may have.
    public Reply with(Parameter... more) {
        List<Parameter> all = new ArrayList<>(headers);
        all.addAll(List.of(more));
        return new Reply(status, mediaType, type, events, description, List.copyOf(all));
    }
}
