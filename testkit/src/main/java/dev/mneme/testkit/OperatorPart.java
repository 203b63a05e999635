package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store.OperatorBatch;
import dev.mneme.core.spi.Store.OperatorChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every owner's changes under one cursor. Between two owners no order is promised.
abstract class OperatorPart extends StorePart {
    private static final int OWNERS = 5;

    @Test
    void anEmptyCursorBeginsAtTheOldestRetained() {
        fill(4);

        assertThat(drain("", 3)).hasSize(4 * OWNERS);
        assertEachOwnersOrder(drain("", 3), 1, 4);
    }

    @Test
    void aCursorOfNowGivesWhatComesAfterOnceAndInOrder() {
        fill(2);
        String cursor = store().operatorCursor();
        assertThat(store().changes(cursor, 10).changes()).isEmpty();
        fill(3);

        for (int limit : List.of(1, 4, 1_000)) {
            assertEachOwnersOrder(drain(cursor, limit), 3, 5);
        }
    }

    @Test
    void theChangesAreTheOwnersOwn() {
        fill(2);

        List<Change> changes = drain("", 100).stream()
                .filter(change -> change.owner().equals(owner(1)))
                .toList();
        assertThat(changes).isEqualTo(changes(owner(1), 0));
    }

    @Test
    void everyChangesCursorResumesAfterIt() {
        fill(2);
        List<OperatorChange> whole = store().changes("", 1_000).changes();

        for (int i = 0; i < whole.size(); i++) {
            List<Change> rest = drain(whole.get(i).cursor(), 3);
            assertThat(rest).hasSize(whole.size() - i - 1);
            assertThat(rest).doesNotContain(whole.get(i).change());
        }
    }

    @Test
    void aCursorOutlivesAReopening() {
        fill(2);
        String cursor = store().operatorCursor();
        reopen();
        fill(1);

        assertEachOwnersOrder(drain(cursor, 2), 3, 3);
    }

    @Test
    void aCursorWhoseChangesAreNoLongerRetainedIsReset() {
        reopen(settings().withChangesPerOwner(5));
        fill(1);
        String cursor = store().operatorCursor();
        fill(100);

        OperatorBatch batch = store().changes(cursor, 10);
        assertThat(batch.reset()).isTrue();
        assertThat(batch.changes()).isEmpty();
        assertEachOwnersOrder(drain(batch.retained(), 10), 97, 101);
        fill(1);
        List<Change> after = drain(batch.cursor(), 10);
        assertEachOwnersOrder(after, 102, 102);
    }

    @Test
    void afterAResetWhatIsStillRetainedIsGivenAndNothingTwice() {
        reopen(settings().withChangesPerOwner(5));
        fill(3);
        String cursor = store().operatorCursor();
        for (int i = 0; i < 50; i++) {
            write(owner(0), add("user-0", "more " + i));
        }

        OperatorBatch batch = store().changes(cursor, 10);
        assertThat(batch.reset()).isTrue();
        List<Change> retained = drain(batch.retained(), 2);
        assertThat(retained).extracting(Change::owner).containsOnly(owner(0));
        assertThat(retained).hasSize(5);
    }

    @Test
    void fromTheOldestOnIsNoResetHoweverMuchIsGone() {
        reopen(settings().withChangesPerOwner(5));
        fill(100);

        for (int i = 0; i < OWNERS; i++) {
            Owner owner = owner(i);
            assertThat(drain("", 2).stream()
                            .filter(change -> change.owner().equals(owner))
                            .map(change -> change.position().sequence()))
                    .endsWith(96L, 97L, 98L, 99L, 100L);
        }
    }

    @Test
    void whatIsErasedIsNeverShownAgain() {
        fill(1);
        String cursor = store().operatorCursor();
        write(ALICE, add("alice", "likes tea"));
        write(ALICE, new EraseOwner());

        List<Change> all = drain("", 2).stream()
                .filter(change -> change.owner().equals(ALICE) || change.type() == ChangeType.OWNER_ERASED)
                .toList();
        assertThat(all).extracting(Change::type).containsExactly(ChangeType.OWNER_ERASED);
        OperatorBatch batch = store().changes(cursor, 10);
        if (!batch.reset()) {
            assertThat(batch.changes())
                    .extracting(change -> change.change().type())
                    .containsExactly(ChangeType.OWNER_ERASED);
        }
    }

    @Test
    void whatIsNoCursorIsRefused() {
        for (String cursor : List.of("x", "AAAA", "1:2:3:4:5", " ", "\u00e9")) {
            assertThatThrownBy(() -> store().changes(cursor, 10)).isInstanceOfSatisfying(MnemeException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                assertThat(e.field()).isEqualTo("after");
            });
        }
    }

    @Test
    void anotherStoresCursorIsReset() {
        fill(1);
        String foreign = store().operatorCursor();
        reopen(StoreSettings.of("another home", clock));
        fill(2);

        assertThat(store().changes(foreign, 10).reset()).isTrue();
    }

    private static Owner owner(int i) {
        return Owner.user("user-" + i);
    }

    /// `rounds` changes of each owner.
    private void fill(int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < OWNERS; i++) {
                write(owner(i), Fixtures.withoutDedupe(add("user-" + i, "something")));
            }
        }
    }

    private List<Change> drain(String cursor, int limit) {
        List<Change> all = new ArrayList<>();
        String at = cursor;
        while (true) {
            OperatorBatch batch = store().changes(at, limit);
            assertThat(batch.reset()).isFalse();
            assertThat(batch.changes()).hasSizeLessThanOrEqualTo(limit);
            batch.changes().forEach(change -> all.add(change.change()));
            at = batch.cursor();
            if (batch.changes().isEmpty()) {
                return all;
            }
        }
    }

    private static void assertEachOwnersOrder(List<Change> changes, long first, long last) {
        assertThat(changes).hasSize((int) (last - first + 1) * OWNERS);
        for (int i = 0; i < OWNERS; i++) {
            Owner owner = owner(i);
            List<Long> expected =
                    java.util.stream.LongStream.rangeClosed(first, last).boxed().toList();
            assertThat(changes.stream()
                            .filter(change -> change.owner().equals(owner))
                            .map(change -> change.position().sequence()))
                    .containsExactlyElementsOf(expected);
        }
    }
}
