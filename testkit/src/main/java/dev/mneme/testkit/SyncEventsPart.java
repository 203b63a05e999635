package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.model.SyncEvent.Priority;
import dev.mneme.core.spi.SyncEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Sync events: handed to every target until it has processed them, or they expire.
abstract class SyncEventsPart extends StorePart {
    private static Command.PostSyncEvent event(
            Owner owner, String from, Priority priority, @Nullable Set<String> targets, @Nullable Instant expiresAt) {
        return new Command.PostSyncEvent(
                Fixtures.id(owner),
                from,
                SyncEvent.Type.CONFIG_UPDATED,
                Fixtures.json("a", 1),
                targets,
                priority,
                expiresAt);
    }

    private SyncEvent posted(Owner owner, Command.PostSyncEvent post) {
        return subject(outcome(owner, post));
    }

    private SyncEvent posted(Priority priority) {
        return posted(ALICE, event(ALICE, "desk", priority, null, null));
    }

    private static SyncEvent subject(Outcome outcome) {
        return (SyncEvent) ((Outcome.Stored) outcome).subject();
    }

    private List<MemoryId> pending(String instance) {
        return pending(ALICE, instance, 100);
    }

    private List<MemoryId> pending(Owner owner, String instance, int limit) {
        return store().syncEvents().pending(owner, instance, now(), null, limit).value().events().stream()
                .map(SyncEvent::id)
                .toList();
    }

    private Outcome process(MemoryId id, String instance) {
        return outcome(ALICE, new Command.ProcessSyncEvent(id, instance));
    }

    @Test
    void anEventIsPostedAsItWasGiven() {
        Instant expiresAt = now().plus(Duration.ofDays(1));
        Command.PostSyncEvent post = event(ALICE, "desk", Priority.NORMAL, Set.of("phone", "laptop"), expiresAt);

        Outcome outcome = outcome(ALICE, post);

        assertEvent(outcome, MemoryEvent.ADD);
        assertThat(subject(outcome))
                .isEqualTo(new SyncEvent(
                        post.id(),
                        "alice",
                        "desk",
                        SyncEvent.Type.CONFIG_UPDATED,
                        Fixtures.json("a", 1),
                        Set.of("laptop", "phone"),
                        Set.of(),
                        Priority.NORMAL,
                        now(),
                        expiresAt,
                        1,
                        1,
                        false));
        assertThat(store().syncEvents().find(ALICE, post.id()).value()).contains(subject(outcome));
        assertThat(store().syncEvents().find(BOB, post.id()).value()).isEmpty();
    }

    @Test
    void anIdIsUsedOnce() {
        Command.PostSyncEvent post = event(ALICE, "desk", Priority.NORMAL, null, null);
        write(ALICE, post);

        assertRejected(outcome(ALICE, post), ErrorCode.VERSION_CONFLICT, "id");
    }

    @Test
    void pendingIsHighFirstThenByTime() {
        SyncEvent low = posted(Priority.LOW);
        SyncEvent normal = posted(Priority.NORMAL);
        SyncEvent high = posted(Priority.HIGH);
        SyncEvent secondHigh = posted(Priority.HIGH);
        SyncEvent secondNormal = posted(Priority.NORMAL);

        assertThat(pending("phone"))
                .containsExactly(high.id(), secondHigh.id(), normal.id(), secondNormal.id(), low.id());
        assertThat(pending(ALICE, "phone", 3)).containsExactly(high.id(), secondHigh.id(), normal.id());
        assertThat(pending(BOB, "phone", 3)).isEmpty();
        assertThat(store().syncEvents().pending(ALICE, "phone", now(), null, 1).position())
                .isEqualTo(store().head(ALICE));
    }

    @Test
    void pagesOfPendingEventsGoOnWhereTheOneBeforeEnded() {
        List<MemoryId> posted = new ArrayList<>();
        for (int i = 0; i < 1_100; i++) {
            posted.add(posted(i % 50 == 7 ? Priority.LOW : Priority.NORMAL).id());
        }
        for (int i = 0; i < 1_060; i++) {
            if (i != 57) {
                process(posted.get(i), "phone");
            }
        }
        List<MemoryId> left = new ArrayList<>();
        SyncEvents.Place at = null;
        do {
            SyncEvents.Page page =
                    store().syncEvents().pending(ALICE, "phone", now(), at, 7).value();
            assertThat(page.events()).hasSizeLessThanOrEqualTo(7);
            page.events().forEach(event -> left.add(event.id()));
            at = page.next();
        } while (at != null);

        List<MemoryId> expected = new ArrayList<>(posted.subList(1_060, 1_100));
        expected.add(posted.get(57)); // the low one
        assertThat(left).isEqualTo(expected);
    }

    @Test
    void theSourceAndWhoIsNoTargetAreNotAsked() {
        SyncEvent all = posted(Priority.NORMAL);
        SyncEvent phones = posted(ALICE, event(ALICE, "desk", Priority.NORMAL, Set.of("phone", "desk"), null));

        assertThat(pending("desk")).isEmpty();
        assertThat(pending("phone")).containsExactly(all.id(), phones.id());
        assertThat(pending("laptop")).containsExactly(all.id());
    }

