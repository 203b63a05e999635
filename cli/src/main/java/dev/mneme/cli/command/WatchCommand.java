package dev.mneme.cli.command;

import dev.mneme.cli.connection.Session;
import dev.mneme.cli.option.ScopeOptions;
import dev.mneme.cli.option.Typed;
import dev.mneme.cli.terminal.ExitStatus;
import dev.mneme.cli.terminal.Failure;
import dev.mneme.client.Backoff;
import dev.mneme.client.Query;
import java.io.IOException;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Prints changes as they happen, across broken connections and restarts of the server, without a gap or a repeat.
@Command(
        name = "watch",
        header = "Print changes as they happen, until Ctrl-C.",
        customSynopsis = "mneme watch [options]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  mneme watch --user alice",
            "  mneme watch --user alice --from k7f3q2ab:1a4:42 --json",
            "  mneme watch --scope all --json | jq .type"
        })
public final class WatchCommand extends Subcommand {
    @ArgGroup(validate = false, exclusive = false, heading = "%nScope (one owner):%n", order = 1)
    ScopeOptions scope = new ScopeOptions();

    @ArgGroup(validate = false, exclusive = false, heading = "%nWhat:%n", order = 2)
    Details details = new Details();

    /// Where to begin and to end.
    static final class Details {
        @Option(names = "--from", paramLabel = "POSITION", description = "First what came after this position.")
        @Nullable
        String from;

        @Option(names = "--scope", paramLabel = "all", description = "Changes of every owner. Needs an admin key.")
        @Nullable
        String everyone;

        @Option(names = "--count", paramLabel = "N", description = "Stop after so many changes.")
        @Nullable
        Long count;
    }

    @Override
    ExitStatus run(Session session) {
        if (details.everyone != null && !details.everyone.equals("all")) {
            throw Failure.usage("--scope takes only: all.");
        }
        if (details.everyone != null && scope.given()) {
            throw Failure.usage("--scope all watches every owner: leave out " + scope.shown() + ".");
        }
        Typed.within("--count", details.count, 1, Long.MAX_VALUE);
        if (details.everyone == null) {
            scope.orDefault(session);
        }
        Query path = details.everyone != null
                ? new Query(Session.API + "/changes").with("scope", "all")
                : scope.on(new Query(Session.API + "/changes"));
        Watch watch = new Watch(session, path, details.from, details.count == null ? Long.MAX_VALUE : details.count);
        try {
            return watch.run(new Backoff(new SplittableRandom()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return ExitStatus.OK;
        } catch (IOException failure) {
            throw session.server().unreachable(failure);
        }
    }
}
