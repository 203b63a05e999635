package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.bench.LocomoEvaluation.Tally;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.Embedder;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.AnalyzedMemory.TermFrequency;
import dev.mneme.engine.index.Analyzer;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How much typing errors in questions cost, and how much correcting them saves: the same questions, correct and
/// misspelt from a seed, asked of the index with and without corrections, and of plain BM25 over the same words.
final class TyposBench {
    private static final long SEED = 1;
    private static final int DIARY_QUESTIONS = 10;

    /// Words that are misspelt in a question, and wrong letters in each.
    private static final int[][] MISSPELT = {{0, 0}, {1, 1}, {2, 1}, {1, 2}};

    private TyposBench() {}

    private record Item(String id, String text, @Nullable Instant at) {}

    private record Question(String text, @Nullable Instant reference, Set<String> answers) {}

    private record Owner(List<Item> items, List<Question> questions) {}

    /// @param locomo in LoCoMo's published form, or null
    /// @param prefeval owners of preferences with their questions, or null
    static void run(@Nullable Path locomo, @Nullable Path prefeval) throws IOException {
        MachineLoad watch = MachineLoad.watch();
        try (Embedder embedder = OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS)) {
            if (locomo != null) {
                measure("LoCoMo", locomo(locomo), embedder);
            }
            if (prefeval != null) {
                measure("PrefEval", prefeval(prefeval), embedder);
            }
            measure("diary", diary(), embedder);
        }
        Report.load(watch.soFar());
    }

    private static List<Owner> locomo(Path file) throws IOException {
        return LocomoData.read(file).stream()
                .map(conversation -> new Owner(
                        conversation.turns().stream()
                                .map(turn -> new Item(turn.id(), turn.text(), turn.at()))
                                .toList(),
                        conversation.questions().stream()
                                .map(question -> new Question(question.text(), null, question.evidence()))
                                .toList()))
                .toList();
    }

    private static List<Owner> prefeval(Path file) throws IOException {
        List<Owner> owners = new ArrayList<>();
        for (JsonNode preferences : new ObjectMapper().readTree(file.toFile()).get("owners")) {
            List<Item> items = new ArrayList<>();
            List<Question> questions = new ArrayList<>();
            for (JsonNode preference : preferences) {
                String id = String.valueOf(items.size());
                items.add(new Item(id, preference.get("preference").asText(), null));
                questions.add(new Question(preference.get("question").asText(), null, Set.of(id)));
            }
            owners.add(new Owner(items, questions));
        }
        return owners;
    }

    private static List<Owner> diary() {
        Diary diary = new Diary(SEED);
        List<Item> items = diary.notes().stream()
                .map(note -> new Item(
                        note.id(),
                        note.text(),
                        note.told().atTime(LocalTime.NOON).toInstant(ZoneOffset.UTC)))
                .toList();
        List<Question> questions = diary.questions(DIARY_QUESTIONS).stream()
                .map(question -> new Question(
                        question.text(),
                        question.reference().atTime(LocalTime.NOON).toInstant(ZoneOffset.UTC),
                        Set.copyOf(question.answers())))
                .toList();
        return List.of(new Owner(items, questions));
    }

    private static void measure(String set, List<Owner> owners, Embedder embedder) {
        Tally[][] tallies = new Tally[MISSPELT.length][];
        Arrays.setAll(tallies, i -> new Tally[] {new Tally(), new Tally(), new Tally()});
        Misspeller misspeller = new Misspeller(SEED);
        for (Owner owner : owners) {
            OwnerIndex with = new OwnerIndex();
            OwnerIndex without = OwnerIndex.withoutCorrections();
            List<AnalyzedMemory> analyses = fill(owner, embedder, with, without);
            Bm25 words = new Bm25(analyses);
            for (Question question : owner.questions()) {
                for (int i = 0; i < MISSPELT.length; i++) {
                    String text = misspeller.misspell(question.text(), MISSPELT[i][0], MISSPELT[i][1]);
                    QueryEmbedding embedding = embedder.embedQuery(text);
                    tallies[i][0].count(ask(with, owner, question, text, embedding), question.answers());
                    tallies[i][1].count(ask(without, owner, question, text, embedding), question.answers());
                    tallies[i][2].count(ids(owner, words.best(text, LocomoEvaluation.TOP_K)), question.answers());
                }
            }
        }
        Report.title("typos: " + set + ", wrong letters × words");
        for (int i = 0; i < MISSPELT.length; i++) {
            String row = MISSPELT[i][0] == 0 ? "clean" : MISSPELT[i][1] + " × " + MISSPELT[i][0];
            Report.row(row + ", corrected", tallies[i][0].toString(), "");
            Report.row(row + ", as written", tallies[i][1].toString(), "");
            Report.row(row + ", plain BM25", tallies[i][2].toString(), "");
        }
    }

    private static List<AnalyzedMemory> fill(Owner owner, Embedder embedder, OwnerIndex... indexes) {
        Random random = new Random(SEED);
        List<AnalyzedMemory> analyses = new ArrayList<>();
        for (Item item : owner.items()) {
            Instant made = item.at() == null ? Instant.EPOCH : item.at();
            Memory memory = new Memory(
                    MemoryId.create(made, 0, random),
                    ScopeIds.user("u"),
                    item.text(),
                    null,
                    null,
                    JsonObject.EMPTY,
                    List.of(),
                    item.at() == null ? null : Timestamp.of(item.at()),
                    made,
                    made,
                    null,
                    1,
                    null);
            AnalyzedMemory analysis = AnalyzedMemory.of(memory);
            Embedding embedding = embedder.embed(AnalyzedMemory.spokenText(memory));
            for (OwnerIndex index : indexes) {
                index.put(analyses.size(), memory, analysis, embedding);
            }
            analyses.add(analysis);
        }
        return analyses;
    }

    private static List<String> ask(
            OwnerIndex index, Owner owner, Question question, String text, QueryEmbedding embedding) {
        Instant reference = question.reference() == null ? Instant.now() : question.reference();
        return ids(
                owner,
                index
                        .search(new IndexQuery(
                                text,
                                embedding,
                                LocomoEvaluation.TOP_K,
                                0,
                                Instant.EPOCH,
                                reference.atZone(ZoneOffset.UTC),
                                false,
                                null,
                                null,
                                false))
                        .stream()
                        .map(hit -> (int) hit.ordinal())
                        .toList());
    }

    private static List<String> ids(Owner owner, List<Integer> places) {
        return places.stream().map(place -> owner.items().get(place).id()).toList();
    }

    /// BM25 of single memories and nothing else (k1 .9, b .4).
    private static final class Bm25 {
        private final List<AnalyzedMemory> memories;
        private final Map<String, Map<Integer, Integer>> postings = new HashMap<>();
        private final double meanLength;

        Bm25(List<AnalyzedMemory> memories) {
            this.memories = memories;
            for (int i = 0; i < memories.size(); i++) {
                for (TermFrequency term : memories.get(i).terms()) {
                    postings.computeIfAbsent(term.term(), t -> new HashMap<>()).put(i, term.frequency());
                }
            }
            meanLength =
                    memories.stream().mapToInt(AnalyzedMemory::length).average().orElse(1);
        }

        List<Integer> best(String text, int topK) {
            Set<String> terms = new LinkedHashSet<>();
            Analyzer.words(text).forEach(word -> terms.addAll(word.terms()));
            double[] scores = new double[memories.size()];
            for (String term : terms) {
                Map<Integer, Integer> found = postings.getOrDefault(term, Map.of());
                double idf = Math.log(1 + (memories.size() - found.size() + .5) / (found.size() + .5));
                found.forEach((memory, frequency) -> scores[memory] += idf
                        * frequency
                        * 1.9
                        / (frequency + .9 * (.6 + .4 * memories.get(memory).length() / meanLength)));
            }
            return IntStream.range(0, scores.length)
                    .filter(memory -> scores[memory] > 0)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer memory) -> -scores[memory]))
                    .limit(topK)
                    .toList();
        }
    }
}
