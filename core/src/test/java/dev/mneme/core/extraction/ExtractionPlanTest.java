package dev.mneme.core.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.extraction.ExtractionPlan.Step;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.spi.FactExtractor.Decision;
import dev.mneme.core.spi.FactExtractor.Fact;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

class ExtractionPlanTest {
    private static final Memory TEA = memory(1, "Ana likes tea");
    private static final Memory OSLO = memory(2, "Ana lives in Oslo");
    private static final Fact COFFEE = fact("Ana likes coffee", 3);
    private static final Fact LISBON = fact("Ana lives in Lisbon", 4);

    private static boolean held(Memory memory, Fact fact) {
        return true;
    }

    private static Memory memory(int id, String text) {
        return new Memory(
                new MemoryId(new UUID(0, id)),
                ScopeIds.user("ana"),
                text,
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
    }

    private static Fact fact(String text, int message) {
        return new Fact(text, message, List.of("c"));
    }

    private static List<Step> plan(List<Fact> facts, Decision... decisions) {
        return ExtractionPlan.of(facts, List.of(TEA, OSLO), List.of(), List.of(decisions), ExtractionPlanTest::held);
    }

    @Test
    void eachDecisionIsAStepInTheOrderOfTheFacts() {
        Fact gone = fact("Ana no longer drinks tea", 1);

        List<Step> steps = plan(
                List.of(gone, COFFEE, LISBON, fact("Ana lives in Oslo", 0)),
                new Decision.Delete(0),
                new Decision.Add(),
                new Decision.Update(1, "Ana moved from Oslo to Lisbon"),
                new Decision.None());

        assertThat(steps)
                .containsExactly(
                        new Step.Remove(TEA, gone),
                        new Step.Add(COFFEE),
                        new Step.Replace(OSLO, fact("Ana moved from Oslo to Lisbon", 4)));
    }

    @Test
    void aSecondUpdateOfTheSameMemoryIsAddedBesideIt() {
        assertThat(plan(
                        List.of(LISBON, COFFEE),
                        new Decision.Update(1, "Ana lives in Lisbon now"),
                        new Decision.Update(1, "Ana lives in Lisbon and likes coffee")))
                .containsExactly(new Step.Replace(OSLO, fact("Ana lives in Lisbon now", 4)), new Step.Add(COFFEE));
    }

    @Test
    void whatWasReplacedIsNotDeletedToo() {
        assertThat(plan(List.of(LISBON, COFFEE), new Decision.Update(1, "Ana lives in Lisbon"), new Decision.Delete(1)))
                .containsExactly(new Step.Replace(OSLO, LISBON));
        assertThat(plan(List.of(COFFEE, LISBON), new Decision.Delete(0), new Decision.Delete(0)))
                .containsExactly(new Step.Remove(TEA, COFFEE));
    }

    @Test
    void whatIsKnownWordForWordIsNotAddedAgain() {
        Fact known = fact(" Ana likes tea ", 0);

        assertThat(plan(List.of(known), new Decision.Add())).isEmpty();
        assertThat(plan(List.of(known), new Decision.Update(0, "Ana likes tea")))
                .isEmpty();
        assertThat(ExtractionPlan.ofNew(List.of(known), List.of(TEA), ExtractionPlanTest::held))
                .as("not even where it was not shown")
                .isEmpty();
    }

    @Test
    void howCharactersAreComposedDoesNotMatter() {
        Fact composed = fact("Zo\u00eb swims", 0);
        Fact decomposed = fact("Zoe\u0308 swims", 1);

        assertThat(ExtractionPlan.ofNew(List.of(composed, decomposed), List.of(), ExtractionPlanTest::held))
                .containsExactly(new Step.Add(composed));
    }

    @Test
    void theSameFactTwiceIsAddedOnce() {
        assertThat(ExtractionPlan.ofNew(
                        List.of(COFFEE, LISBON, fact("Ana likes coffee", 9)), List.of(), ExtractionPlanTest::held))
                .containsExactly(new Step.Add(COFFEE), new Step.Add(LISBON));
    }

    @Test
    void decisionsMustBeAsManyAsFacts() {
        assertThatThrownBy(() -> plan(List.of(COFFEE, LISBON), new Decision.Add()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsKnownIsAddedAllTheSameWhenItBringsSomething() {
        Fact tea = fact("Ana likes tea", 1);
        BiPredicate<Memory, Fact> lacks = (memory, _) -> !memory.equals(TEA);

        assertThat(ExtractionPlan.ofNew(List.of(tea, tea), List.of(TEA), lacks)).containsExactly(new Step.Add(tea));
        assertThat(ExtractionPlan.ofNew(List.of(tea), List.of(TEA, memory(3, "Ana likes tea")), lacks))
                .isEmpty();
    }
}
