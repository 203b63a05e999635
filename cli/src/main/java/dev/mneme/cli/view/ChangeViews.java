package dev.mneme.cli.view;

import dev.mneme.client.JsonView;

/// Shows changes to a person.
public final class ChangeViews {
    private ChangeViews() {}

    /// The subject of the change: a memory's id, a context's key, an instance; otherwise who wrote it.
    public static String subject(JsonView change) {
        String subject = change.at("subject").text();
        if (!subject.isEmpty()) {
            return subject;
        }
        String memory = change.at("memory").at("id").text();
        return memory.isEmpty() ? change.at("instance").text() : memory;
    }

    /// What the change did, in short.
    public static String text(JsonView change) {
        JsonView context = change.at("context");
        JsonView mode = change.at("mode");
        JsonView transition = change.at("transition");
        JsonView response = change.at("response");
        JsonView event = change.at("syncEvent");
        if (context.present()) {
            return "v" + context.at("version").text() + "  "
                    + context.at("data").text();
        }
        if (mode.present()) {
            return arrow(mode.at("previousMode"), mode.at("currentMode")) + "  "
                    + mode.at("configuration").text();
        }
        if (transition.present()) {
            String error = transition.at("errorMessage").text();
            return arrow(transition.at("fromMode"), transition.at("toMode"))
                    + (error.isEmpty() ? "" : "  failed: " + error);
        }
        if (response.present()) {
            return response.at("sourceType").text() + "  "
                    + response.at("provider").text() + "/"
                    + response.at("model").text();
        }
        if (event.present()) {
            return event.at("eventType").text() + "  " + event.at("priority").text();
        }
        JsonView conflict = change.at("conflict");
        if (conflict.present()) {
            return conflict.at("subject").at("kind").text() + " "
                    + conflict.at("subject").at("key").text() + "  "
                    + conflict.at("status").text();
        }
        return change.at("memory").at("text").text();
    }

    private static String arrow(JsonView from, JsonView to) {
        return from.present() ? from.text() + " -> " + to.text() : to.text();
    }
}
