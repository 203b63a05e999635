package dev.mneme.api.mem0;

import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Wording;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The messages of an add: a list of `{role, content}`, one of them, or a bare string, which is the user's.
final class Messages {
    private static final String PATH = "messages";

    private Messages() {}

    /// @param name of the speaker, if the message says one
    record Message(String role, String text, @Nullable String name) {}

    /// What can be kept of them: instructions of the system are none of anybody's memories, and of
    /// pictures there is no text.
    ///
    /// @throws MnemeException `invalid_request` when nothing can be
    static List<Message> of(Body body, int atMost) {
        List<Message> messages = switch (body.get(PATH)) {
            case null -> throw Body.wrong(PATH, "is needed: a list of {\"role\", \"content\"}.");
            case JsonString(String text) -> List.of(new Message("user", text, null));
            case JsonObject one -> several(List.of(one));
            case JsonArray(List<Json> items) -> several(items);
            default -> throw Body.wrong(PATH, "must be a list of {\"role\", \"content\"}, or a string.");
        };
        if (messages.isEmpty()) {
            throw Body.wrong(
                    PATH,
                    "has nothing to keep: no message of a user, assistant or tool with a text in it. Pictures and"
                            + " documents are not read here.");
        }
        if (messages.size() > atMost) {
            throw Body.wrong(PATH, "may hold " + atMost + " messages at most.");
        }
        return messages;
    }

    private static List<Message> several(List<Json> items) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String path = PATH + "[" + i + "]";
            if (items.get(i) instanceof JsonString(String text)) {
                messages.add(new Message("user", text, null));
                continue;
            }
            Body message = Body.of(items.get(i), path);
            String role = message.text("role");
            String text = content(message.get("content"), path + ".content");
            if (!"system".equals(role) && !Wording.isEmpty(text)) {
                messages.add(new Message(role == null ? "user" : role, text, message.text("name")));
            }
        }
        return messages;
    }

    /// The text of a content: itself, or the texts among its parts, one a line.
    private static String content(@Nullable Json content, String path) {
        return switch (content) {
            case null -> "";
            case JsonString(String text) -> text;
            case JsonArray(List<Json> parts) -> {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < parts.size(); i++) {
                    String text = content(parts.get(i), path + "[" + i + "]");
                    if (!Wording.isEmpty(text)) {
                        texts.add(text);
                    }
                }
                yield String.join("\n", texts);
            }
            case JsonObject part -> {
                String text = new Body(part).text("text");
                yield text == null ? "" : text;
            }
            default -> throw MnemeException.invalid(path, path + " must be a string, or parts with a text.");
        };
    }
}
