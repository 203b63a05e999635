package dev.mneme.api.mem0;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The messages of an add: a list of `{role, content}`, a single one, or a bare string, which is the user's.
///
/// @param kept the messages that can be kept; empty when none can
/// @param leftOut the others, counted by what they are, such as `image_url` or `messages of the system`
record Messages(List<Message> kept, Map<String, Integer> leftOut) {
    private static final String PATH = "messages";

    /// Roles whose messages instruct the assistant. They are nobody's memories.
    private static final Set<String> INSTRUCTING = Set.of("system", "developer");

    /// @param name the speaker's, if the message has one
    record Message(String role, String text, @Nullable String name) {}

    /// @throws MnemeException `invalid_request` for anything that is not messages, and for messages that are all empty
    static Messages of(Body body, int atMost) {
        Reader reader = new Reader();
        switch (body.get(PATH)) {
            case null -> throw Body.wrong(PATH, "is needed: a list of {\"role\", \"content\"}.");
            case JsonString(String text) -> reader.text(text);
            case JsonObject one -> reader.several(List.of(one));
            case JsonArray(List<Json> items) -> reader.several(items);
            default -> throw Body.wrong(PATH, "must be a list of {\"role\", \"content\"}, or a string.");
        }
        Messages messages = reader.messages();
        if (messages.kept.isEmpty() && messages.leftOut.isEmpty()) {
            throw Body.wrong(PATH, "has nothing to keep: no message with a content in it.");
        }
        if (messages.kept.size() > atMost) {
            throw Body.wrong(PATH, "may hold " + atMost + " messages at most.");
        }
        return messages;
    }

    /// The answer's notice of what was left out, as a sentence with a space before it; empty when everything was kept.
    String notice() {
        if (leftOut.isEmpty()) {
            return "";
        }
        String what = leftOut.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
        return " Left out, since there is no text of anybody's to keep in it: " + what + ".";
    }

    private static final class Reader {
        private final List<Message> kept = new ArrayList<>();
        private final Map<String, Integer> leftOut = new TreeMap<>();

        Messages messages() {
            return new Messages(List.copyOf(kept), leftOut);
        }

        void text(String text) {
            if (!Wording.isEmpty(text)) {
                kept.add(new Message("user", text, null));
            }
        }

        void several(List<Json> items) {
            for (int i = 0; i < items.size(); i++) {
                String path = PATH + "[" + i + "]";
                if (items.get(i) instanceof JsonString(String text)) {
                    text(text);
                } else {
                    message(Body.of(items.get(i), path), path);
                }
            }
        }

        private void message(Body message, String path) {
            String said = message.text("role");
            String role = said == null ? "user" : said;
            if (INSTRUCTING.contains(role)) {
                leftOut("message of role " + role);
                return;
            }
            String text = content(message.get("content"), path + ".content", true);
            if (!Wording.isEmpty(text)) {
                kept.add(new Message(role, text, message.text("name")));
            }
            if (message.get("tool_calls") != null) {
                leftOut("tool_calls");
            }
        }

        private void leftOut(String what) {
            leftOut.merge(what, 1, Integer::sum);
        }

        /// The text of a content: the content itself, or the texts among its parts, one per line.
        ///
        /// @param outer whether it is a message's own content, rather than that of a part
        private String content(@Nullable Json content, String path, boolean outer) {
            return switch (content) {
                case null -> "";
                case JsonString(String text) -> text;
                case JsonArray(List<Json> parts) -> {
                    List<String> texts = new ArrayList<>();
                    for (int i = 0; i < parts.size(); i++) {
                        String text = content(parts.get(i), path + "[" + i + "]", outer);
                        if (!Wording.isEmpty(text)) {
                            texts.add(text);
                        }
                    }
                    yield String.join("\n", texts);
                }
                case JsonObject part -> part(new Body(part), path, outer);
                default -> throw MnemeException.invalid(path, path + " must be a string, or parts with a text.");
            };
        }

        /// The text of a part, which it has itself or in a `content` of its own, as results of tools do.
        private String part(Body part, String path, boolean outer) {
            String text = part.get("text") == null && outer
                    ? content(part.get("content"), path + ".content", false)
                    : part.text("text");
            if (text != null && !Wording.isEmpty(text)) {
                return text;
            }
            String type = part.get("type") instanceof JsonString(String name) ? name : "part";
            leftOut(type.length() > MAX_TYPE ? "part" : type);
            return "";
        }
    }

    private static final int MAX_TYPE = 64;
}
