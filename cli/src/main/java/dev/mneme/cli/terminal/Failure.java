package dev.mneme.cli.terminal;

import org.jspecify.annotations.Nullable;

/// Ends a command. The message is one or two sentences for a person, which say what to do.
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitStatus status;

    public Failure(ExitStatus status, String message) {
        this(status, message, null);
    }

    public Failure(ExitStatus status, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /// The command line is wrong.
    public static Failure usage(String message) {
        return new Failure(ExitStatus.USAGE, message);
    }

    public ExitStatus status() {
        return status;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
