package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.At;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Subject;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult.Hit;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Reads two stores in the same random ways and compares.
final class StoreReads {
    private static final int EVERYTHING = 10_000;
    private static final List<Order> ORDERS = List.of(Order.values());
    private static final List<String> QUERIES = List.of("green tea", "chess", "black coffee", "zebras", "klavier");

    private Instant latestSearch = Instant.MIN;
    private final SplittableRandom random;
    private final ManualClock clock;
    private final Store model;
    private final Store subject;

    StoreReads(SplittableRandom random, ManualClock clock, Store model, Store subject) {
        this.random = random;
        this.clock = clock;
        this.model = model;
        this.subject = subject;
    }

    void compareLists(@Nullable Owner owner) {
        Order order = ORDERS.get(random.nextInt(ORDERS.size()));
        Filter filter = random.nextInt(3) == 0 ? Filter.And.ALL : Histories.filter(random, 3);
        int limit = 1 + random.nextInt(random.nextBoolean() ? 4 : 100);
        boolean showExpired = random.nextInt(3) == 0;
        Instant now = readersClock();
        String what = "list of %s by %s, %d a page, expired %s, at %s, where %s"
                .formatted(owner, order, limit, showExpired, now, filter);
        String modelCursor = null;
        String subjectCursor = null;
        do {
            MemoryPage expected =
                    model.list(new MemoryQuery(owner, filter, order, limit, modelCursor, showExpired, now));
            MemoryPage actual =
                    subject.list(new MemoryQuery(owner, filter, order, limit, subjectCursor, showExpired, now));
            assertThat(actual.items()).as(what).isEqualTo(expected.items());
            assertThat(sequence(actual.position())).as("position of %s", what).isEqualTo(sequence(expected.position()));
            modelCursor = expected.nextCursor();
            subjectCursor = actual.nextCursor();
            assertThat(subjectCursor != null).as("more of %s", what).isEqualTo(modelCursor != null);
        } while (modelCursor != null);
    }

    /// The reader's clock need not be the store's.
    private Instant readersClock() {
        return random.nextInt(4) == 0
                ? clock.instant().plusSeconds(random.nextInt(200_000) - 100_000L)
                : clock.instant();
    }

    /// Searches look forward: what one saw expire may stay hidden from another whose clock is behind.
    private Instant searchersClock() {
        Instant now = readersClock();
        latestSearch = now.isAfter(latestSearch) ? now : latestSearch;
        return latestSearch;
    }

    private static @Nullable Long sequence(@Nullable Position position) {
        return position == null ? null : position.sequence();
    }

    /// What a search gives is visible and as it is; what has every word of the query is given when there is
    /// room.
    void compareSearches(@Nullable Owner owner) {
        String text = QUERIES.get(random.nextInt(QUERIES.size()));
        Filter filter = random.nextInt(3) == 0 ? Filter.And.ALL : Histories.filter(random, 2);
        boolean showExpired = random.nextInt(3) == 0;
        Instant now = searchersClock();
        double threshold = random.nextInt(4) == 0 ? 0.2 : 0;
        List<Memory> visible = model.list(
                        new MemoryQuery(owner, filter, Order.CREATED_AT, EVERYTHING, null, showExpired, now))
                .items();
        List<Hit> hits = subject.search(new SearchQuery(
                        owner,
                        text,
                        random.nextBoolean() ? null : Fixtures.query(Fixtures.vector(1, 2, 1)),
                        false,
                        filter,
                        EVERYTHING,
                        threshold,
                        showExpired,
                        now,
                        Duration.ofSeconds(60)))
                .hits();
        String what = "search of %s for '%s', threshold %s, expired %s, at %s, where %s"
                .formatted(owner, text, threshold, showExpired, now, filter);
        List<Memory> given = hits.stream().map(Hit::memory).toList();
        assertThat(given).as(what).doesNotHaveDuplicates().isSubsetOf(visible);
        assertThat(hits)
                .as(what)
                .isSortedAccordingTo(Comparator.comparingDouble(Hit::score)
                        .reversed()
                        .thenComparing(hit -> hit.memory().id()))
                .allMatch(hit -> hit.score() >= threshold && hit.score() <= 1);
        if (threshold == 0) {
            assertThat(ids(given))
                    .as(what)
                    .containsAll(
                            ids(visible.stream().filter(m -> hasWords(m, text)).toList()));
        }
    }

    /// A store may retain more changes than the model.
    void compareCounts(Owner owner) {
        Restriction restriction =
                random.nextBoolean() ? Restriction.NONE : new Restriction(Map.of(OwnerKind.AGENT, Set.of("bot")));
        Instant now = readersClock();
        At<OwnerCounts> expected = model.counts(owner, restriction, now);
        At<OwnerCounts> actual = subject.counts(owner, restriction, now);
        assertThat(actual.value())
                .usingRecursiveComparison()
                .ignoringFields("changes")
                .as("counts of %s at %s", owner, now)
                .isEqualTo(expected.value());
        assertThat(actual.value().changes())
                .isBetween(expected.value().changes(), model.head(owner).sequence());
        assertThat(sequence(actual.position())).isEqualTo(sequence(expected.position()));
    }

    void compareSpaces(Owner owner) {
        assertThat(subject.space(owner).now()).isEqualTo(model.space(owner).now());
        assertThat(subject.space(owner).next()).isEqualTo(model.space(owner).next());
        assertThat(subject.unstaged(owner, 0, 1_000))
                .as("what %s lacks of the space to come", owner)
                .isEqualTo(model.unstaged(owner, 0, 1_000));
    }

