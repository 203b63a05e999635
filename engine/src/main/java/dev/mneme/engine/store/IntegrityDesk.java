package dev.mneme.engine.store;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.store.StoreShard.Soundness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What an operator sees of shards' data having been changed from outside, and does about it.
///
/// **Threads**: any.
final class IntegrityDesk implements Integrity {
    private final Router router;
    private final Function<ShardId, Optional<StoreShard>> here;
    private final WriteGate gate;
    private final List<String> unknown;
    private final Evidence evidence;

    /// @param here finds a shard, if it can be asked now
    /// @param unknown what nothing can tell of the last stop
    IntegrityDesk(
            Router router,
            Function<ShardId, Optional<StoreShard>> here,
            WriteGate gate,
            List<String> unknown,
            Evidence evidence) {
        this.router = router;
        this.here = here;
        this.gate = gate;
        this.unknown = List.copyOf(unknown);
        this.evidence = evidence;
    }

    @Override
    public Report report() {
        long checked = 0;
        long owners = 0;
        boolean complete = true;
        List<String> problems = new ArrayList<>();
        for (Found each : router.eachFound(here, shard -> new Found(shard.id(), shard.soundness()))) {
            Soundness found = each.soundness();
            boolean ofOwners = !each.shard().equals(ShardId.SYSTEM);
            checked += ofOwners ? found.checkedOwners() : 0;
            owners += ofOwners ? found.owners() : 0;
            complete &= found.complete();
            problems.addAll(found.problems());
        }
        return new Report(checked, Math.max(checked, owners), complete, problems, unknown, evidence);
    }

    private record Found(ShardId shard, Soundness soundness) {}

    @Override
    public List<String> verify() {
        return router.eachFound(here, StoreShard::verify).stream()
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void accept(Owner owner, Provenance by) {
        StoreShard shard = router.of(owner);
        gate.write(shard, new Write(owner, by, null, List.of(new Command.AcceptOwner())));
        shard.accepted(owner);
    }

    @Override
    public void acceptKeys(Provenance by) {
        StoreShard system = router.system();
        gate.write(system, new Write(Owner.user("operator"), by, null, List.of(new Command.AcceptKeys())));
        system.acceptedKeys();
    }
}
