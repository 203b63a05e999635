package dev.mneme.core.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The one failure that ports and services throw. Its message is meant for the caller: it says what was wrong and what
/// to do, and never contains a memory's text or a secret.
public final class MnemeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable String field;
    private final transient @Nullable Subject current;
    private final transient List<String> paths;
    private final boolean replayed;

    public MnemeException(ErrorCode code, String message) {
        this(code, message, null, null, List.of(), false, null);
    }

    public MnemeException(ErrorCode code, String message, @Nullable Throwable cause) {
        this(code, message, null, null, List.of(), false, cause);
    }

    private MnemeException(
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable Subject current,
            List<String> paths,
            boolean replayed,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.field = field;
        this.current = current;
        this.paths = List.copyOf(paths);
        this.replayed = replayed;
    }

    /// The request is wrong at `field`, which is written as the caller wrote it (`items[3].text`).
    public static MnemeException invalid(String field, String message) {
        return new MnemeException(ErrorCode.INVALID_REQUEST, message, field, null, List.of(), false, null);
    }

    /// A failure that concerns one field of the request.
    public static MnemeException at(ErrorCode code, String field, String message) {
        return new MnemeException(code, message, field, null, List.of(), false, null);
    }

    /// The writer saw another version than the current one.
    public static MnemeException conflict(Memory current) {
        return new MnemeException(
                ErrorCode.VERSION_CONFLICT,
                "The memory is at version " + current.version()
                        + ": read it again and repeat the change on that version.",
                null,
                current,
                List.of(),
                false,
                null);
    }

    /// A version conflict as the store found it.
    ///
    /// @param paths JSON Pointers to where edits clash; empty when only the versions differ
    public static MnemeException conflict(String message, @Nullable Subject current, List<String> paths) {
        return new MnemeException(ErrorCode.VERSION_CONFLICT, message, null, current, paths, false, null);
    }

    public ErrorCode code() {
        return code;
    }

    public @Nullable String field() {
        return field;
    }

    /// For a version conflict: the record as it is.
    public @Nullable Subject current() {
        return current;
    }

    /// For edits that clash: the JSON Pointers to where they do.
    public List<String> paths() {
        return paths;
    }

    /// The same failure with `prefix` before its field, for a part of a larger request.
    public MnemeException within(String prefix) {
        String named = field == null ? prefix : prefix + "." + field;
        return new MnemeException(code, String.valueOf(getMessage()), named, current, paths, replayed, getCause());
    }

    /// The same failure, as the answer to a repeated request that was decided when the first one came.
    public MnemeException asReplayed() {
        return new MnemeException(code, String.valueOf(getMessage()), field, current, paths, true, getCause());
    }

    /// Whether this is the answer to an earlier request with the same idempotency key.
    public boolean isReplayed() {
        return replayed;
    }
}