    private static boolean hasWords(Memory memory, String query) {
        Set<String> words =
                Set.of(memory.text().toLowerCase(java.util.Locale.ROOT).strip().split("\\s+", -1));
        return words.containsAll(List.of(query.split(" ", -1)));
    }

    private static List<MemoryId> ids(List<Memory> memories) {
        return memories.stream().map(Memory::id).toList();
    }

    private static int byCount(Entity a, Entity b) {
        boolean alike = a.kind() == b.kind() && a.id().equals(b.id()) && a.memories() == b.memories();
        return alike ? 0 : 1;
    }

    void compareEntities() {
        Map<OwnerKind, Set<String>> allowed = new HashMap<>();
        for (OwnerKind kind : OwnerKind.values()) {
            if (random.nextInt(4) == 0) {
                allowed.put(kind, random.nextBoolean() ? Set.of("alice", "bot") : Set.of("bot", "r1", "chat"));
            }
        }
        Restriction restriction = new Restriction(allowed);
        int limit = 1 + random.nextInt(5);
        Entity after = null;
        List<Entity> page;
        do {
            page = model.entities(restriction, after, limit);
            assertThat(subject.entities(restriction, after, limit))
                    .usingElementComparator(StoreReads::byCount) // when it changed last is the store's own to say
                    .as("%d entities of %s after %s", limit, allowed, after)
                    .isEqualTo(page);
            after = page.isEmpty() ? null : page.getLast();
        } while (after != null);
    }

    void compareOwners() {
        Filter filter = Histories.filter(random, 2);
        assertThat(subject.ownersMatching(filter))
                .as("owners where %s", filter)
                .doesNotHaveDuplicates()
                .containsAll(model.ownersMatching(filter));
    }

    /// The model retains no more than it must. A store may retain more, but nothing that was erased, and no
    /// gap.
    ///
    /// @param erasedAt the sequence of the owner's last erasure, or 0
    void compareChanges(Owner owner, long erasedAt) {
        long head = model.head(owner).sequence();
        long after = random.nextInt(5) == 0 ? Store.OLDEST : random.nextLong(head + 2);
        List<Change> expected = drain(model, owner, after);
        List<Change> actual = drain(subject, owner, after);
        String what = "changes of %s after %d of %d".formatted(owner, after, head);
        boolean reset = model.changes(owner, after, 1).reset();
        if (after > head) {
            assertThat(subject.changes(owner, after, 1).reset()).as(what).isTrue();
        }
        if (!reset) {
            assertThat(subject.changes(owner, after, 1).reset()).as(what).isFalse();
            assertAlike(
                    what, actual.subList(Math.max(0, actual.size() - expected.size()), actual.size()), expected, model);
            assertThat(after == Store.OLDEST || actual.size() == expected.size())
                    .as(what)
                    .isTrue();
        }
        for (int i = 0; i < actual.size(); i++) {
            long sequence = actual.get(i).position().sequence();
            assertThat(sequence).as("no gap in %s", what).isEqualTo(head - actual.size() + 1 + i);
            assertThat(sequence).as("nothing erased in %s", what).isGreaterThanOrEqualTo(erasedAt);
        }
    }

    private List<Change> drain(Store store, Owner owner, long after) {
        List<Change> all = new ArrayList<>();
        int limit = 1 + random.nextInt(50);
        long at = after;
        while (true) {
            ChangeBatch batch = store.changes(owner, at, limit);
            assertThat(batch.position().sequence()).isEqualTo(model.head(owner).sequence());
            assertThat(batch.changes()).hasSizeLessThanOrEqualTo(limit);
            if (batch.reset() || batch.changes().isEmpty()) {
                return all;
            }
            all.addAll(batch.changes());
            at = all.getLast().position().sequence();
        }
    }

    /// Alike in all but the epoch; a change whose version is no longer kept may lack its record.
    static void assertAlike(String what, List<Change> actual, List<Change> expected, Store model) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            Change wanted = expected.get(i);
            Change told = actual.get(i);
            Subject lost = told.subject() == null ? wanted.subject() : null;
            boolean gone = lost != null && !keeps(model, told.owner(), lost);
            Change restored = gone ? with(told, wanted.key(), lost) : told;
            assertThat(inOneEpoch(restored)).as(what).isEqualTo(inOneEpoch(wanted));
        }
    }

    /// Whether the history still has every version of the record from this one on.
    private static boolean keeps(Store model, Owner owner, Subject subject) {
        return switch (subject) {
            case Memory memory ->
                model.history(memory.id())
                        .filter(history -> history.value().getFirst().version() <= memory.version())
                        .isPresent();
            case Context context ->
                model.contexts().versions(owner, context.key()).value().stream()
                        .anyMatch(kept -> kept.context().version() == context.version());
            default -> true;
        };
    }

    private static Change with(Change change, @Nullable String key, @Nullable Subject subject) {
        return new Change(
                change.owner(),
                change.position(),
                change.type(),
                change.at(),
                change.by(),
                change.localOnly(),
                key,
                subject);
    }

    private static Change inOneEpoch(Change change) {
        Position position = change.position();
        return new Change(
                change.owner(),
                new Position("epoch", position.slot(), position.sequence()),
                change.type(),
                change.at(),
                change.by(),
                change.localOnly(),
                change.key(),
                change.subject());
    }
}
