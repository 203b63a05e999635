package dev.mneme.core.conversation;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.Store;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// What is kept of conversations beside the memories: the last messages of sessions, and the messages of which
/// memories are still to be made. It goes when the memories of the same ids are deleted.
public final class Conversations {
    private static final MemoryId NONE = new MemoryId(new UUID(0, 0));

    private final SessionMessages sessions;
    private final ExtractionDocuments extractions;

    public Conversations(Store store) {
        this.sessions = new SessionMessages(store);
        this.extractions = new ExtractionDocuments(store);
    }

    /// Forgets conversations whose ids meet the filter. One that asks for more than ids, such as for a
    /// text, is met by none.
    ///
    /// @return whether any was waiting, under way or done lately
    public boolean forget(Provenance by, Owner owner, Filter filter) {
        if (!asksForIdsAlone(filter)) {
            return false;
        }
        AtomicBoolean any = new AtomicBoolean();
        FilterMatcher matcher = FilterMatcher.of(filter);
        extractions.forEach(owner, each -> {
            if (matches(matcher, each.extraction().scope())) {
                any.set(true);
                remove(by, each);
            }
        });
        sessions.forEach(
                owner,
                session -> { // afterwards: nothing is added to them any more
                    if (matches(matcher, SessionMessages.scope(session))) {
                        sessions.remove(by, owner, session.id(), Command.ANY_VERSION);
                    }
                });
        return any.get();
    }

    /// As [#forget], of every owner of whom something waits or was done lately. One whose data may not
    /// be read has nothing made of it either.
    public void forgetAnywhere(Provenance by, Filter filter) {
        Set<Owner> owners = extractions.pointers().stream()
                .map(ExtractionDocuments.Pointer::owner)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (Owner owner : owners) {
            try {
                forget(by, owner, filter);
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.INTEGRITY_VIOLATION) {
                    throw e;
                }
            }
        }
    }

    /// What points to the owner's conversations as they are now, and names the owner.
    ///
    /// @return removes it, once the owner is erased
    public Runnable pointersOf(Owner owner) {
        List<ExtractionDocuments.Pointer> pointers = extractions.pointers().stream()
                .filter(pointer -> pointer.owner().equals(owner))
                .toList();
        return () -> pointers.forEach(extractions::removePointer);
    }

    private void remove(Provenance by, ExtractionDocuments.Stored stored) {
        Owner owner = stored.extraction().scope().owner();
        UUID id = stored.extraction().id();
        Optional<ExtractionDocuments.Pointer> pointer = extractions.pointer(id);
        for (Optional<ExtractionDocuments.Stored> now = Optional.of(stored); now.isPresent(); ) {
            now = extractions.remove(by, now.get()) ? Optional.empty() : extractions.find(owner, id);
        }
        pointer.ifPresent(extractions::removePointer);
    }

    private static boolean asksForIdsAlone(Filter filter) {
        return switch (filter) {
            case Filter.And(List<Filter> parts) -> parts.stream().allMatch(Conversations::asksForIdsAlone);
            case Filter.Or(List<Filter> parts) -> parts.stream().allMatch(Conversations::asksForIdsAlone);
            case Filter.Not(Filter part) -> asksForIdsAlone(part);
            case Filter.Compare compare -> compare.field() instanceof Filter.Field.Scope;
        };
    }

    private static boolean matches(FilterMatcher matcher, ScopeIds scope) {
        Memory none = new Memory(
                NONE,
                scope,
                "",
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                Instant.EPOCH,
                Instant.EPOCH,
                null,
                1,
                null);
        return matcher.matches(none);
    }
}
