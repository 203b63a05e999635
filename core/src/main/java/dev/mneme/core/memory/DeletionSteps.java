package dev.mneme.core.memory;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.ForgetVersions.Version;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Finds the memories that a deletion by filter takes next, each named by id and version. They are found here, so that
/// no write has to wait for the filter. It goes from the oldest to the last, then begins again for memories that had
/// changed meanwhile.
///
/// **Threads**: one.
final class DeletionSteps {
    private final Owner owner;
    private final FilterMatcher matcher;
    private final InstantSource clock;
    private final Function<MemoryQuery, MemoryPage> read;
    private @Nullable List<Version> present;
    private @Nullable String cursor;

    DeletionSteps(Owner owner, FilterMatcher matcher, InstantSource clock, Function<MemoryQuery, MemoryPage> read) {
        this.owner = owner;
        this.matcher = matcher;
        this.clock = clock;
        this.read = read;
    }

    /// The present step. It stays the same until [#next], so that the question to the store can be repeated under the
    /// idempotency key of an answer that was given before.
    List<Version> present() {
        List<Version> step = present;
        if (step == null) {
            MemoryPage page = read.apply(new MemoryQuery(
                    owner,
                    matcher,
                    Order.CREATED_AT,
                    Command.DeleteUnchanged.MAX_MEMORIES,
                    cursor,
                    true,
                    clock.instant()));
            cursor = page.nextCursor();
            step = page.items().stream()
                    .map(memory -> new Version(memory.id(), memory.version()))
                    .toList();
            present = step;
        }
        return step;
    }

    void next() {
        present = null;
    }
}
