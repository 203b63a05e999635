package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.delete;
import static dev.mneme.testkit.Fixtures.embedded;
import static dev.mneme.testkit.Fixtures.expiring;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.query;
import static dev.mneme.testkit.Fixtures.retext;
import static dev.mneme.testkit.Fixtures.said;
import static dev.mneme.testkit.Fixtures.scope;
import static dev.mneme.testkit.Fixtures.tagged;
import static dev.mneme.testkit.Fixtures.vector;
import static dev.mneme.testkit.Fixtures.words;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.SearchResult.Hit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which memories a search may give and must give. What a score is, each store says for itself.
abstract class SearchingPart extends StorePart {
    @Test
    void aMemoryIsFoundByItsWordsAsSoonAsItsAddWasAnswered() {
        for (int i = 0; i < 50; i++) {
            Memory added = added(add("alice", "remembers zebra" + i));
            assertThat(ids(store().search(words(ALICE, "zebra" + i, now())))).contains(added.id());
        }
    }

    @Test
    void aMemoryIsFoundByItsVectorAsSoonAsItsAddWasAnswered() {
        for (int i = 0; i < 20; i++) {
            float[] numbers = new float[20];
            numbers[i] = 1;
            Memory added = added(embedded(add("alice", "number " + i), vector(numbers)));
            assertThat(ids(store().search(vectors(ALICE, query(vector(numbers)), true))))
                    .startsWith(added.id());
        }
    }

    @Test
    void anUpdatedTextIsFoundByItsNewWordsAlone() {
        Memory tea = added(add("alice", "likes oolong"));
        write(ALICE, retext(tea.id(), "likes espresso"));

        assertThat(ids(store().search(words(ALICE, "espresso", now())))).containsExactly(tea.id());
        assertThat(ids(store().search(words(ALICE, "oolong", now())))).isEmpty();
    }

