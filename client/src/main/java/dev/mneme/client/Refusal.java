package dev.mneme.client;

/// The server answered with a problem where a stream was asked for.
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    Refusal(Answer answer) {
        super("HTTP status " + answer.status());
        this.answer = answer;
    }

    public Answer answer() {
        return answer;
    }
}
