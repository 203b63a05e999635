package dev.mneme.api.websocket;

import dev.mneme.core.access.Caller;
import dev.mneme.core.feed.ChangeFeed.Item;
import dev.mneme.core.feed.ChangeFeed.Page;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A user's modes and contexts, read at one position.
///
/// @param position at which the state is true
/// @param since only what changed after it was read; null: everything was
record StateReading(Position position, @Nullable String since) {
    private static final int PAGE = 256;
    private static final int MAX_CHANGES = 10_000;

    /// What changed since a position.
    private record Changed(Set<String> instances, Map<String, Context> contexts) {}

    /// Reads into `parts`. The client asks for it, so what is local only is included.
    ///
    /// @param since a position of the user's; for one that is too old, everything is read
    static StateReading of(
            WebSocketContext context,
            Caller caller,
            Owner user,
            Set<StatePart> include,
            @Nullable String since,
            StateParts parts) {
        boolean contexts = include.contains(StatePart.CONTEXTS);
        At<List<ModeState>> modes = context.modes().state(caller, user, each -> contexts && parts.context(each));
        Changed changed = since == null ? null : changed(context, caller, user, since, modes.position());
        if (include.contains(StatePart.MODE)) {
            parts.modes(modes.value(), changed == null ? null : changed.instances());
        }
        if (contexts && changed != null) {
            parts.keep(changed.contexts());
        }
        return new StateReading(modes.position(), changed == null ? null : since);
    }

    /// @param until changes beyond it do not count
    /// @return null when the changes since then are not known, or are too many
    private static @Nullable Changed changed(
            WebSocketContext context, Caller caller, Owner user, String since, Position until) {
        Position after = Position.parse(since)
                .filter(position -> position.slot() == user.slot())
                .orElseThrow(() ->
                        MnemeException.invalid("since", "since must be a position that this user's changes gave."));
        Caller unnamed = new Caller(caller.key(), Provenance.ofKey(caller.key().id())); // its own changes, too
        Changed changed = new Changed(new HashSet<>(), new LinkedHashMap<>());
        Page page;
        int read = 0;
        do {
            page = context.feed().read(unnamed, user, after, PAGE);
            read += page.items().size();
            boolean enough = page.items().stream()
                    .filter(item -> item.change().position().sequence() <= until.sequence())
                    .allMatch(item -> add(item, changed));
            if (page.reset() || read > MAX_CHANGES || !enough) {
                return null;
            }
            after = Position.parse(page.position()).orElseThrow();
        } while (!page.items().isEmpty() && after.sequence() < until.sequence());
        return changed;
    }

    /// @return whether the change is enough to know what must be read
    private static boolean add(Item item, Changed changed) {
        Change change = item.change();
        if (change.type() == ChangeType.OWNER_ERASED) {
            return false;
        }
        boolean ofContext = change.type() == ChangeType.CONTEXT_PUT || change.type() == ChangeType.CONTEXT_DELETED;
        if (change.subject() instanceof Context context) {
            changed.contexts().put(context.key(), context);
        } else if (change.subject() instanceof ModeState state) {
            changed.instances().add(state.instanceId());
        }
        return !ofContext || change.subject() != null;
    }
}
