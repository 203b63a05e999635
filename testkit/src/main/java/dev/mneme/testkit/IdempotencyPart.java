package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.id;
import static dev.mneme.testkit.Fixtures.once;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.withoutDedupe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// A repeated request answers as the first did.
abstract class IdempotencyPart extends StorePart {
    @Test
    void aRepeatedWriteHasNoEffectAndAnswersAsTheFirst() {
        AddMemory tea = add("alice", "likes tea");
        WriteResult first = store().write(once(ALICE, "key", "body", tea, retext(id(ALICE), "x")));
        write(ALICE, retext(tea.id(), "likes coffee"));

        WriteResult second = store().write(
                        once(ALICE, "key", "body", withoutDedupe(add("alice", "likes tea")), retext(id(ALICE), "x")));

        assertThat(first.replayed()).isFalse();
        assertThat(second.replayed()).isTrue();
        assertThat(second.outcomes()).isEqualTo(first.outcomes());
        assertThat(second.position()).isEqualTo(first.position());
        assertThat(head(ALICE)).isEqualTo(2);
        assertThat(all(ALICE)).hasSize(1);
    }

    @Test
    void aWriteThatWasRejectedIsRepeatedlyRejected() {
        AddMemory tea = add("alice", "likes tea");
        WriteResult first = store().write(once(ALICE, "key", "body", retext(tea.id(), "x")));
        added(tea);

        WriteResult second = store().write(once(ALICE, "key", "body", retext(tea.id(), "x")));

        assertThat(second.replayed()).isTrue();
        assertThat(second.outcomes()).isEqualTo(first.outcomes());
        assertThat(found(tea.id()).version()).isEqualTo(1);
    }

    @Test
    void anotherRequestUnderTheSameKeyIsRefusedWithoutEffect() {
        store().write(once(ALICE, "key", "body", add("alice", "likes tea")));

        assertReused(once(ALICE, "key", "other body", add("alice", "likes coffee")));
        assertThat(all(ALICE)).hasSize(1);
        assertThat(store().write(once(ALICE, "key", "body", add("alice", "likes tea")))
                        .replayed())
                .isTrue();
    }

    @Test
    void anotherKeyIdOwnerOrIdempotencyKeyIsAnotherRequest() {
        store().write(once(ALICE, "key", "body", add("alice", "likes tea")));

        assertThat(store().write(once(ALICE, "key2", "body", add("alice", "two")))
                        .replayed())
                .isFalse();
        assertThat(store().write(once(BOB, "key", "body", add("bob", "three"))).replayed())
                .isFalse();
        assertThat(store().write(by(once(ALICE, "key", "other", add("alice", "four")), "k2"))
                        .replayed())
                .isFalse();
        assertThat(all(ALICE)).hasSize(3);
    }

    @Test
    void aRecordIsKeptForADayAndNoLonger() {
        store().write(once(ALICE, "key", "body", add("alice", "likes tea")));

        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(store().write(once(ALICE, "key", "body", add("alice", "likes tea")))
                        .replayed())
                .isTrue();
        clock.advance(Duration.ofMillis(1));
        WriteResult fresh = store().write(once(ALICE, "key", "other", add("alice", "likes mate")));
        assertThat(fresh.replayed()).isFalse();
        assertThat(all(ALICE)).hasSize(2);
    }

    @Test
    void theLatestRecordsAreKept() {
        reopen(settings().withIdempotencyKeysPerOwner(5));
        for (int i = 0; i < 8; i++) {
            store().write(once(ALICE, "key" + i, "body", add("alice", "number " + i)));
        }

        for (int i = 3; i < 8; i++) {
            assertThat(store().write(once(ALICE, "key" + i, "body")).replayed()).isTrue();
        }
    }

    @Test
    void recordsBeyondTheLimitAreDroppedInTheEnd() {
        reopen(settings().withIdempotencyKeysPerOwner(5));
        for (int i = 0; i < 100; i++) {
            store().write(once(ALICE, "key" + i, "body"));
        }

        assertThat(store().write(once(ALICE, "key0", "other body")).replayed()).isFalse();
    }

