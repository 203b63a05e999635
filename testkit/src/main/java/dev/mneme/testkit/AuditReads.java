package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.SyncEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads the response sources and sync events of two stores in the same random ways and compares. An
/// expired event may be there or not: the reader hides it.
final class AuditReads {
    private final SplittableRandom random;
    private final ManualClock clock;
    private final Store model;
    private final Store subject;

    AuditReads(SplittableRandom random, ManualClock clock, Store model, Store subject) {
        this.random = random;
        this.clock = clock;
        this.model = model;
        this.subject = subject;
    }

    void compare(Owner owner) {
        if (owner.kind() != OwnerKind.USER) {
            return;
        }
        compareResponses(owner);
        comparePending(owner);
        compareEvents(owner);
    }

    private void compareResponses(Owner owner) {
        SourceType wanted = random.nextBoolean() ? null : SourceType.LOCAL;
        Predicate<ResponseSource> filter = source -> wanted == null || source.sourceType() == wanted;
        int limit = 1 + random.nextInt(5);
        long after = 0;
        Long before = null;
        List<ResponseSource> forwards = new ArrayList<>();
        List<ResponseSource> backwards = new ArrayList<>();
        int got = limit;
        while (got == limit) {
            At<List<ResponseSource>> page = subject.responses().list(owner, filter, after, limit);
            assertAlike("responses of " + owner, page, model.responses().list(owner, filter, after, limit));
            forwards.addAll(page.value());
            got = page.value().size();
            after = page.value().isEmpty() ? after : page.value().getLast().sequence();
        }
        got = limit;
        while (got == limit) {
            List<ResponseSource> page = newest(owner, filter, before, limit);
            backwards.addAll(page);
            got = page.size();
            before = page.isEmpty() ? before : Long.valueOf(page.getLast().sequence());
        }
        assertThat(backwards.reversed()).as("responses of %s, backwards", owner).isEqualTo(forwards);
        forwards.forEach(source -> assertThat(subject.responses().find(owner, source.chatId(), source.messageId()))
                .extracting(At::value)
                .isEqualTo(Optional.of(source)));
    }

    private List<ResponseSource> newest(
            Owner owner, Predicate<ResponseSource> filter, @Nullable Long before, int limit) {
        At<List<ResponseSource>> page = subject.responses().newest(owner, filter, before, limit);
        assertAlike("newest responses of " + owner, page, model.responses().newest(owner, filter, before, limit));
        return page.value();
    }

    private void comparePending(Owner owner) {
        Instant now = clock.instant().plusSeconds(random.nextInt(3) == 0 ? random.nextInt(100_000) : 0);
        int limit = 1 + random.nextInt(random.nextBoolean() ? 3 : 100);
        for (String instance : RandomAudit.INSTANCES) {
            String what = "pending of " + instance + " at " + now + ", in pages of " + limit;
            assertThat(pending(subject, owner, instance, now, limit))
                    .as(what)
                    .isEqualTo(pending(model, owner, instance, now, limit));
        }
    }

    private static List<SyncEvent> pending(Store store, Owner owner, String instance, Instant now, int limit) {
        List<SyncEvent> all = new ArrayList<>();
        SyncEvents.Place at = null;
        do {
            At<SyncEvents.Page> page = store.syncEvents().pending(owner, instance, now, at, limit);
            assertThat(page.value().events()).hasSizeLessThanOrEqualTo(limit);
            assertThat(page.position()).isEqualTo(store.head(owner));
            all.addAll(page.value().events());
            at = page.value().next();
        } while (at != null);
        return all;
    }

    private void compareEvents(Owner owner) {
        for (Change change : model.changes(owner, Store.OLDEST, 1_000).changes()) {
            if (change.subject() instanceof SyncEvent event) {
                assertThat(visible(subject, owner, event))
                        .as("sync event %s", event.id())
                        .isEqualTo(visible(model, owner, event));
            }
        }
    }

    private Optional<SyncEvent> visible(Store store, Owner owner, SyncEvent event) {
        return store.syncEvents().find(owner, event.id()).value().filter(e -> !e.expired(clock.instant()));
    }

    private static <T> void assertAlike(String what, At<T> actual, At<T> expected) {
        assertThat(actual.value()).as(what).isEqualTo(expected.value());
        assertThat(actual.position().sequence())
                .as("position of %s", what)
                .isEqualTo(expected.position().sequence());
    }
}
