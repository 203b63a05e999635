package dev.mneme.cli.connection;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.Answer;
import java.util.function.Supplier;

/// Repeats a request while the server says that it is overloaded.
public final class Patience {
    private static final int MOST_ATTEMPTS = 10;
    private static final long MOST_MILLIS = 30_000;

    private Patience() {}

    /// The answer, or the tenth that still says so.
    ///
    /// @param request is sent with the same idempotency key each time, or changes nothing when it is repeated
    public static Answer ask(Session session, Supplier<Answer> request) {
        for (int attempt = 1; ; attempt++) {
            Answer answer = request.get();
            boolean busy = answer.status() == 429 || answer.status() == 503;
            if (!busy || attempt == MOST_ATTEMPTS) {
                return answer;
            }
            pause(session, answer, attempt);
        }
    }

    private static void pause(Session session, Answer answer, int attempt) {
        double asked = answer.json().at("retryAfterMillis").number(1_000);
        try {
            session.console().pause().millis((long) Math.min(MOST_MILLIS, asked * attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(ExitStatus.FAILED, "Interrupted: run it again to go on.", e);
        }
    }
}
