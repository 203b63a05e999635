package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BOB;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.id;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.only;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.scope;
import static dev.mneme.testkit.Fixtures.tagged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.MemoryQuery.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is found by id and by list, in which order, and whose.
abstract class ReadingPart extends StorePart {
    private static final Owner BOT = new Owner(Owner.DEFAULT_PROJECT, OwnerKind.AGENT, "bot");

    @Test
    void anOwnerThatWasNeverWrittenIsEmptyAtZero() {
        assertThat(store().head(ALICE)).isEqualTo(new Position(store().epoch(), ALICE.slot(), 0));
        assertThat(all(ALICE)).isEmpty();
        assertThat(changes(ALICE, 0)).isEmpty();
        assertThat(store().find(id(ALICE))).isEmpty();
    }

    @Test
    void whatIsReadByIdOrOwnerCarriesTheOwnersPosition() {
        Memory tea = added(add("alice", "likes tea"));
        added(add("alice", "likes coffee"));
        Position head = store().head(ALICE);

        assertThat(head.sequence()).isEqualTo(2);
        assertThat(store().find(tea.id()).orElseThrow().position()).isEqualTo(head);
        assertThat(store().history(tea.id()).orElseThrow().position()).isEqualTo(head);
        assertThat(store().list(Fixtures.everything(ALICE, now())).position()).isEqualTo(head);
        assertThat(store().list(Fixtures.everything(null, now())).position()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aListIsInOrderAndDownIsUpReversed(Order order) {
        List<Memory> expected = someMemories();
        if (order.byUpdate()) {
            Memory first = expected.removeFirst();
            expected.add(found(first.id()));
        }
        if (order.down()) {
            Collections.reverse(expected);
        }

        for (int limit : List.of(1, 2, 3, 1_000)) {
            assertThat(inPages(ALICE, Filter.And.ALL, order, limit)).isEqualTo(expected);
        }
    }

    /// Seven memories, some of one instant (then ordered by id), the first of them updated last.
    private List<Memory> someMemories() {
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            memories.add(added(add("alice", "number " + i)));
            clock.advance(Duration.ofMillis(i % 2));
        }
        clock.advance(Duration.ofMillis(1));
        write(ALICE, retext(memories.getFirst().id(), "number 0 again"));
        memories.set(0, found(memories.getFirst().id()));
        return memories;
    }

    @Test
    void memoriesOfOneInstantAreListedInTheOrderOfArrivalAndAcrossOwnersById() {
        Memory first = added(Fixtures.withId(add("alice", "first"), id(ALICE, 2_000_000)));
        Memory second = added(Fixtures.withId(add("alice", "second"), id(ALICE, 1_000_000)));

        assertThat(inPages(ALICE, Filter.And.ALL, Order.CREATED_AT, 1)).containsExactly(first, second);
        assertThat(inPages(ALICE, Filter.And.ALL, Order.CREATED_AT_DOWN, 1)).containsExactly(second, first);
        assertThat(inPages(null, Filter.And.ALL, Order.CREATED_AT, 1)).containsExactly(second, first);
    }

    @Test
    void aPageThatEndsTheListHasNoCursorEvenWhenItIsFull() {
        added(add("alice", "likes tea"));
        added(add("alice", "likes coffee"));

        assertThat(page(ALICE, Filter.And.ALL, Order.CREATED_AT, 2, null).nextCursor())
                .isNull();
        assertThat(page(null, Filter.And.ALL, Order.CREATED_AT, 2, null).nextCursor())
                .isNull();
        assertThat(page(ALICE, Filter.And.ALL, Order.CREATED_AT, 1, null).nextCursor())
                .isNotNull();
    }

    @Test
    void aListGoesOnWhereItWasThoughMemoriesComeAndGoBetweenPages() {
        Memory a = added(add("alice", "a"));
        Memory b = added(add("alice", "b"));
        Memory c = added(add("alice", "c"));
        MemoryPage first = page(ALICE, Filter.And.ALL, Order.CREATED_AT, 2, null);
        write(ALICE, delete(a.id()), delete(b.id()));
        clock.advance(Duration.ofSeconds(1));
        Memory d = added(add("alice", "d"));

        MemoryPage second = page(ALICE, Filter.And.ALL, Order.CREATED_AT, 2, first.nextCursor());

        assertThat(first.items()).containsExactly(a, b);
        assertThat(second.items()).containsExactly(c, d);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "", "AAAA", "createdAt-1", "%00"})
    void whatIsNoCursorIsRefused(String cursor) {
        added(add("alice", "likes tea"));

        for (Owner owner : new @Nullable Owner[] {ALICE, null}) {
            assertThatThrownBy(() -> page(owner, Filter.And.ALL, Order.CREATED_AT, 10, cursor))
                    .isInstanceOfSatisfying(MnemeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                        assertThat(e.field()).isEqualTo("cursor");
                    });
        }
    }

    @Test
    void aFilterSelectsBeforeThePageIsCut() {
        for (int i = 0; i < 20; i++) {
            added(tagged(add("alice", "number " + i), json("n", i), i % 5 == 0 ? "fifth" : "other"));
        }

        assertThat(texts(inPages(ALICE, Fixtures.category("fifth"), Order.CREATED_AT_DOWN, 2)))
                .containsExactly("number 15", "number 10", "number 5", "number 0");
    }

    @Test
    void aReadThatNamesAnOwnerSeesNothingOfAnother() {
        Memory own = added(add("alice", "likes tea"));
        added(add("bob", "likes tea"));
        added(add(scope(null, "alice", null, null), "likes tea"));

        assertThat(all(ALICE)).containsExactly(own);
        assertThat(list(ALICE, Fixtures.user("bob"))).isEmpty();
        assertThat(store().search(Fixtures.words(ALICE, "likes tea", now())).hits())
                .extracting(hit -> hit.memory().id())
                .containsExactly(own.id());
        assertThat(changes(ALICE, 0)).hasSize(1);
    }

    @Test
    void aListOfNoOwnerMergesEveryOwnersInOrder() {
        List<Memory> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            expected.add(added(add("user-" + i % 7, "number " + i)));
            clock.advance(Duration.ofMillis(1));
        }
        expected.add(added(add(scope(null, "bot", null, null), "of a bot")));
        expected.add(added(add(scope(null, null, "app", null), "of an app")));
        clock.advance(Duration.ofMillis(1));
        expected.sort(java.util.Comparator.comparing(Memory::createdAt).thenComparing(Memory::id));

        for (int limit : List.of(1, 4, 1_000)) {
            assertThat(inPages(null, Filter.And.ALL, Order.CREATED_AT, limit)).isEqualTo(expected);
            assertThat(inPages(null, Filter.And.ALL, Order.UPDATED_AT_DOWN, limit))
                    .isEqualTo(expected.reversed());
        }
    }

    @Test
    void anIdOfALowerKindIsFoundAcrossOwners() {
        Memory aboutAlice = added(add(scope("alice", "bot", null, null), "alice likes tea"));
        clock.advance(Duration.ofMillis(1));
        Memory own = added(add(scope(null, "bot", null, null), "knows chess"));

        assertThat(list(null, Filter.scope(OwnerKind.AGENT, "bot"))).containsExactly(aboutAlice, own);
        assertThat(all(BOT)).containsExactly(own);
    }

    @Test
    void anExpiredMemoryIsHiddenByTheReadersClockFromItsExpiryOn() {
        Memory tea = added(expiring(add("alice", "likes tea"), now().plusSeconds(10)));
        MemoryQuery query = Fixtures.everything(ALICE, now().plusSeconds(10).minusMillis(1));

        assertThat(store().list(query).items()).containsExactly(tea);
        assertThat(store().list(Fixtures.everything(ALICE, now().plusSeconds(10)))
                        .items())
                .isEmpty();
        assertThat(store().list(showExpired(now().plusSeconds(10))).items()).containsExactly(tea);
        clock.advance(Duration.ofDays(400));
        assertThat(store().list(query).items()).containsExactly(tea);
        assertThat(store().list(showExpired(now())).items()).containsExactly(tea);
        assertThat(found(tea.id())).isEqualTo(tea);
    }

    private static MemoryQuery showExpired(java.time.Instant now) {
        return new MemoryQuery(ALICE, Filter.And.ALL, Order.CREATED_AT, 10, null, true, now);
    }

    @Test
    void anIdOfAnotherFormIsFoundToo() {
        dev.mneme.core.model.MemoryId foreign =
                dev.mneme.core.model.MemoryId.parse("6f1c3f5e-9d7a-4a0b-8a55-0123456789ab");
        Memory tea = added(Fixtures.withId(add("alice", "likes tea"), foreign));

        assertThat(found(foreign)).isEqualTo(tea);
        assertThat(history(foreign)).hasSize(1);
        write(ALICE, delete(foreign));
        assertThat(store().find(foreign)).isEmpty();
        assertThat(history(foreign)).hasSize(2);
    }

    @Test
    void entitiesCountEveryScopeIdOfTheMemoriesThereAre() {
        Memory first = added(add("alice", "likes tea"));
        clock.advance(Duration.ofSeconds(1));
        Memory late = added(add(scope("alice", "bot", null, "r1"), "likes coffee"));
        Memory gone = added(add(scope("alice", null, "chat", null), "likes mate"));
        Memory bots = added(add(scope(null, "bot", null, null), "knows chess"));
        write(ALICE, delete(gone.id()));

        assertThat(store().entities(Restriction.NONE, null, 10))
                .containsExactly(
                        new Entity(OwnerKind.USER, "alice", 2, first.createdAt(), late.updatedAt()),
                        new Entity(OwnerKind.AGENT, "bot", 2, late.createdAt(), bots.updatedAt()),
                        new Entity(OwnerKind.RUN, "r1", 1, late.createdAt(), late.updatedAt()));
    }

    @Test
    void entitiesAreOfWhatTheRestrictionLetsThrough() {
        added(add("alice", "likes tea"));
        Memory bots = added(add(scope("alice", "bot", null, null), "likes coffee"));
        added(add(scope("bob", "bot", null, null), "likes beer"));

        assertThat(store().entities(
                                new Restriction(java.util.Map.of(
                                        OwnerKind.USER,
                                        java.util.Set.of("alice"),
                                        OwnerKind.AGENT,
                                        java.util.Set.of("bot"))),
                                null,
                                10))
                .containsExactly(
                        new Entity(OwnerKind.USER, "alice", 1, bots.createdAt(), bots.updatedAt()),
                        new Entity(OwnerKind.AGENT, "bot", 1, bots.createdAt(), bots.updatedAt()));
        assertThat(store().entities(only(OwnerKind.APP, "chat"), null, 10)).isEmpty();
    }

    @Test
    void entitiesCountExpiredMemoriesAsTheyAreStillKept() {
        added(expiring(add("alice", "likes tea"), now().plusSeconds(1)));
        clock.advance(Duration.ofSeconds(2));

        assertThat(store().entities(Restriction.NONE, null, 10))
                .extracting(Entity::memories)
                .containsExactly(1L);
    }

    @Test
    void anEntitysTimeIsThatOfTheLastChangeToItsMemories() {
        Memory tea = added(add("alice", "likes tea"));
        clock.advance(Duration.ofSeconds(1));
        Memory coffee = added(add("alice", "likes coffee"));
        clock.advance(Duration.ofSeconds(1));
        write(ALICE, retext(tea.id(), "likes mate"));
        assertThat(store().entities(Restriction.NONE, null, 10).getFirst().updatedAt())
                .isEqualTo(now());

        write(ALICE, delete(tea.id()));
        Entity left = store().entities(Restriction.NONE, null, 10).getFirst();
        assertThat(left.memories()).isEqualTo(1);
        assertThat(left.updatedAt()).isBetween(coffee.updatedAt(), now());
    }

    @Test
    void entitiesComeInPagesByKindAndId() {
        for (String user : List.of("b", "c", "a", "B", "aa")) {
            added(add(scope(user, "bot-" + user, null, null), "likes tea"));
        }

        List<Entity> whole = store().entities(Restriction.NONE, null, 100);
        assertThat(whole)
                .extracting(Entity::id)
                .containsExactly("B", "a", "aa", "b", "c", "bot-B", "bot-a", "bot-aa", "bot-b", "bot-c");
        List<Entity> paged = new ArrayList<>();
        List<Entity> page = store().entities(Restriction.NONE, null, 3);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            paged.addAll(page);
            page = store().entities(Restriction.NONE, page.getLast(), 3);
        }
        assertThat(paged).isEqualTo(whole);
    }

    @Test
    void ownersMatchingMissesNone() {
        added(tagged(add("alice", "likes tea"), json(), "drinks"));
        added(expiring(tagged(add("bob", "likes beer"), json(), "drinks"), now()));
        added(tagged(add(scope(null, "bot", null, null), "knows chess"), json(), "games"));

        assertThat(store().ownersMatching(Fixtures.category("drinks"))).contains(ALICE, BOB);
        assertThat(store().ownersMatching(Filter.And.ALL)).containsOnlyOnce(ALICE, BOB, BOT);
        assertThat(store().ownersMatching(Filter.scope(OwnerKind.AGENT, "bot"))).contains(BOT);
    }

    @Test
    void aReadThatShowsAPositionWaitsForIt() throws InterruptedException {
        Position one = write(ALICE, add("alice", "likes tea")).position();
        Position two = one.withSequence(2);

        assertThat(Fixtures.reaches(store(), ALICE, one, Duration.ZERO)).isTrue();
        assertThat(Fixtures.reaches(store(), ALICE, two, Duration.ZERO)).isFalse();
        Thread writer = Thread.ofVirtual().start(() -> write(ALICE, add("alice", "likes coffee")));
        assertThat(Fixtures.reaches(store(), ALICE, two, Duration.ofSeconds(30)))
                .isTrue();
        writer.join();
    }

    @Test
    void theStatusCountsMemoriesAndNamesTheEpoch() {
        Memory tea = added(add("alice", "likes tea"));
        added(add("bob", "likes beer"));
        write(ALICE, delete(tea.id()));

        assertThat(store().status().memories()).isEqualTo(1);
        assertThat(store().status().epoch()).isEqualTo(store().epoch());
        assertThat(store().head(ALICE).epoch()).isEqualTo(store().epoch());
    }

    private MemoryPage page(@Nullable Owner owner, Filter filter, Order order, int limit, @Nullable String cursor) {
        return store().list(new MemoryQuery(owner, filter, order, limit, cursor, false, now()));
    }

    private List<Memory> inPages(@Nullable Owner owner, Filter filter, Order order, int limit) {
        List<Memory> all = new ArrayList<>();
        String cursor = null;
        do {
            MemoryPage page = page(owner, filter, order, limit, cursor);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page.items());
            cursor = page.nextCursor();
        } while (cursor != null);
        return all;
    }

    @Test
    void anOwnersRecordsAreCountedWhatHasExpiredButForMemoriesLeftOut() {
        added(add("alice", "likes tea"));
        added(add(scope("alice", "bot", null, null), "likes coffee"));
        added(expiring(add("alice", "likes mate"), now().plusSeconds(10)));
        Memory gone = added(add("alice", "likes milk"));
        write(ALICE, delete(gone.id()));
        added(add("bob", "likes tea"));
        write(ALICE, context("theme", now().plusSeconds(10)), context("plan", null));
        write(ALICE, new Command.DeleteContext("plan", Command.ANY_VERSION));

        assertThat(store().counts(ALICE, Restriction.NONE, now()))
                .isEqualTo(new At<>(new OwnerCounts(3, 1, 0, 0, 0, 0, 8), store().head(ALICE)));
        assertThat(store().counts(ALICE, Restriction.NONE, now().plusSeconds(10))
                        .value())
                .isEqualTo(new OwnerCounts(3, 0, 0, 0, 0, 0, 8));
        assertThat(store().counts(ALICE, only(OwnerKind.AGENT, "bot"), now())
                        .value()
                        .memories())
                .isEqualTo(1);
        assertThat(store().counts(BOT, Restriction.NONE, now()).value())
                .isEqualTo(new OwnerCounts(0, 0, 0, 0, 0, 0, 0));
    }

    private static Command context(String key, @Nullable Instant expiresAt) {
        return new Command.PutContext(
                key,
                ContextType.CUSTOM,
                null,
                JsonObject.EMPTY,
                List.of(),
                expiresAt,
                Command.ANY_VERSION,
                Command.MergeStrategy.REPLACE);
    }
}