    @Test
    void aChangedTextWithoutAVectorLosesTheOldOne() {
        Memory tea = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));
        write(ALICE, retext(tea.id(), "likes espresso"));

        assertThat(ids(store().search(vectors(ALICE, query(vector(1, 0, 0)), true))))
                .isEmpty();
    }

    @Test
    void anUpdateThatLeavesTheTextKeepsTheVector() {
        Memory tea = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));
        write(ALICE, Fixtures.patch(tea.id(), json("a", 1)), retext(tea.id(), "likes oolong"));

        assertThat(ids(store().search(vectors(ALICE, query(vector(1, 0, 0)), true))))
                .containsExactly(tea.id());
    }

    @Test
    void aHitCarriesTheMemoryAsItIsAndTheOwnersPosition() {
        Memory tea = added(add("alice", "likes oolong"));
        write(ALICE, Fixtures.patch(tea.id(), json("a", 1)));

        SearchResult result = store().search(words(ALICE, "oolong", now()));
        assertThat(result.hits()).extracting(Hit::memory).containsExactly(found(tea.id()));
        assertThat(result.position()).isEqualTo(store().head(ALICE));
        assertThat(result.timedOut()).isFalse();
        assertThat(store().search(words(null, "oolong", now())).position()).isNull();
    }

    @Test
    void hitsAreBestFirstWithinTopKAndScoresWithinOne() {
        for (int i = 0; i < 30; i++) {
            added(add("alice", "oolong " + "tea ".repeat(i % 3) + i));
        }

        SearchResult result = store().search(words(ALICE, "oolong tea", now()));
        assertThat(result.hits()).hasSize(10);
        assertThat(result.hits())
                .isSortedAccordingTo(Comparator.comparingDouble(Hit::score)
                        .reversed()
                        .thenComparing(hit -> hit.memory().id()))
                .allSatisfy(hit -> assertThat(hit.score()).isBetween(0.0, 1.0));
    }

    @Test
    void noHitIsBelowTheThresholdAndTheThresholdItselfIsAHit() {
        added(add("alice", "oolong"));
        added(add("alice", "oolong and four other words entirely"));
        List<Hit> all = store().search(words(ALICE, "oolong tea", now())).hits();
        assertThat(all).hasSize(2);

        for (Hit hit : all) {
            List<Hit> some = store().search(threshold(hit.score())).hits();
            assertThat(some)
                    .extracting(h -> h.memory().id())
                    .contains(hit.memory().id());
            assertThat(some).allSatisfy(h -> assertThat(h.score()).isGreaterThanOrEqualTo(hit.score()));
        }
        assertThat(store().search(threshold(1)).hits())
                .allSatisfy(h -> assertThat(h.score()).isGreaterThanOrEqualTo(1));
    }

    private SearchQuery threshold(double threshold) {
        return new SearchQuery(
                ALICE, "oolong tea", null, false, Filter.And.ALL, 10, threshold, false, now(), Duration.ofSeconds(10));
    }

    @Test
    void aRelativeDateIsSeenFromTheReference() {
        Instant monday = Instant.parse("2026-01-05T12:00:00Z");
        List<Memory> told = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            told.add(added(said(add("alice", "had oolong"), null, monday.plus(Duration.ofDays(day)))));
        }

        for (int day : List.of(3, 11, 26, 38)) {
            Instant dayAfter = monday.plus(Duration.ofDays(day + 1)).plusSeconds(3_600);
            assertThat(ids(store().search(seenFrom(dayAfter, "where did I have oolong yesterday?"))))
                    .startsWith(told.get(day).id());
        }
        assertThat(store().search(seenFrom(now(), "where did I have oolong yesterday?")))
                .isEqualTo(store().search(words(ALICE, "where did I have oolong yesterday?", now())));
        assertThat(store().search(seenFrom(monday, "where did I have oolong?")))
                .isEqualTo(store().search(words(ALICE, "where did I have oolong?", now())));
    }

    /// The instant of what was had, as its caller spelt it; when it is asked; whether it was "yesterday".
    @ParameterizedTest
    @CsvSource({
        // asked at 09:00 in Shanghai: the evening before is, an evening earlier is not
        "2026-03-09T12:00:00Z,      2026-03-10T09:00+08:00,                   true",
        "2026-03-09T20:00+08:00,    2026-03-10T09:00+08:00,                   true",
        "2026-03-08T12:00:00Z,      2026-03-10T09:00+08:00,                   false",
        "2026-03-09T17:00:00Z,      2026-03-10T09:00+08:00,                   false", // 01:00 of the day itself
        "2026-03-09T17:00:00Z,      2026-03-10T01:00:00Z,                     true",
        // asked at 09:00 in Los Angeles: the evening before is of the same day in UTC
        "2026-03-10T03:00:00Z,      2026-03-10T09:00-07:00,                   true",
        "2026-03-09T03:00:00Z,      2026-03-10T09:00-07:00,                   false",
        // the same instant at its own offset stays of its own day, whoever asks
        "2026-03-09T23:30-07:00,    2026-03-10T09:00+08:00,                   true",
        "2026-03-10T06:30:00Z,      2026-03-10T09:00+08:00,                   false",
        "2026-03-10T06:30+00:00,    2026-03-11T09:00-07:00[America/Los_Angeles], true",
        // the edges of the earth
        "2026-03-09T10:30:00Z,      2026-03-11T01:00+14:00,                   true",
        "2026-03-09T09:30:00Z,      2026-03-11T01:00+14:00,                   false",
        "2026-03-10T11:30:00Z,      2026-03-10T23:00-12:00,                   true",
        "2026-03-10T12:30:00Z,      2026-03-10T23:00-12:00,                   false",
        // over a change of the clock (8 March 2026, 02:00): the offset is that of the night before it
        "2026-03-08T07:30:00Z,      2026-03-08T09:00-07:00[America/Los_Angeles], true",
        "2026-03-08T08:30:00Z,      2026-03-08T09:00-07:00[America/Los_Angeles], false",
        "2026-03-09T06:30:00Z,      2026-03-09T09:00-07:00[America/Los_Angeles], true",
        "2026-03-09T07:30:00Z,      2026-03-09T09:00-07:00[America/Los_Angeles], false",
    })
    void aDayIsTheAskersUnlessTheMemoryHasItsOwn(String said, ZonedDateTime asked, boolean yesterday) {
        Timestamp at = Objects.requireNonNull(Times.timestamp(said));
        added(said(add("alice", "had oolong"), at));

        Hit hit = store().search(seenFrom(asked, "where did I have oolong yesterday?"))
                .hits()
                .getFirst();

        assertThat(Double.valueOf(1).equals(hit.parts().get("date"))).isEqualTo(yesterday);
    }

    private SearchQuery seenFrom(Instant reference, String text) {
        return seenFrom(reference.atZone(ZoneOffset.UTC), text);
    }

    private SearchQuery seenFrom(ZonedDateTime reference, String text) {
        return new SearchQuery(
                ALICE,
                text,
                null,
                false,
                Restriction.NONE,
                Filter.And.ALL,
                10,
                0,
                false,
                now(),
                reference,
                Duration.ofSeconds(10));
    }

    @Test
    void aFilterRestrictsBeforeCandidatesAreTaken() {
        for (int i = 0; i < 200; i++) {
            added(tagged(add("alice", "oolong oolong oolong " + i), json()));
        }
        Memory one =
                added(tagged(add("alice", "mentions oolong among many other words that dilute it"), json(), "rare"));

        SearchQuery query = new SearchQuery(
                ALICE, "oolong", null, false, Fixtures.category("rare"), 1, 0, false, now(), Duration.ofSeconds(10));
        assertThat(ids(store().search(query))).containsExactly(one.id());
    }

    @Test
    void anExpiredMemoryIsHiddenByTheReadersClock() {
        Memory tea = added(expiring(add("alice", "likes oolong"), now().plusSeconds(10)));

        assertThat(ids(store().search(
                                words(ALICE, "oolong", now().plusSeconds(10).minusMillis(1)))))
                .containsExactly(tea.id());
        assertThat(ids(store().search(words(ALICE, "oolong", now().plusSeconds(10)))))
                .isEmpty();
        SearchQuery shown = new SearchQuery(
                ALICE,
                "oolong",
                null,
                false,
                Filter.And.ALL,
                10,
                0,
                true,
                now().plusSeconds(10),
                Duration.ofSeconds(10));
        assertThat(ids(store().search(shown))).containsExactly(tea.id());
    }

    @Test
    void aSearchOfNoOwnerFindsEveryOwners() {
        Memory alices = added(add(scope("alice", "bot", null, null), "likes oolong"));
        Memory bots = added(add(scope(null, "bot", null, null), "knows oolong"));
        Memory bobs = added(add("bob", "hates oolong"));

        assertThat(ids(store().search(words(null, "oolong", now()))))
                .containsExactlyInAnyOrder(alices.id(), bots.id(), bobs.id());
        SearchQuery ofBot = new SearchQuery(
                null,
                "oolong",
                null,
                false,
                Filter.scope(OwnerKind.AGENT, "bot"),
                10,
                0,
                false,
                now(),
                Duration.ofSeconds(10));
        assertThat(ids(store().search(ofBot))).containsExactlyInAnyOrder(alices.id(), bots.id());
    }

    @Test
    void aCallersVectorOfAnotherSpaceIsAMismatch() {
        added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));

        assertThatThrownBy(() -> store().search(vectors(ALICE, query(vector(1, 0)), true)))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.EMBEDDER_MISMATCH);
                    assertThat(e.field()).isEqualTo("vector");
                });
    }

    @Test
    void ourOwnVectorOfAnotherSpaceIsLeftOutAndTheWordsAreSearched() {
        Memory tea = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));

        SearchQuery query = new SearchQuery(
                ALICE,
                "oolong",
                query(vector(1, 0)),
                false,
                Filter.And.ALL,
                10,
                0,
                false,
                now(),
                Duration.ofSeconds(10));
        assertThat(ids(store().search(query))).containsExactly(tea.id());
    }

    @Test
    void acrossOwnersAVectorIsComparedWhereItCanBe() {
        Memory alices = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));
        added(embedded(add("bob", "likes beer"), vector(1, 0)));

        assertThat(ids(store().search(vectors(null, query(vector(1, 0, 0)), true))))
                .contains(alices.id());
    }

    @Test
    void anOwnerWithoutVectorsIsNoMismatch() {
        added(add("alice", "likes oolong"));

        assertThat(store().search(vectors(ALICE, query(vector(1, 0)), true)).timedOut())
                .isFalse();
    }

    @Test
    void whatIsDeletedIsNotFound() {
        Memory tea = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));
        write(ALICE, delete(tea.id()));

        assertThat(ids(store().search(words(ALICE, "oolong", now())))).isEmpty();
        assertThat(ids(store().search(vectors(ALICE, query(vector(1, 0, 0)), true))))
                .isEmpty();
    }

    @Test
    void everythingIsFoundAfterReopening() {
        Memory tea = added(embedded(add("alice", "likes oolong"), vector(1, 0, 0)));
        reopen();

        assertThat(ids(store().search(words(ALICE, "oolong", now())))).containsExactly(tea.id());
        assertThat(ids(store().search(vectors(ALICE, query(vector(1, 0, 0)), true))))
                .containsExactly(tea.id());
    }

    private SearchQuery vectors(@Nullable Owner owner, QueryEmbedding embedding, boolean given) {
        return new SearchQuery(
                owner, null, embedding, given, Filter.And.ALL, 10, 0, false, now(), Duration.ofSeconds(10));
    }

    private static List<MemoryId> ids(SearchResult result) {
        return result.hits().stream().map(hit -> hit.memory().id()).toList();
    }
}
