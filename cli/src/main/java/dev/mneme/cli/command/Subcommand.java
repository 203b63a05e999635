package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ConnectionOptions;
import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.ExitStatus;
import picocli.CommandLine.ArgGroup;

/// A command that asks the server something. Picocli fills its fields, then [#run] is called once.
public abstract class Subcommand {
    @ArgGroup(validate = false, exclusive = false, heading = "%nConnection and output:%n", order = 100)
    ConnectionOptions connection = new ConnectionOptions();

    public final ExitStatus run(Console console) {
        return run(connection.session(console));
    }

    abstract ExitStatus run(Session session);
}
