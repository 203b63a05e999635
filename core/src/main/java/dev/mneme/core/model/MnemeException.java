package dev.mneme.core.model;

import org.jspecify.annotations.Nullable;

/// The one failure that crosses a port. Its message is for the caller: it says what was wrong and what to do,
/// and
/// never holds a memory's text or a secret.
public final class MnemeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String field;
    private final transient @Nullable Memory current;
    private final boolean replayed;

    public MnemeException(ErrorCode code, String message) {
        this(code, message, null, null, false, null);
    }

    public MnemeException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, null, null, false, cause);
    }

    private MnemeException(
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable Memory current,
            boolean replayed,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.field = field;
        this.current = current;
        this.replayed = replayed;
    }

    /// The request is wrong at `field`, spelt as the caller spelt it (`items[3].text`).
    public static MnemeException invalid(String field, String message) {
        return new MnemeException(ErrorCode.INVALID_REQUEST, message, field, null, false, null);
    }

    /// A failure that concerns one field of the request.
    public static MnemeException at(ErrorCode code, String field, String message) {
        return new MnemeException(code, message, field, null, false, null);
    }

    /// The writer saw another version than the current one.
    public static MnemeException conflict(Memory current) {
        return new MnemeException(
                ErrorCode.VERSION_CONFLICT,
                "The memory is at version " + current.version()
                        + ": read it again and repeat the change on that version.",
                null,
                current,
                false,
                null);
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String field() {
        return field;
    }

    /// For a version conflict: the memory as it is now.
    public @Nullable Memory current() {
        return current;
    }

    /// The same failure, said of `prefix` + the field: for a part of a larger request.
    public MnemeException within(String prefix) {
        String named = field == null ? prefix : prefix + "." + field;
        return new MnemeException(code, String.valueOf(getMessage()), named, current, replayed, getCause());
    }

    /// The same failure, as the answer to a repeated request: it was decided when the first one came.
    public MnemeException asReplayed() {
        return new MnemeException(code, String.valueOf(getMessage()), field, current, true, getCause());
    }

    /// Whether this is what an earlier request under the same idempotency key was answered.
    public boolean isReplayed() {
        return replayed;
    }
}
