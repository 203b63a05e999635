package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.server.Api.Reply;
import java.util.HashMap;
import java.util.Map;

/// Writes a user's contexts, modes, response sources and sync events by turns, and remembers what was acknowledged.
final class NounWriter extends RepeatingWriter {
    private static final String API = "/api/v1";
    private static final int KINDS = 4;

    private final String user;
    private int requests;
    private long contextVersion;
    private long modeVersion;

    /// What was last acknowledged of each record, by its path.
    private final Map<String, String> records = new HashMap<>();

    NounWriter(String user) {
        this.user = user;
    }

    @Override
    Pending next() {
        String key = user + "-" + ++requests;
        ObjectNode body = Api.JSON.createObjectNode().put("userId", user);
        return switch (requests % KINDS) {
            case 0 -> {
                body.put("expectedVersion", contextVersion).putObject("data").put("text", key);
                yield new Pending(key, "PUT", API + "/contexts/plan", body.toString());
            }
            case 1 -> {
                body.put("instanceId", "desk").put("toMode", requests % 8 == 1 ? "parallel" : "didactic");
                body.put("expectedVersion", modeVersion);
                yield new Pending(key, "POST", API + "/modes/switch", body.toString());
            }
            case 2 -> {
                body.put("chatId", "c").put("messageId", key).put("responseHash", key);
                body.put("sourceType", "local").put("provider", "p").put("model", "m");
                yield new Pending(key, "POST", API + "/responses", body.toString());
            }
            default -> {
                body.put("eventType", "config-updated").putObject("eventData").put("text", key);
                yield new Pending(key, "POST", API + "/sync-events", body.toString());
            }
        };
    }

    @Override
    void remember(Reply reply) {
        JsonNode answer = reply.json();
        if (answer.has("context")) {
            contextVersion = answer.at("/context/version").asLong();
            records.put("/contexts/plan", answer.path("context").toString());
        } else if (answer.has("mode")) {
            modeVersion = answer.at("/mode/version").asLong();
            records.put("/modes/desk", answer.path("mode").toString());
            records.put("/transitions", String.valueOf(modeVersion));
        } else if (answer.has("response")) {
            records.put(
                    "/responses?messageId=" + answer.at("/response/messageId").asText(),
                    answer.path("response").toString());
        } else {
            records.put(
                    "/sync-events/" + answer.at("/syncEvent/id").asText(),
                    answer.path("syncEvent").toString());
        }
    }

    /// Everything that was acknowledged is there, as it was acknowledged, and once.
    void assertAllThere(Api api) {
        records.forEach(
                (path, expected) -> assertThat(found(api, path)).as(path).isEqualTo(expected));
        JsonNode owner = api.get(API + "/owners/user/" + user).json();
        assertThat(owner.path("responses").asLong()).isEqualTo(count("/responses"));
        assertThat(owner.path("syncEvents").asLong()).isEqualTo(count("/sync-events"));
        assertThat(owner.path("transitions").asLong()).isEqualTo(modeVersion);
    }

    private long count(String noun) {
        return records.keySet().stream().filter(path -> path.startsWith(noun)).count();
    }

    private String found(Api api, String path) {
        String pages = path.equals("/transitions") ? "&limit=1000" : "";
        JsonNode found = api.get(API + path + (path.contains("?") ? "&" : "?") + "userId=" + user + pages)
                .json();
        if (path.startsWith("/responses")) {
            return found.path("items").size() == 1 ? found.at("/items/0").toString() : found.toString();
        }
        return path.equals("/transitions") ? String.valueOf(found.path("items").size()) : found.toString();
    }
}
