package dev.mneme.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/// An open stream of server-sent events, of which it remembers ids, types and data.
final class Events implements AutoCloseable {
    /// @param event the type; `id` for an id alone
    record Event(String id, String event, String data) {
        String text() {
            return json().at("/memory/text").asText();
        }

        com.fasterxml.jackson.databind.JsonNode json() {
            try {
                return Api.JSON.readTree(data);
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Stream<String> lines;
    private volatile boolean ended;

    private Events(Stream<String> lines) {
        this.lines = lines;
    }

    /// @param headers names and values, in turn
    static Events open(Api api, String query, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(api.url() + "/api/v1/changes?" + query))
                .header("Accept", "text/event-stream")
                .header("Authorization", "Bearer " + api.secret());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<Stream<String>> answer = api.http().send(request.build(), BodyHandlers.ofLines());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("status " + answer.statusCode());
            }
            Events events = new Events(answer.body());
            Thread.ofVirtual().start(events::read);
            return events;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        String id = "";
        String event = "";
        StringBuilder data = new StringBuilder();
        try {
            for (String line : (Iterable<String>) lines::iterator) {
                if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.append(line.substring(6));
                } else if (line.isEmpty() && !event.isEmpty()) {
                    events.add(new Event(id, event, data.toString()));
                    event = "";
                    data.setLength(0);
                }
            }
        } catch (UncheckedIOException e) {
            // cut: the stream is over
        } finally {
            ended = true;
        }
    }

    List<Event> all() {
        return events;
    }

    List<String> texts() {
        return events.stream()
                .filter(event -> event.event().startsWith("memory."))
                .map(Event::text)
                .toList();
    }

    boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        lines.close();
    }
}
