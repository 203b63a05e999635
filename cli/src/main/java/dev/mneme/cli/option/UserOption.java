package dev.mneme.cli.option;

import dev.mneme.cli.connection.Session;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The user, for things that belong to a user as a whole.
public final class UserOption {
    @Option(
            names = "--user",
            paramLabel = "ID",
            description = "The user. Default: MNEME_USER, else the key's only user, else your user name here.")
    @Nullable
    String user;

    /// The user that was given, or the default one, which is announced once if it was guessed.
    public String of(Session session) {
        if (user == null) {
            user = ScopeOptions.defaultUser(session);
        }
        return user;
    }
}
