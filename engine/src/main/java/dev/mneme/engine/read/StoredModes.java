package dev.mneme.engine.read;

import dev.mneme.core.model.At;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Modes;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The modes and transitions in the tables.
///
/// **Threads**: any.
public final class StoredModes implements Modes {
    private final Function<Owner, ? extends ShardView> shards;

    /// @param shards the shard of an owner
    public StoredModes(Function<Owner, ? extends ShardView> shards) {
        this.shards = shards;
    }

    @Override
    public At<Optional<ModeState>> find(Owner owner, String instanceId) {
        try (Scans scans = shards.apply(owner).scan()) {
            byte[] row = scans.row(Keys.mode(owner.hash(), instanceId));
            return new At<>(Optional.ofNullable(row).map(Rows::modeState), scans.position(owner));
        }
    }

    @Override
    public At<List<ModeState>> all(Owner owner) {
        try (Scans scans = shards.apply(owner).scan()) {
            return new At<>(all(scans, owner), scans.position(owner));
        }
    }

    /// The modes of all of the user's instances, in the order of their names' bytes.
    public static List<ModeState> all(Scans scans, Owner owner) {
        List<ModeState> states = new ArrayList<>();
        byte[] table = Keys.owned('a', owner.hash());
        scans.rows(table, Keys.end(table), (key, row) -> states.add(Rows.modeState(row)));
        return states;
    }

    @Override
    public At<List<Transition>> transitions(Query query) {
        byte[] hash = query.owner().hash();
        byte[] table = Keys.owned('t', hash);
        byte[] end = query.beforeSequence() == null ? Keys.end(table) : Keys.transition(hash, query.beforeSequence());
        List<Transition> page = new ArrayList<>();
        try (Scans scans = shards.apply(query.owner()).scan()) {
            scans.rowsDown(table, end, (key, row) -> {
                Transition transition = Rows.transition(row);
                if (query.since() != null && transition.at().isBefore(query.since())) {
                    return true; // an imported one may be older than those before it
                }
                if (query.matches(transition)) {
                    Collected.joined(transition);
                    page.add(transition);
                }
                return page.size() < query.limit();
            });
            return new At<>(page, scans.position(query.owner()));
        }
    }
}
