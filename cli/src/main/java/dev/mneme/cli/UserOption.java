package dev.mneme.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whose things, where they belong to a user as a whole.
final class UserOption {
    @Option(
            names = "--user",
            paramLabel = "ID",
            description = "The user. Default: MNEME_USER, else your user name here.")
    @Nullable
    String user;

    /// The user, guessed and said so when it was not given.
    String orDefault(Session session) {
        ScopeOptions scope = new ScopeOptions();
        scope.user = user;
        scope.orDefault(session);
        return java.util.Objects.requireNonNull(scope.user, "a default user");
    }
}
