package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.testkit.Histories.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/// Imports among the steps of a history: records of another history's store, some of them several
/// times. What has a name and no id (contexts, modes, responses) may be there already.
final class RandomImports {
    private static final int OTHER_STEPS = 120;
    private static final int MOST = 4;

    private RandomImports() {}

    /// The steps, with imports in between; the same for the same seed.
    static List<Step> among(long seed, List<Step> steps) {
        SplittableRandom random = new SplittableRandom(seed * 31);
        Set<Owner> owners = new HashSet<>();
        for (Step step : steps) {
            if (step instanceof Step.Apply(Write write)) {
                owners.add(write.owner()); // a clock that goes back is for histories of one owner
            }
        }
        List<Exported> records = records(seed + 1_000_000).stream()
                .filter(each -> owners.contains(each.owner()))
                .toList();
        List<Step> all = new ArrayList<>();
        for (Step step : steps) {
            all.add(step);
            if (!records.isEmpty() && random.nextInt(5) == 0) {
                all.add(new Step.Apply(imports(random, records)));
            }
        }
        return all;
    }

    private static Write imports(SplittableRandom random, List<Exported> records) {
        Owner owner = records.get(random.nextInt(records.size())).owner();
        List<Exported> own =
                records.stream().filter(each -> each.owner().equals(owner)).toList();
        List<Command> commands = new ArrayList<>();
        for (int i = random.nextInt(MOST); i >= 0; i--) {
            commands.add(new Command.Import(own.get(random.nextInt(own.size()))));
        }
        return new Write(owner, new Provenance("importer", "key:importer", false), null, commands);
    }

    /// What the store of another history has in the end.
    private static List<Exported> records(long seed) {
        ManualClock clock = new ManualClock();
        List<Exported> records = new ArrayList<>();
        try (ModelStore store = new ModelStore(clock)) {
            for (Step step : Histories.random(seed, OTHER_STEPS)) {
                switch (step) {
                    case Step.Apply(Write write) -> apply(store, write);
                    case Step.Advance(var by) -> clock.advance(by);
                    case Step.Reopen reopen -> {}
                }
            }
            store.export(null, exported -> records.add(withIdsOfItsOwn(exported)));
        }
        return records;
    }

    /// Both histories make their ids alike, and an id that was used is never made again.
    private static Exported withIdsOfItsOwn(Exported exported) {
        return switch (exported) {
            case Exported.OfMemory(List<MemoryVersion> versions, var embedding) ->
                new Exported.OfMemory(
                        versions.stream().map(RandomImports::renamed).toList(), embedding);
            case Exported.OfSyncEvent(SyncEvent event) ->
                new Exported.OfSyncEvent(new SyncEvent(
                        other(event.id()),
                        event.userId(),
                        event.sourceInstance(),
                        event.type(),
                        event.data(),
                        event.targets(),
                        event.processedBy(),
                        event.priority(),
                        event.at(),
                        event.expiresAt(),
                        event.version(),
                        event.sequence(),
                        event.localOnly()));
            default -> exported;
        };
    }

    private static MemoryVersion renamed(MemoryVersion version) {
        Memory memory = version.memory();
        return new MemoryVersion(
                version.event(),
                new Memory(
                        other(memory.id()),
                        memory.scope(),
                        memory.text(),
                        memory.role(),
                        memory.name(),
                        memory.metadata(),
                        memory.categories(),
                        memory.timestamp(),
                        memory.createdAt(),
                        memory.updatedAt(),
                        memory.expiresAt(),
                        memory.version(),
                        memory.replacedBy(),
                        memory.localOnly()),
                version.version(),
                version.at(),
                version.keyId(),
                version.instance());
    }

    private static MemoryId other(MemoryId id) {
        return new MemoryId(
                new UUID(id.value().getMostSignificantBits(), id.value().getLeastSignificantBits() ^ (1L << 60)));
    }

    private static void apply(ModelStore store, Write write) {
        try {
            store.write(write);
        } catch (MnemeException refused) {
            // a history has requests that are refused as a whole, too
        }
    }
}
