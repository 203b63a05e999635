package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SourceType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The response audit: each answer once, for good.
abstract class ResponsesPart extends StorePart {
    private static Command.RecordResponse response(String chat, String message, String hash) {
        return response(chat, message, hash, null);
    }

    private static Command.RecordResponse response(String chat, String message, String hash, @Nullable Instant at) {
        return new Command.RecordResponse(
                "desk",
                chat,
                message,
                Mode.PARALLEL,
                SourceType.HARMONIZED,
                "anthropic",
                "large",
                0.75,
                hash,
                Fixtures.json("tokens", 12),
                at);
    }

    private ResponseSource recorded(Owner owner, Command.RecordResponse response) {
        return subject(outcome(owner, response));
    }

    private static ResponseSource subject(Outcome outcome) {
        return (ResponseSource) ((Outcome.Stored) outcome).subject();
    }

    private List<String> messages(Owner owner) {
        return store().responses().list(owner, each -> true, 0, 100).value().stream()
                .map(ResponseSource::messageId)
                .toList();
    }

    @Test
    void anAnswerIsRecordedAsItWasGiven() {
        Outcome outcome = outcome(ALICE, response("c1", "m1", "h1"));

        assertEvent(outcome, MemoryEvent.ADD);
        assertThat(subject(outcome))
                .isEqualTo(new ResponseSource(
                        "alice",
                        "desk",
                        "c1",
                        "m1",
                        Mode.PARALLEL,
                        SourceType.HARMONIZED,
                        "anthropic",
                        "large",
                        0.75,
                        "h1",
                        Fixtures.json("tokens", 12),
                        now(),
                        1,
                        false));
        assertThat(store().responses().find(ALICE, "c1", "m1").value()).contains(subject(outcome));
    }

    /// Which of them did is kept with the record, and no part of what it is known by.
    @Test
    void idsThatCameAsNumbersStayNumbers() {
        List<NumberedIds> kinds = List.of(
                NumberedIds.NONE,
                new NumberedIds(true, false),
                new NumberedIds(false, true),
                new NumberedIds(true, true));
        for (NumberedIds kind : kinds) {
            String message = String.valueOf(kinds.indexOf(kind));
            assertThat(recorded(ALICE, numbered("12", message, kind)).numbered())
                    .isEqualTo(kind);
            assertThat(recorded(ALICE, response("12", message, "h1")).numbered())
                    .isEqualTo(kind);
        }
        reopen();
        for (NumberedIds kind : kinds) {
            ResponseSource found = store().responses()
                    .find(ALICE, "12", String.valueOf(kinds.indexOf(kind)))
                    .value()
                    .orElseThrow();
            assertThat(found.numbered()).isEqualTo(kind);
            assertThat(found.localOnly()).isFalse();
        }
        assertThat(changes(ALICE, 0).stream()
                        .map(change -> (ResponseSource) Objects.requireNonNull(change.subject()))
                        .map(ResponseSource::numbered))
                .containsExactlyElementsOf(kinds);
    }

    private static Command.RecordResponse numbered(String chat, String message, NumberedIds numbered) {
        Command.RecordResponse text = response(chat, message, "h1");
        return new Command.RecordResponse(
                text.instanceId(),
                text.chatId(),
                text.messageId(),
                text.mode(),
                text.sourceType(),
                text.provider(),
                text.model(),
                text.confidence(),
                text.responseHash(),
                text.metadata(),
                text.timestamp(),
                numbered);
    }

    @Test
    void theCallersTimeIsKept() {
        Instant at = Instant.parse("2020-02-29T01:02:03.004Z");

        assertThat(recorded(ALICE, response("c1", "m1", "h1", at)).at()).isEqualTo(at);
    }

