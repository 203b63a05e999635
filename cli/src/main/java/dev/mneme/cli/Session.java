package dev.mneme.cli;

/// One run of a command: where it prints, whom it asks, and how it shows the answer.
record Session(Console console, Server server, boolean json, boolean quiet) {
    static final String API = "/api/v1";

    /// Shows an answer the way that was asked for: as JSON, not at all, or for a person.
    ExitStatus show(Answer answer, View view) {
        if (json) {
            printJson(answer.text());
        } else {
            view.show(answer.json());
        }
        return ExitStatus.OK;
    }

    void printJson(String text) {
        String line = text.stripTrailing();
        console.print(console.terminal() ? Printable.json(line) : line);
    }

    /// Shows an answer to a person.
    @FunctionalInterface
    interface View {
        void show(JsonView answer);
    }
}
