package dev.mneme.cli.connection;

import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.Answer;
import dev.mneme.client.JsonView;

/// One run of a command: where it prints, which server it asks, and how it shows the answer.
public record Session(Console console, Server server, boolean json, boolean quiet) {
    public static final String API = "/api/v1";

    /// Shows an answer as requested: as JSON, not at all, or for a person.
    public ExitStatus show(Answer answer, View view) {
        if (json) {
            printJson(answer.text());
        } else {
            view.show(answer.json());
        }
        return ExitStatus.OK;
    }

    public void printJson(String text) {
        String line = text.stripTrailing();
        console.print(console.terminal() ? Printable.json(line) : line);
    }

    /// Shows an answer to a person.
    @FunctionalInterface
    public interface View {
        void show(JsonView answer);
    }
}