    @Test
    void theSameAnswerAgainChangesNothing() {
        ResponseSource first = recorded(ALICE, response("c1", "m1", "h1"));
        clock.advance(Duration.ofHours(1));

        Outcome again = outcome(ALICE, response("c1", "m1", "h1"));

        assertEvent(again, MemoryEvent.NONE);
        assertThat(subject(again)).isEqualTo(first);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void anotherHashOfTheSameMessageIsAConflict() {
        ResponseSource first = recorded(ALICE, response("c1", "m1", "h1"));

        assertThat(outcome(ALICE, response("c1", "m1", "h2")))
                .isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> {
                    assertThat(rejected.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
                    assertThat(rejected.current()).isEqualTo(first);
                });
        assertThat(store().responses().find(ALICE, "c1", "m1").value()).contains(first);
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void userChatAndMessageTogetherNameAnAnswer() {
        write(
                ALICE,
                response("c", "11", "h1"),
                response("c1", "1", "h2"),
                response("1:c", "x", "h3"),
                response("1", "cx", "h4"));
        write(BOB, response("c", "11", "h5"));

        assertThat(messages(ALICE)).containsExactly("11", "1", "x", "cx");
        assertThat(messages(BOB)).containsExactly("11");
        assertThat(store().responses().find(BOB, "c1", "1").value()).isEmpty();
    }

    @Test
    void listsGoByTheOrderOfRecordingBothWays() {
        Instant earlier = now().minus(Duration.ofDays(3));
        write(ALICE, response("c", "1", "h"), response("c", "2", "h", earlier), response("c", "3", "h"));
        write(ALICE, Fixtures.add("alice", "between"));
        write(ALICE, response("d", "4", "h"), response("c", "5", "h"));

        assertThat(messages(ALICE)).containsExactly("1", "2", "3", "4", "5");
        List<ResponseSource> first = store().responses()
                .list(ALICE, s -> s.chatId().equals("c"), 0, 3)
                .value();
        assertThat(first).extracting(ResponseSource::messageId).containsExactly("1", "2", "3");
        assertThat(store().responses()
                        .list(ALICE, s -> true, first.getLast().sequence(), 9)
                        .value())
                .extracting(ResponseSource::messageId)
                .containsExactly("4", "5");
        List<ResponseSource> newest =
                store().responses().newest(ALICE, s -> true, null, 2).value();
        assertThat(newest).extracting(ResponseSource::messageId).containsExactly("5", "4");
        assertThat(store().responses()
                        .newest(ALICE, s -> true, newest.getLast().sequence(), 2)
                        .value())
                .extracting(ResponseSource::messageId)
                .containsExactly("3", "2");
        assertThat(store().responses().list(ALICE, s -> true, 0, 1).position()).isEqualTo(store().head(ALICE));
    }

    @Test
    void recordsOutliveTheStore() {
        ResponseSource first = recorded(ALICE, response("c1", "m1", "h1"));
        reopen();

        assertThat(store().responses().find(ALICE, "c1", "m1").value()).contains(first);
        assertEvent(outcome(ALICE, response("c1", "m1", "h1")), MemoryEvent.NONE);
    }

    @Test
    void theFeedTellsOfIt() {
        ResponseSource source = recorded(ALICE, response("c1", "m1", "h1"));

        Change change = changes(ALICE, 0).getFirst();

        assertThat(change.type()).isEqualTo(ChangeType.RESPONSE_RECORDED);
        assertThat(change.subject()).isEqualTo(source);
        assertThat(change.key()).isEqualTo("c1/m1");
        assertThat(change.localOnly()).isFalse();
    }

    @Test
    void whatAnInspiredInstanceRecordsIsLocalOnly() {
        write(ALICE, new Command.SwitchMode("desk", Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION));

        assertThat(recorded(ALICE, response("c1", "m1", "h1")).localOnly()).isTrue();
        assertThat(changes(ALICE, 0).getLast().localOnly()).isTrue();
        Command.RecordResponse phones = new Command.RecordResponse(
                "phone", "c2", "m", null, SourceType.LOCAL, "ollama", "small", null, "h", Fixtures.json(), null);
        assertThat(recorded(ALICE, phones).localOnly()).isFalse();
        WriteResult written = store().write(new Write(
                ALICE,
                new Provenance("k1", "desk", true),
                null,
                List.of(new Command.RecordResponse(
                        "phone", "c3", "m", null, SourceType.LOCAL, "o", "s", null, "h", Fixtures.json(), null))));
        assertThat(subject(written.outcomes().getFirst()).localOnly()).isTrue();
    }

    @Test
    void erasureTakesThemAll() {
        write(ALICE, response("c1", "m1", "h1"));
        write(ALICE, new Command.EraseOwner());

        assertThat(messages(ALICE)).isEmpty();
        assertThat(store().responses().find(ALICE, "c1", "m1").value()).isEmpty();
        assertEvent(outcome(ALICE, response("c1", "m1", "h2")), MemoryEvent.ADD);
    }
}
