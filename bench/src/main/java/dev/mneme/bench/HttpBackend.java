package dev.mneme.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/// Asks LoCoMo's questions of a server over HTTP: a conversation is a user. One thread.
abstract class HttpBackend implements LocomoBackend {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpConnection server;
    private final Map<String, String> turnOf = new HashMap<>();

    HttpBackend(HttpConnection server) {
        this.server = server;
    }

    final void stored(String memory, String turn) {
        turnOf.put(memory, turn);
    }

    final String turn(String memory) {
        return turnOf.getOrDefault(memory, "unknown");
    }

    final JsonNode post(String path, Map<String, Object> body) {
        try {
            return server.post(path, JSON.writeValueAsString(body)).json();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + path, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public final void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
