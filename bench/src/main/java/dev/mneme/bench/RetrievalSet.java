package dev.mneme.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One kind of data with questions, as retrieval is measured on it.
///
/// @param goal what should be reached; empty if nothing is set
record RetrievalSet(String name, String goal, List<OwnerData> owners) {
    /// @param at null for one without a timestamp
    record Item(String text, @Nullable Instant at) {}

    /// @param answers places in the owner's list of what answers it
    /// @param reference from when its relative dates are seen; null for now
    record Asked(
            String text, Set<Integer> answers, @Nullable Instant reference) {}

    /// What one owner holds, in the order of arrival, and is asked.
    record OwnerData(List<Item> items, List<Asked> questions) {
        /// Both owners' memories in one; asked what this one is asked.
        OwnerData among(List<Item> others) {
            List<Item> all = new ArrayList<>(items);
            all.addAll(others);
            return new OwnerData(all, questions);
        }
    }

    /// @param half whose questions are asked; null for all
    static List<OwnerData> ofFacts(List<List<FactsData.Fact>> owners, FactsData.@Nullable Half half) {
        return owners.stream().map(facts -> ofFacts(facts, half, List.of())).toList();
    }

    private static OwnerData ofFacts(List<FactsData.Fact> facts, FactsData.@Nullable Half half, List<Item> before) {
        List<Item> items = new ArrayList<>(before);
        List<Asked> questions = new ArrayList<>();
        for (FactsData.Fact fact : facts) {
            if (half == null || fact.half() == half) {
                questions.add(new Asked(fact.question(), Set.of(items.size()), null));
            }
            items.add(new Item(fact.text(), null));
        }
        return new OwnerData(items, questions);
    }

    /// Facts told after what is there already.
    static OwnerData ofFacts(List<FactsData.Fact> facts, FactsData.Half half, OwnerData after) {
        return ofFacts(facts, half, after.items());
    }

    static List<OwnerData> ofChats(List<LocomoData.Conversation> conversations) {
        return conversations.stream().map(RetrievalSet::ofChat).toList();
    }

    private static OwnerData ofChat(LocomoData.Conversation conversation) {
        List<Item> items = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (LocomoData.Turn turn : conversation.turns()) {
            places.put(turn.id(), items.size());
            items.add(new Item(turn.text(), turn.at()));
        }
        List<Asked> questions = conversation.questions().stream()
                .map(each -> new Asked(
                        each.text(), each.evidence().stream().map(places::get).collect(Collectors.toSet()), null))
                .toList();
        return new OwnerData(items, questions);
    }

    static OwnerData ofNotes(LongNotes notes) {
        return new OwnerData(
                notes.texts().stream().map(text -> new Item(text, null)).toList(),
                notes.planted().stream()
                        .map(each -> new Asked(each.question(), Set.of(each.note()), null))
                        .toList());
    }

    static OwnerData ofDiary(Diary diary, int questionsEach) {
        List<Item> items = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (Diary.Note note : diary.notes()) {
            places.put(note.id(), items.size());
            items.add(new Item(note.text(), DatesBench.at(note.told())));
        }
        List<Asked> questions = new ArrayList<>();
        for (Diary.Question question : diary.questions(questionsEach)) {
            Set<Integer> answers = new HashSet<>();
            question.answers().forEach(id -> answers.add(places.get(id)));
            questions.add(new Asked(question.text(), answers, DatesBench.at(question.reference())));
        }
        return new OwnerData(items, questions);
    }
}
