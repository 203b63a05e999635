package dev.mneme.testkit;

import dev.mneme.core.command.Command.AddMemory;
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
import dev.mneme.testkit.Duplicates.Identity;
import dev.mneme.testkit.ModelOwner.Held;
import dev.mneme.testkit.ModelOwner.Stamp;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Revisions of one owner's memories, in the model: tried on paper first. Guarded by the store's lock.
final class ModelRevisions {
    private final ModelOwner owner;
    private final ModelDocuments documents;

    ModelRevisions(ModelOwner owner, ModelDocuments documents) {
        this.owner = owner;
        this.documents = documents;
    }

    Outcome revise(Revise revise, Stamp stamp) {
        Rejected refusal = refusal(revise, stamp);
        if (refusal != null) {
            return refusal;
        }
        for (Revision revision : revise.revisions()) {
            switch (revision) {
                case Revision.Add(AddMemory fact) ->
                    owner.duplicate(fact, revise.targets(), stamp.at())
                            .ifPresentOrElse(
                                    same -> owner.merge(same, fact, revise.localOnly(), stamp),
                                    () -> owner.insert(fact, revise.localOnly(), stamp));
                case Revision.Replace(MemoryId replaced, AddMemory fact) -> {
                    boolean local = owner.find(replaced).orElseThrow().localOnly();
                    owner.insert(fact, revise.localOnly() || local, stamp);
                    owner.supersede(replaced, fact.id(), stamp);
                }
                case Revision.Remove(MemoryId id) -> owner.remove(owner.find(id).orElseThrow(), stamp);
            }
        }
        revise.documents().forEach(put -> documents.put(put, stamp.at()));
        return new Outcome.Done();
    }

    private @Nullable Rejected refusal(Revise revise, Stamp stamp) {
        String malformed = malformed(revise);
        if (malformed != null) {
            return new Rejected(ErrorCode.INVALID_REQUEST, "the model refuses", malformed, null);
        }
        for (Seen seen : revise.seen()) {
            Memory now = owner.find(seen.id()).orElse(null);
            if (now == null || now.version() != seen.version() || now.replacedBy() != null) {
                return new Rejected(ErrorCode.VERSION_CONFLICT, "decide again", null, now);
            }
        }
        EmbeddingSpace space = owner.space().orElse(firstSpace(revise));
        for (AddMemory fact : revise.facts()) {
            if (owner.foreign(fact.embedding(), space)) {
                return ModelOwner.foreignVector();
            }
            Optional<Memory> used = owner.find(fact.id());
            Optional<Memory> there = used.isPresent()
                    ? used
                    : owner.duplicate(fact, revise.targets(), stamp.at())
                            .map(Held::memory)
                            .filter(same -> !(adds(revise, fact) && saw(revise, same.id())));
            if (there.isPresent()) {
                return ModelOwner.conflict(there.get());
            }
        }
        ModelDocuments onPaper = documents.copy();
        for (PutDocument put : revise.documents()) {
            if (onPaper.put(put, stamp.at()) instanceof Rejected rejected) {
                return rejected;
            }
        }
        return null;
    }

    private static boolean adds(Revise revise, AddMemory fact) {
        return revise.revisions().contains(new Revision.Add(fact));
    }

    private static boolean saw(Revise revise, MemoryId id) {
        return revise.seen().stream().anyMatch(seen -> seen.id().equals(id));
    }

    /// The list at fault, or null.
    private static @Nullable String malformed(Revise revise) {
        if (revise.seen().size() > Revise.MAX) {
            return "seen";
        }
        if (revise.revisions().size() > Revise.MAX) {
            return "revisions";
        }
        if (revise.documents().size() > Revise.MAX) {
            return "documents";
        }
        List<MemoryId> seen = revise.seen().stream().map(Seen::id).toList();
        boolean sound = seen.containsAll(revise.targets())
                && distinct(revise.targets())
                && distinct(revise.facts().stream().map(AddMemory::id).toList())
                && distinct(revise.facts().stream().map(Identity::of).toList());
        if (!sound) {
            return "revisions";
        }
        return distinct(revise.documents().stream()
                        .map(put -> List.of(put.collection(), put.id()))
                        .toList())
                ? null
                : "documents";
    }

    private static boolean distinct(Collection<?> all) {
        return new HashSet<>(all).size() == all.size();
    }

    private static @Nullable EmbeddingSpace firstSpace(Revise revise) {
        return revise.facts().stream()
                .map(AddMemory::embedding)
                .filter(Objects::nonNull)
                .map(embedding -> embedding.space())
                .findFirst()
                .orElse(null);
    }
}
