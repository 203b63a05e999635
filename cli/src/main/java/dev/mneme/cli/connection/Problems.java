package dev.mneme.cli.connection;

import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonView;

/// Turns the server's problems into words for a person.
public final class Problems {
    private Problems() {}

    /// The problem that the server told, as one sentence for a person.
    public static Failure explained(Answer answer) {
        JsonView problem = answer.problem();
        String code = problem.at("code").text();
        String detail = problem.at("detail").text();
        if (detail.isEmpty()) {
            detail = problem.at("title").text();
        }
        if (detail.isEmpty()) {
            detail = "The server answered with HTTP status " + answer.status()
                    + " and no reason. Is it a Mneme server that answers there?";
        }
        String field = problem.at("field").text();
        String named = field.isEmpty() ? detail : detail + " (field: " + field + ")";
        String clashes = problem.at("paths").text();
        return new Failure(
                ExitStatus.of(code, answer.status()), clashes.isEmpty() ? named : named + " (clash: " + clashes + ")");
    }
}
