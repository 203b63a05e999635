package dev.mneme.cli.option;

import dev.mneme.client.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which page of a list: a mixin, and the base class of larger groups of options.
public class PageOptions {
    @Option(names = "--limit", paramLabel = "N", description = "At most so many, 1 to 1000. Default: 50.")
    public @Nullable Integer limit;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the last page ended.")
    public @Nullable String cursor;

    /// @throws dev.mneme.cli.terminal.Failure when there can be no page of that size
    public final void check() {
        Typed.within("--limit", limit, 1, 1_000);
    }

    public final Query on(Query query) {
        return query.with("limit", limit).with("cursor", cursor);
    }
}
