package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.OperatorBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Follows the operator's feeds of two stores side by side, and reads both from the oldest on.
final class OperatorReads {
    private static final int LIMIT = 7;

    private final Store model;
    private final Store subject;
    private final Map<Owner, Long> erasedAt;
    private String modelCursor;
    private String subjectCursor;

    /// @param erasedAt the sequence of each owner's last erasure
    OperatorReads(Store model, Store subject, Map<Owner, Long> erasedAt) {
        this(model, subject, erasedAt, model.operatorCursor(), subject.operatorCursor());
    }

    private OperatorReads(
            Store model, Store subject, Map<Owner, Long> erasedAt, String modelCursor, String subjectCursor) {
        this.model = model;
        this.subject = subject;
        this.erasedAt = erasedAt;
        this.modelCursor = modelCursor;
        this.subjectCursor = subjectCursor;
    }

    OperatorReads reopened(Store modelAgain, Store subjectAgain) {
        return new OperatorReads(modelAgain, subjectAgain, erasedAt, modelCursor, subjectCursor);
    }

    void compare() {
        Optional<List<Change>> expected = drain(model, modelCursor);
        Optional<List<Change>> actual = drain(subject, subjectCursor);
        modelCursor = model.operatorCursor();
        subjectCursor = subject.operatorCursor();
        for (Owner owner : Histories.owners()) {
            String what = "operator's changes of " + owner;
            if (expected.isPresent() && actual.isPresent()) {
                StoreReads.assertAlike(what, of(owner, actual.get()), of(owner, expected.get()), model);
            }
            actual.ifPresent(changes -> assertNothingErased(owner, changes));
            List<Change> oldest = of(owner, drain(subject, "").orElseThrow());
            List<Change> least = of(owner, drain(model, "").orElseThrow());
            assertThat(oldest).as(what).hasSizeGreaterThanOrEqualTo(least.size());
            StoreReads.assertAlike(what, oldest.subList(oldest.size() - least.size(), oldest.size()), least, model);
            assertNothingErased(owner, oldest);
        }
        if (erasedAt.isEmpty() && keepsEverything(model)) {
            assertThat(actual).as("the operator's feed where nothing is gone").isPresent();
        }
    }

    /// Whether retention has removed nothing of anybody. Once it has, a store may answer an older
    /// cursor by a reset, since it need not know whether the removed change lay ahead of that cursor.
    private static boolean keepsEverything(Store store) {
        return Histories.owners().stream()
                .noneMatch(owner -> store.changes(owner, 0, 1).reset());
    }

    private void assertNothingErased(Owner owner, List<Change> changes) {
        assertThat(of(owner, changes))
                .as("nothing erased in the operator's feed")
                .allMatch(change -> change.position().sequence() >= erasedAt.getOrDefault(owner, 0L));
    }

    private static List<Change> of(Owner owner, List<Change> changes) {
        return changes.stream()
                .filter(change -> change.owner().equals(owner))
                .filter(change -> change.type() != ChangeType.OWNER_ERASED) // whose it was need not be known any more
                .toList();
    }

    /// @return empty for a reset
    private static Optional<List<Change>> drain(Store store, String cursor) {
        List<Change> all = new ArrayList<>();
        String at = cursor;
        while (true) {
            OperatorBatch batch = store.changes(at, LIMIT);
            if (batch.reset()) {
                return Optional.empty();
            }
            if (batch.changes().isEmpty()) {
                return Optional.of(all);
            }
            batch.changes().forEach(change -> all.add(change.change()));
            at = batch.cursor();
        }
    }
}
