package dev.mneme.engine.state;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.Dedupe;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Revision;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides a revision of an owner's memories: all of it, or nothing.
///
/// An entry has no way back. So everything that could be against the revision is asked before the first
/// change, and what changes after that cannot fail.
final class RevisionDecisions {
    private final OwnerState owner;
    private final MemoryRows rows;
    private final SpaceChange vectors;
    private final MemoryDecisions memories;
    private final DocumentDecisions documents;

    RevisionDecisions(
            OwnerState owner,
            MemoryRows rows,
            SpaceChange vectors,
            MemoryDecisions memories,
            DocumentDecisions documents) {
        this.owner = owner;
        this.rows = rows;
        this.vectors = vectors;
        this.memories = memories;
        this.documents = documents;
    }

    Outcome decide(Revise revise) {
        Optional<Rejected> refusal = RevisionForm.refusal(revise)
                .or(() -> changed(revise.seen()))
                .or(() -> facts(revise))
                .or(() -> documents(revise.documents()));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Set<MemoryId> targets = Set.copyOf(revise.targets());
        revise.revisions().forEach(revision -> apply(revision, targets, revise.localOnly()));
        revise.documents().forEach(documents::store);
        return new Outcome.Done();
    }

    private Optional<Rejected> changed(List<Seen> seen) {
        return seen.stream().flatMap(each -> changed(each).stream()).findFirst();
    }

    private Optional<Rejected> changed(Seen seen) {
        Memory now = rows.newest(owner, seen.id());
        if (now == null) {
            return conflict("Memory " + seen.id() + " is gone", null);
        }
        if (now.replacedBy() != null) {
            return conflict("Memory " + seen.id() + " was superseded by " + now.replacedBy(), now);
        }
        return now.version() == seen.version()
                ? Optional.empty()
                : conflict("Memory " + seen.id() + " is at version " + now.version(), now);
    }

    private Optional<Rejected> facts(Revise revise) {
        Set<MemoryId> targets = Set.copyOf(revise.targets());
        EmbeddingSpace space = space(revise.facts());
        return revise.revisions().stream()
                .flatMap(revision -> refusal(revision, revise, space, targets).stream())
                .findFirst();
    }

    private Optional<Rejected> refusal(
            Revision revision, Revise revise, @Nullable EmbeddingSpace space, Set<MemoryId> targets) {
        return switch (revision) {
            case Revision.Add(AddMemory fact) -> fact(fact, space).or(() -> there(fact, targets, seen(revise)));
            case Revision.Replace(MemoryId replaced, AddMemory fact) ->
                fact(fact, space).or(() -> there(fact, targets, Set.of()));
            case Revision.Remove remove -> Optional.empty();
        };
    }

    private static Set<MemoryId> seen(Revise revise) {
        return revise.seen().stream().map(Seen::id).collect(Collectors.toSet());
    }

    /// The owner's, or what the first vector makes it.
    private @Nullable EmbeddingSpace space(List<AddMemory> facts) {
        EmbeddingSpace space = owner.spaces().now();
        for (AddMemory fact : facts) {
            if (space == null && fact.embedding() != null) {
                space = fact.embedding().space();
            }
        }
        return space;
    }

    private Optional<Rejected> fact(AddMemory fact, @Nullable EmbeddingSpace space) {
        return Optional.ofNullable(vectors.mismatch(fact.embedding(), space))
                .or(() -> Optional.ofNullable(memories.idRefusal(fact.id())));
    }

    /// A new fact may join the same memory if whoever decided has seen that.
    private Optional<Rejected> there(AddMemory fact, Set<MemoryId> targets, Set<MemoryId> seen) {
        MemoryRows.Placed same = memories.same(fact, targets);
        return same == null || (joins(fact) && seen.contains(same.memory().id()))
                ? Optional.empty()
                : conflict("Memory " + same.memory().id() + " says the same as a new one", same.memory());
    }

    private static boolean joins(AddMemory fact) {
        return fact.dedupe() == Dedupe.BY_CONTENT;
    }

    private Optional<Rejected> documents(List<PutDocument> puts) {
        Map<String, Integer> more = new HashMap<>();
        for (PutDocument put : puts) {
            Rejected refusal = documents.refusal(put, more.getOrDefault(put.collection(), 0));
            if (refusal != null) {
                return Optional.of(refusal);
            }
            if (documents.isNew(put)) {
                more.merge(put.collection(), 1, Integer::sum);
            }
        }
        return Optional.empty();
    }

    private void apply(Revision revision, Set<MemoryId> targets, boolean localOnly) {
        switch (revision) {
            case Revision.Add(AddMemory fact) -> {
                MemoryRows.Placed same = joins(fact) ? memories.same(fact, targets) : null;
                if (same == null) {
                    memories.insert(fact, localOnly);
                } else {
                    memories.merge(same, fact, localOnly);
                }
            }
            case Revision.Replace(MemoryId replaced, AddMemory fact) -> {
                MemoryRows.Placed now = placed(replaced);
                memories.insert(fact, localOnly || now.memory().localOnly());
                memories.supersede(now, fact.id());
            }
            case Revision.Remove(MemoryId id) -> memories.remove(placed(id));
        }
    }

    private MemoryRows.Placed placed(MemoryId id) {
        MemoryRows.Placed placed = rows.find(owner, id);
        if (placed == null) {
            throw new IllegalStateException("memory " + id + " was there when the revision was checked");
        }
        return placed;
    }

    private static Optional<Rejected> conflict(String what, @Nullable Memory now) {
        return Optional.of(new Rejected(
                ErrorCode.VERSION_CONFLICT, what + ": read the memories again, and decide again.", null, now));
    }
}
