package dev.mneme.core.extraction;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Wording;
import dev.mneme.core.spi.FactExtractor.Decision;
import dev.mneme.core.spi.FactExtractor.Fact;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/// Turns a language model's decisions into steps that are possible: each memory is changed once at most, and nothing is
/// said twice. Pure.
final class ExtractionPlan {
    private final List<Memory> seen;
    private final Set<MemoryId> changed = new HashSet<>();
    private final Map<String, List<Memory>> there = new HashMap<>(); // by their texts
    private final Set<String> texts = new HashSet<>();
    private final BiPredicate<Memory, Fact> holds;
    private final List<Step> steps = new ArrayList<>();

    private ExtractionPlan(List<Memory> seen, List<Memory> hidden, BiPredicate<Memory, Fact> holds) {
        this.seen = seen;
        this.holds = holds;
        Stream.concat(seen.stream(), hidden.stream())
                .forEach(memory -> there.computeIfAbsent(Wording.of(memory.text()), _ -> new ArrayList<>())
                        .add(memory));
    }

    /// What to do about one fact.
    sealed interface Step {
        /// The fact, with the text that is kept.
        Fact fact();

        record Add(Fact fact) implements Step {}

        record Replace(Memory replaced, Fact fact) implements Step {}

        record Remove(Memory removed, Fact fact) implements Step {}
    }

    /// @param seen the memories that the decisions name by their places
    /// @param hidden memories that exist but were not shown to the model
    /// @param decisions one for each fact
    /// @param holds whether a memory with a fact's text has everything else that the fact would bring
    static List<Step> of(
            List<Fact> facts,
            List<Memory> seen,
            List<Memory> hidden,
            List<Decision> decisions,
            BiPredicate<Memory, Fact> holds) {
        if (facts.size() != decisions.size()) {
            throw new IllegalArgumentException("a decision for each fact");
        }
        ExtractionPlan plan = new ExtractionPlan(seen, hidden, holds);
        for (int i = 0; i < facts.size(); i++) {
            plan.take(facts.get(i), decisions.get(i));
        }
        return List.copyOf(plan.steps);
    }

    /// The steps when the model was shown no memories that a fact could concern.
    static List<Step> ofNew(List<Fact> facts, List<Memory> hidden, BiPredicate<Memory, Fact> holds) {
        return of(
                facts,
                List.of(),
                hidden,
                facts.stream().<Decision>map(_ -> new Decision.Add()).toList(),
                holds);
    }

    private void take(Fact fact, Decision decision) {
        switch (decision) {
            case Decision.None() -> {}
            case Decision.Add() -> add(fact);
            case Decision.Update(int place, String text) -> {
                Fact merged = new Fact(text, fact.message(), fact.categories());
                if (changed.contains(seen.get(place).id())) {
                    add(fact); // another fact has changed the memory: this one is kept beside that
                } else if (!there.containsKey(Wording.of(text)) && texts.add(Wording.of(text))) {
                    changed.add(seen.get(place).id());
                    steps.add(new Step.Replace(seen.get(place), merged));
                }
            }
            case Decision.Delete(int place) -> {
                if (changed.add(seen.get(place).id())) {
                    steps.add(new Step.Remove(seen.get(place), fact));
                }
            }
        }
    }

    private void add(Fact fact) {
        String text = Wording.of(fact.text());
        boolean held = there.getOrDefault(text, List.of()).stream().anyMatch(memory -> holds.test(memory, fact));
        if (!held && texts.add(text)) {
            steps.add(new Step.Add(fact));
        }
    }
}
