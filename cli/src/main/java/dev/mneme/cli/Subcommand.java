package dev.mneme.cli;

import picocli.CommandLine.ArgGroup;

/// A command that asks the server something. Picocli fills its fields, then [#run] is called once.
abstract class Subcommand {
    @ArgGroup(validate = false, exclusive = false, heading = "%nConnection and output:%n", order = 100)
    ConnectionOptions connection = new ConnectionOptions();

    final ExitStatus run(Console console) {
        return run(connection.session(console));
    }

    abstract ExitStatus run(Session session);
}
