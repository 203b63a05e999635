package dev.mneme.engine.state;

import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.PutDocument;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.Seen;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Whether a revision contradicts itself: a caller's mistake, whatever is stored.
final class RevisionForm {
    private RevisionForm() {}

    static Optional<Rejected> refusal(Revise revise) {
        return tooMany(revise.seen(), "seen")
                .or(() -> tooMany(revise.revisions(), "revisions"))
                .or(() -> tooMany(revise.documents(), "documents"))
                .or(() -> unseen(revise))
                .or(() -> twice(revise.targets(), id -> id, "revisions", "Replace or remove a memory once."))
                .or(() -> twice(revise.facts(), AddMemory::id, "revisions", "Each new memory needs an id of its own."))
                .or(() -> twice(revise.facts(), RevisionForm::content, "revisions", "Add what is the same once."))
                .or(() -> twice(revise.documents(), RevisionForm::name, "documents", "Put each document once."));
    }

    private static Optional<Rejected> tooMany(Collection<?> list, String field) {
        return list.size() <= Revise.MAX
                ? Optional.empty()
                : invalid(field, "There are " + list.size() + ": send " + Revise.MAX + " at most.");
    }

    private static Optional<Rejected> unseen(Revise revise) {
        Set<MemoryId> seen = revise.seen().stream().map(Seen::id).collect(Collectors.toSet());
        return revise.targets().stream()
                .filter(id -> !seen.contains(id))
                .findFirst()
                .flatMap(id -> invalid(
                        "revisions", "Memory " + id + " is not among those seen: say at which version it was."));
    }

    private static <T> Optional<Rejected> twice(List<T> all, Function<T, Object> same, String field, String message) {
        Set<Object> met = new HashSet<>();
        return all.stream().allMatch(each -> met.add(same.apply(each))) ? Optional.empty() : invalid(field, message);
    }

    private static Object content(AddMemory fact) {
        return ByteBuffer.wrap(MemoryDecisions.content(fact));
    }

    private static Object name(PutDocument put) {
        return List.of(put.collection(), put.id());
    }

    private static Optional<Rejected> invalid(String field, String message) {
        return Optional.of(new Rejected(ErrorCode.INVALID_REQUEST, message, field, null));
    }
}
