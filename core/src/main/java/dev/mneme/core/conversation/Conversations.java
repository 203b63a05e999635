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

/// What is kept of conversations beside the memories: the last messages of each session, and messages that are still to
/// be made into memories. It is deleted together with the memories that have the same ids.
public final class Conversations {
    private static final MemoryId NONE = new MemoryId(new UUID(0, 0));

    private final SessionMessages sessions;
    private final ExtractionDocuments extractions;

    public Conversations(Store store) {
        this.sessions = new SessionMessages(store);
        this.extractions = new ExtractionDocuments(store);
    }

    /// Forgets the conversations whose ids match the filter. A filter that looks at more than ids, such as the text,
    /// matches no conversation.
    ///
    /// @return whether any of them was waiting, under way or finished lately
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

    /// As [#forget], for every owner with conversations that wait or were finished lately. Where an owner's data may
    /// not be read, no memories are made of its conversations either.
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

    /// Collects the pointers that lead to the owner's conversations at present, and that name the owner.
    ///
    /// @return removes them, once the owner is erased
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