    @Test
    void recordsSurviveReopening() {
        WriteResult first = store().write(once(ALICE, "key", "body", add("alice", "likes tea")));
        reopen();

        WriteResult second = store().write(once(ALICE, "key", "body", add("alice", "likes tea")));
        assertThat(second).isEqualTo(new WriteResult(first.outcomes(), first.position(), true));
        assertReused(once(ALICE, "key", "other body"));
    }

    @Test
    void thatADeletionWasIncompleteSurvivesReopening() {
        Memory tea = added(add("alice", "likes tea"));
        Command gone = new Command.DeleteUnchanged(List.of(
                new Command.ForgetVersions.Version(tea.id(), tea.version()),
                new Command.ForgetVersions.Version(tea.id(), tea.version() + 7)));
        WriteResult first = store().write(once(ALICE, "key", "body", gone));
        assertThat(first.outcomes()).containsExactly(new Outcome.DeletedMany(1, true));
        reopen();

        assertThat(store().write(once(ALICE, "key", "body", gone)).outcomes()).isEqualTo(first.outcomes());
    }

    @Test
    void erasureForgetsTheRecordsButItsOwn() {
        store().write(once(ALICE, "key", "body", add("alice", "likes tea")));
        store().write(once(ALICE, "erase", "body", new EraseOwner()));
        Memory mate = added(add("alice", "likes mate"));

        WriteResult again = store().write(once(ALICE, "erase", "body", new EraseOwner()));
        assertThat(again.replayed()).isTrue();
        assertThat(again.outcomes()).containsExactly(new Outcome.DeletedMany(1));
        assertThat(all(ALICE)).containsExactly(mate);
        assertThat(store().write(once(ALICE, "key", "other body")).replayed()).isFalse();
    }

    private Optional<WriteResult> answered(Write write) {
        return store().answered(write.owner(), write.by(), Objects.requireNonNull(write.idempotency()));
    }

    @Test
    void whatWasAnsweredIsToldWithoutTheCommands() {
        Write tea = once(ALICE, "key", "body", add("alice", "likes tea"));
        assertThat(answered(tea)).isEmpty();
        WriteResult first = store().write(tea);
        Write refused = once(ALICE, "refused", "body", retext(id(ALICE), "x"));
        WriteResult refusal = store().write(refused);
        write(ALICE, add("alice", "likes coffee"));

        assertThat(answered(tea)).contains(new WriteResult(first.outcomes(), first.position(), true));
        assertThat(answered(refused)).contains(new WriteResult(refusal.outcomes(), refusal.position(), true));
        assertThat(answered(once(ALICE, "key2", "body"))).isEmpty();
        assertThat(answered(once(BOB, "key", "body"))).isEmpty();
        assertThat(answered(by(tea, "k2"))).isEmpty();
        assertReused(() -> answered(once(ALICE, "key", "other body")));
        assertThat(head(ALICE)).isEqualTo(2);
        reopen();
        assertThat(answered(tea)).contains(new WriteResult(first.outcomes(), first.position(), true));
    }

    @Test
    void whatWasAskedForAnAnswerAloneIsStillANewRequest() {
        Write tea = once(ALICE, "key", "body", add("alice", "likes tea"));
        assertThat(answered(tea)).isEmpty();
        assertThat(store().write(tea).replayed()).isFalse();
        assertThat(all(ALICE)).hasSize(1);
    }

    @Test
    void whatIsNoLongerKeptIsNotTold() {
        Write tea = once(ALICE, "key", "body", add("alice", "likes tea"));
        store().write(tea);
        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(answered(tea)).isPresent();
        clock.advance(Duration.ofMillis(1));
        assertThat(answered(tea)).isEmpty();

        store().write(tea);
        assertThat(answered(tea)).isPresent();
        write(ALICE, new EraseOwner());
        assertThat(answered(tea)).isEmpty();
    }

    private void assertReused(Write write) {
        assertReused(() -> store().write(write));
    }

    private static void assertReused(ThrowingCallable asked) {
        assertThatThrownBy(asked).isInstanceOfSatisfying(MnemeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED);
            assertThat(e.field()).isEqualTo("Idempotency-Key");
        });
    }
}
