package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.core.memory.FeedbackService;
import dev.mneme.core.memory.FeedbackService.Feedback;
import dev.mneme.core.model.MemoryId;
import dev.mneme.wire.mem0.FeedbackItem;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// `/v1/feedback/`: what people think of memories.
final class FeedbackRoutes {
    private static final Set<String> VALUES = Set.of("POSITIVE", "NEGATIVE", "VERY_NEGATIVE");

    private final FeedbackService feedback;

    FeedbackRoutes(FeedbackService feedback) {
        this.feedback = feedback;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/feedback/")
                        .in(Dialect.MEM0)
                        .named("mem0Feedback", Mem0Api.TAG, "Say what a memory is worth")
                        .by(this::put),
                Route.get("/v1/feedback/{memory_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0GetFeedback", Mem0Api.TAG, "What was said of a memory")
                        .path(Mem0Ids.MEMORY_ID)
                        .by(this::get));
    }

    /// Sets or, with null, removes feedback.
    private Answer put(Request request) {
        Body body = Body.of(request);
        MemoryId id = Mem0Ids.read(body.needed("memory_id"), "memory_id");
        String value = body.text("feedback");
        String reason = body.text("feedback_reason");
        String known = value == null ? null : value.toUpperCase(Locale.ROOT);
        if (known != null && !VALUES.contains(known)) {
            throw Body.wrong("feedback", "must be POSITIVE, NEGATIVE, VERY_NEGATIVE or null.");
        }
        feedback.put(request.caller(), id, known == null ? null : new Feedback(known, reason));
        return Answer.json(200, new FeedbackItem(id.toString(), known, reason));
    }

    private Answer get(Request request) {
        MemoryId id = Mem0Ids.of(request);
        Feedback said = feedback.find(request.caller(), id).orElse(null);
        return Answer.json(
                200,
                new FeedbackItem(
                        id.toString(), said == null ? null : said.value(), said == null ? null : said.reason()));
    }
}