    @Test
    void whatAnInstanceProcessedIsPendingForTheOthersAlone() {
        SyncEvent event = posted(Priority.NORMAL);

        Outcome outcome = process(event.id(), "phone");

        assertEvent(outcome, MemoryEvent.UPDATE);
        assertThat(subject(outcome).processedBy()).containsExactly("phone");
        assertThat(subject(outcome).version()).isEqualTo(2);
        assertThat(pending("phone")).isEmpty();
        assertThat(pending("laptop")).containsExactly(event.id());
        assertEvent(process(event.id(), "phone"), MemoryEvent.NONE);
        assertThat(head(ALICE)).isEqualTo(2);
        assertThat(subject(process(event.id(), "laptop")).processedBy()).containsExactly("laptop", "phone");
    }

    @Test
    void anEventRemembersSoManyInstances() {
        SyncEvent event = posted(Priority.NORMAL);
        Command[] all = IntStream.range(0, SyncEvent.MAX_PROCESSED_BY)
                .mapToObj(n -> new Command.ProcessSyncEvent(event.id(), "i" + n))
                .toArray(Command[]::new);
        write(ALICE, all);

        assertRejected(process(event.id(), "one more"), ErrorCode.TOO_LARGE, "instanceId");
        assertEvent(process(event.id(), "i7"), MemoryEvent.NONE);
    }

    @Test
    void anUnknownEventCannotBeProcessed() {
        assertRejected(process(Fixtures.id(ALICE), "phone"), ErrorCode.NOT_FOUND, null);
        SyncEvent event = posted(Priority.NORMAL);
        assertRejected(outcome(BOB, new Command.ProcessSyncEvent(event.id(), "phone")), ErrorCode.NOT_FOUND, null);
    }

    @Test
    void anExpiredEventIsHiddenThenRemoved() {
        SyncEvent event = posted(ALICE, event(ALICE, "desk", Priority.NORMAL, null, now().plus(Duration.ofDays(7))));
        clock.advance(Duration.ofDays(7).minusMillis(1));
        assertThat(pending("phone")).containsExactly(event.id());
        clock.advance(Duration.ofMillis(1));

        assertThat(pending("phone")).isEmpty();
        assertRejected(process(event.id(), "phone"), ErrorCode.NOT_FOUND, null);
        write(ALICE, new Command.Expire(List.of(new Expired.OfSyncEvent(event.id(), 1))));
        assertThat(store().syncEvents().find(ALICE, event.id()).value()).isEmpty();
        assertThat(head(ALICE)).isEqualTo(1);
    }

    @Test
    void onlyWhatHasExpiredIsRemoved() {
        SyncEvent lasting = posted(Priority.NORMAL);
        SyncEvent event = posted(ALICE, event(ALICE, "desk", Priority.NORMAL, null, now().plus(Duration.ofDays(400))));
        process(event.id(), "phone");
        clock.advance(Duration.ofDays(399));

        write(
                ALICE,
                new Command.Expire(List.of(
                        new Expired.OfSyncEvent(event.id(), 1),
                        new Expired.OfSyncEvent(event.id(), 2),
                        new Expired.OfSyncEvent(lasting.id(), 1))));

        assertThat(pending("laptop")).containsExactly(lasting.id(), event.id());
    }

    @Test
    void eventsOutliveTheStore() {
        SyncEvent event =
                posted(ALICE, event(ALICE, "desk", Priority.HIGH, Set.of("phone"), now().plus(Duration.ofDays(1))));
        process(event.id(), "other");
        reopen();

        assertThat(pending("phone")).containsExactly(event.id());
        assertThat(store().syncEvents()
                        .find(ALICE, event.id())
                        .value()
                        .orElseThrow()
                        .processedBy())
                .containsExactly("other");
    }

    @Test
    void theFeedTellsOfPostAndProcessing() {
        SyncEvent event = posted(Priority.NORMAL);
        SyncEvent processed = subject(process(event.id(), "phone"));

        assertThat(changes(ALICE, 0))
                .extracting(Change::type)
                .containsExactly(ChangeType.SYNC_POSTED, ChangeType.SYNC_PROCESSED);
        assertThat(changes(ALICE, 0)).extracting(Change::subject).containsExactly(event, processed);
        assertThat(changes(ALICE, 0))
                .extracting(Change::key)
                .containsOnly(event.id().toString());
    }

    @Test
    void whatAnInspiredInstanceWritesIsLocalOnly() {
        write(ALICE, new Command.SwitchMode("desk", Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION));
        SyncEvent own = posted(Priority.NORMAL);
        SyncEvent phones = posted(ALICE, event(ALICE, "phone", Priority.NORMAL, null, null));

        assertThat(own.localOnly()).isTrue();
        assertThat(phones.localOnly()).isFalse();
        assertThat(pending("laptop")).containsExactly(own.id(), phones.id());
        assertThat(subject(process(phones.id(), "desk")).localOnly()).isTrue();
        assertThat(changes(ALICE, 0).getLast().localOnly()).isTrue();
    }

    @Test
    void erasureTakesThemAll() {
        SyncEvent event = posted(ALICE, event(ALICE, "desk", Priority.NORMAL, null, now().plus(Duration.ofDays(1))));
        write(ALICE, new Command.EraseOwner());

        assertThat(pending("phone")).isEmpty();
        assertThat(store().syncEvents().find(ALICE, event.id()).value()).isEmpty();
    }
}
