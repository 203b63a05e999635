package dev.mneme.cli.imports;

import dev.mneme.cli.option.ScopeOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The ids that `mneme import` gives to memories without ids. None is guessed.
public final class ImportIds {
    @Option(names = "--user", paramLabel = "ID", description = "The user of each memory that names no user.")
    @Nullable
    String user;

    @Option(names = "--agent", paramLabel = "ID", description = "The agent of each that names no agent.")
    @Nullable
    String agent;

    @Option(names = "--app", paramLabel = "ID", description = "The app of each that names no app.")
    @Nullable
    String app;

    @Option(names = "--run", paramLabel = "ID", description = "The run, or session, of each that names none.")
    @Nullable
    String run;

    public ScopeOptions scope() {
        ScopeOptions scope = new ScopeOptions();
        scope.user = user;
        scope.agent = agent;
        scope.app = app;
        scope.run = run;
        return scope;
    }
}
