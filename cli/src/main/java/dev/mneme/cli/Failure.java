package dev.mneme.cli;

import org.jspecify.annotations.Nullable;

/// Ends a command: the message is one sentence or two for a person, which say what to do.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitStatus status;

    Failure(ExitStatus status, String message) {
        this(status, message, null);
    }

    Failure(ExitStatus status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /// The command line is wrong.
    static Failure usage(String message) {
        return new Failure(ExitStatus.USAGE, message);
    }

    ExitStatus status() {
        return status;
    }

    String detail() {
        return String.valueOf(getMessage());
    }
}
