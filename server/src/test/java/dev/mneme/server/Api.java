package dev.mneme.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A server as one key's holder uses it over HTTP.
record Api(String url, String secret, HttpClient http) {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String MEMORIES = "/api/v1/memories";

    Api(String url, String secret) {
        this(
                url,
                secret,
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    }

    /// What was answered.
    ///
    /// @param json missing for a body that is no JSON
    record Reply(int status, JsonNode json, HttpResponse<String> raw) {
        @Nullable
        String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }

        String code() {
            return json.path("code").asText();
        }

        String id() {
            return json.path("memory").path("id").asText();
        }

        String position() {
            return json.path("position").asText();
        }

        /// The texts of the memories that were listed or found.
        List<String> texts() {
            List<String> texts = new ArrayList<>();
            json.path("items").forEach(item -> texts.add(item.path("text").asText()));
            json.path("results")
                    .forEach(item -> texts.add(item.path("memory").path("text").asText()));
            json.path("changes")
                    .forEach(item -> texts.add(item.path("memory").path("text").asText()));
            json.path("versions").forEach(item -> texts.add(item.path("text").asText()));
            return texts;
        }

        /// A member of each item.
        List<String> each(String list, String member) {
            return StreamSupport.stream(json.path(list).spliterator(), false)
                    .map(item -> item.at("/" + member).asText())
                    .toList();
        }
    }

    Api as(String other) {
        return new Api(url, other, http);
    }

    /// @param headers names and values, in turn
    Reply call(String method, String path, @Nullable String body, String... headers) {
        return send(method, path, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body), headers);
    }

    Reply send(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        if (!secret.isEmpty()) {
            request.header("Authorization", "Bearer " + secret);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            return new Reply(answer.statusCode(), json(answer), answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        boolean json = answer.headers().firstValue("Content-Type").orElse("").contains("json");
        try {
            return json && !answer.body().isEmpty() ? JSON.readTree(answer.body()) : MissingNode.getInstance();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    Reply get(String path, String... headers) {
        return call("GET", path, null, headers);
    }

    Reply post(String path, String body, String... headers) {
        return call("POST", path, body, headers);
    }

    Reply patch(String id, String body, String... headers) {
        return call("PATCH", MEMORIES + "/" + id, body, headers);
    }

    Reply delete(String path, String... headers) {
        return call("DELETE", path, null, headers);
    }

    Reply add(String user, String text, String... headers) {
        return post(MEMORIES, memory(text).put("userId", user).toString(), headers);
    }

    /// A memory's JSON without scope ids.
    static ObjectNode memory(String text) {
        return JSON.createObjectNode().put("text", text);
    }

    Reply search(String body, String... headers) {
        return post(MEMORIES + "/search", body, headers);
    }

    Reply list(String query, String... headers) {
        return get(MEMORIES + "?" + query, headers);
    }

    Reply listWhere(String filter) {
        return list("limit=1000&filter=" + encoded(filter));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    Api makeKey(String role, String restrict) {
        Reply made = post(
                "/api/v1/keys",
                "{\"name\":\"test\",\"role\":\"" + role + "\"" + (restrict.isEmpty() ? "" : ",\"restrict\":" + restrict)
                        + "}");
        if (made.status() != 201) {
            throw new IllegalStateException(made.raw().body());
        }
        return as(made.json().path("key").asText());
    }

    /// The id of the key that this is.
    String keyId() {
        Reply stored = add("key-id-probe", "who am I? " + System.nanoTime());
        return get(MEMORIES + "/" + stored.id() + "/history")
                .json()
                .at("/versions/0/key")
                .asText();
    }
}
