package dev.mneme.core.service;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.FilterMatcher;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
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
import java.util.stream.Collectors;

/// What is kept of conversations beside the memories: the last messages of sessions, and the messages of which
/// memories are still to be made. It goes when the memories of the same ids are deleted.
final class Conversations {
    private static final MemoryId NONE = new MemoryId(new UUID(0, 0));

    private final SessionMessages sessions;
    private final ExtractionDocuments extractions;

    Conversations(Store store) {
        this.sessions = new SessionMessages(store);
        this.extractions = new ExtractionDocuments(store);
    }

    /// Forgets conversations whose ids meet the filter. One that asks for more than ids, such as for a
    /// text, is met by none.
    void forget(Provenance by, Owner owner, Filter filter) {
        if (!asksForIdsAlone(filter)) {
            return;
        }
        sessions.forEach(owner, session -> {
            if (matches(filter, SessionMessages.scope(session))) {
                sessions.remove(by, owner, session);
            }
        });
        extractions.forEach(owner, each -> {
            if (matches(filter, each.extraction().scope())) {
                remove(by, each);
            }
        });
    }

    /// Forgets all of an owner's, before the owner is erased: what points to them names the owner.
    void forget(Provenance by, Owner owner) {
        extractions.forEach(owner, each -> remove(by, each));
    }

    private void remove(Provenance by, ExtractionDocuments.Stored stored) {
        Owner owner = stored.extraction().scope().owner();
        UUID id = stored.extraction().id();
        for (Optional<ExtractionDocuments.Stored> now = Optional.of(stored); now.isPresent(); ) {
            now = extractions.remove(by, now.get()) ? Optional.empty() : extractions.find(owner, id);
        }
        extractions.pointer(id).ifPresent(extractions::removePointer);
    }

    /// The owners of whom something waits or was done lately.
    Set<Owner> owners() {
        return extractions.pointers().stream()
                .map(ExtractionDocuments.Pointer::owner)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean asksForIdsAlone(Filter filter) {
        return switch (filter) {
            case Filter.And(List<Filter> parts) -> parts.stream().allMatch(Conversations::asksForIdsAlone);
            case Filter.Or(List<Filter> parts) -> parts.stream().allMatch(Conversations::asksForIdsAlone);
            case Filter.Not(Filter part) -> asksForIdsAlone(part);
            case Filter.Compare compare -> compare.field() instanceof Filter.Field.Scope;
        };
    }

    private static boolean matches(Filter filter, ScopeIds scope) {
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
        return FilterMatcher.matches(filter, none);
    }
}
