package dev.mneme.testkit;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.model.MemoryId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// Random revisions. They guess at versions and at what is there, so that some are done, and others are
/// refused for each reason that there is.
final class RandomRevisions {
    private final SplittableRandom random;
    private final RandomDocuments documents;

    RandomRevisions(SplittableRandom random, RandomDocuments documents) {
        this.random = random;
        this.documents = documents;
    }

    /// @param ids gives an id that may be there
    /// @param facts gives a new memory
    Revise of(Supplier<MemoryId> ids, Supplier<AddMemory> facts) {
        List<Seen> seen = new ArrayList<>();
        List<Revision> revisions = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            Seen each = new Seen(ids.get(), chance(3) ? random.nextInt(4) : 1);
            if (seen.stream().noneMatch(before -> before.id().equals(each.id()))) {
                seen.add(each);
                decide(each.id(), facts, revisions);
            }
        }
        if (chance(2)) {
            revisions.add(new Revision.Add(fact(facts)));
        }
        if (chance(15)) {
            decide(ids.get(), facts, revisions); // not seen, or a second time
        }
        List<PutDocument> puts = new ArrayList<>();
        for (int n = chance(3) ? 1 + random.nextInt(2) : 0; n > 0; n--) {
            puts.add(documents.put());
        }
        return new Revise(seen, revisions, puts, chance(8));
    }

    private void decide(MemoryId id, Supplier<AddMemory> facts, List<Revision> revisions) {
        switch (random.nextInt(5)) {
            case 0 -> revisions.add(new Revision.Remove(id));
            case 1 -> {}
            default -> revisions.add(new Revision.Replace(id, fact(facts)));
        }
    }

    private AddMemory fact(Supplier<AddMemory> facts) {
        AddMemory fact = facts.get();
        return chance(2) ? fact : Fixtures.withoutDedupe(fact);
    }

    /// The same revision with other ids for its facts.
    static Revise renamed(Revise revise, Supplier<MemoryId> ids) {
        List<Revision> revisions = revise.revisions().stream()
                .<Revision>map(revision -> switch (revision) {
                    case Revision.Add(AddMemory fact) -> new Revision.Add(Fixtures.withId(fact, ids.get()));
                    case Revision.Replace(MemoryId replaced, AddMemory fact) ->
                        new Revision.Replace(replaced, Fixtures.withId(fact, ids.get()));
                    case Revision.Remove remove -> remove;
                })
                .toList();
        return new Revise(revise.seen(), revisions, revise.documents(), revise.localOnly());
    }

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }
}
