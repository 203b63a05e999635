package dev.mneme.cli;

import java.io.IOException;

/// What the server answered.
///
/// @param replayed whether it is the answer of an earlier request with the same idempotency key, or in part
record Answer(int status, String text, boolean replayed) {
    /// Nobody answered in time.
    static final int GATEWAY_TIMEOUT = 504;

    Answer(int status, String text) {
        this(status, text, false);
    }

    /// The body as JSON.
    JsonView json() {
        try {
            return JsonView.parse(text);
        } catch (IOException notJson) {
            throw new Failure(
                    ExitStatus.FAILED, "The answer is not JSON. Is it a Mneme server that answers there?", notJson);
        }
    }

    boolean failed() {
        return status < 200 || status > 299;
    }

    /// The problem that the server told, as one sentence for a person.
    Failure problem() {
        JsonView problem = problemJson();
        String code = problem.at("code").text();
        String detail = problem.at("detail").text();
        if (detail.isEmpty()) {
            detail = problem.at("title").text();
        }
        if (detail.isEmpty()) {
            detail = "The server answered with HTTP status " + status
                    + " and no reason. Is it a Mneme server that answers there?";
        }
        String field = problem.at("field").text();
        String named = field.isEmpty() ? detail : detail + " (field: " + field + ")";
        String clashes = problem.at("paths").text();
        return new Failure(
                ExitStatus.of(code, status), clashes.isEmpty() ? named : named + " (clash: " + clashes + ")");
    }

    private JsonView problemJson() {
        try {
            return JsonView.parse(text);
        } catch (IOException notJson) {
            return JsonView.NOTHING;
        }
    }
}
