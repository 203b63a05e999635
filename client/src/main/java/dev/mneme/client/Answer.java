package dev.mneme.client;

import java.io.IOException;

/// An answer of the server.
///
/// @param replayed whether it, or a part of it, is the answer to an earlier request with the same idempotency key
public record Answer(int status, String text, boolean replayed) {
    /// The status when nobody answered in time.
    public static final int GATEWAY_TIMEOUT = 504;

    public Answer(int status, String text) {
        this(status, text, false);
    }

    /// The body as JSON.
    public JsonView json() {
        try {
            return JsonView.parse(text);
        } catch (IOException notJson) {
            throw new NoAnswer(
                    NoAnswer.Kind.NOT_JSON,
                    "The answer is not JSON. Is it a Mneme server that answers there?",
                    notJson);
        }
    }

    public boolean failed() {
        return status < 200 || status > 299;
    }

    /// The problem in the body; empty if the body is none.
    public JsonView problem() {
        try {
            return JsonView.parse(text);
        } catch (IOException notJson) {
            return JsonView.NOTHING;
        }
    }
}
