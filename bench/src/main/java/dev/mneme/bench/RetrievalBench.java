package dev.mneme.bench;

import dev.mneme.bench.FactsData.Half;
import dev.mneme.bench.RetrievalSet.Asked;
import dev.mneme.bench.RetrievalSet.Item;
import dev.mneme.bench.RetrievalSet.OwnerData;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.Embedder;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import dev.mneme.engine.index.SearchHit;
import dev.mneme.inference.embed.FolderEmbedder;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Every kind of data in one table: what the score finds, beside the bare embedder (the cosine of the whole text's
/// vector) and plain BM25 over the words, each alone. It measures the index in this process, with an embedder in it,
/// and without a language model.
///
/// The project's own sets are always there; LoCoMo and facts like PrefEval's come as files, any number of them. A file
/// whose top is a list is read as LoCoMo's ([LocomoData]), one with `owners` as facts ([FactsData]).
final class RetrievalBench {
    private static final long SEED = 1;
    private static final int DIARY_QUESTIONS = 40;

    /// Searches before the time of one is looked at.
    private static final int WARM_UP = 500;

    private static final Instant MADE = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ROW = "%-34s %5s   %-24s   %-24s   %-24s   %s%n";
    private static final String MEASURES = "   @1    @5   @10   MRR";

    private final Embedder embedder;
    private final Map<String, Embedding> embeddings = new HashMap<>();
    private final Histogram searchNanos = new Histogram(3);
    private int searches;

    private RetrievalBench(Embedder embedder) {
        this.embedder = embedder;
    }

    /// @param files sets, and folders of an embedding model that is measured instead of the built-in one
    static void run(List<Path> files) throws IOException {
        MachineLoad watch = MachineLoad.watch();
        List<Path> models = files.stream().filter(Files::isDirectory).toList();
        try (Embedder embedder = models.isEmpty()
                ? OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS)
                : FolderEmbedder.open(FolderEmbedder.Config.of(models.getFirst()))) {
            RetrievalBench bench = new RetrievalBench(embedder);
            Report.title("retrieval: recall in percent, mean reciprocal rank");
            System.out.printf(Locale.ROOT, ROW, "", "n", "the score", "the embedder's cosine", "BM25", "");
            System.out.printf(Locale.ROOT, ROW, "", "", MEASURES, MEASURES, MEASURES, "goal");
            for (RetrievalSet set :
                    sets(files.stream().filter(Files::isRegularFile).toList())) {
                bench.measure(set);
            }
            Report.row(
                    "a search, embedding of the question included", Latency.of(bench.searchNanos), "p99 under 20 ms");
        }
        Report.load(watch.soFar());
    }

    private static List<RetrievalSet> sets(List<Path> files) throws IOException {
        List<List<FactsData.Fact>> own = FactsData.own();
        List<FactsData.Fact> planted = own.stream().flatMap(List::stream).toList();
        List<RetrievalSet> sets = new ArrayList<>();
        sets.add(new RetrievalSet(
                "everyday facts, kept aside",
                "@1, @5 and MRR at least the cosine's",
                RetrievalSet.ofFacts(own, Half.ASIDE)));
        sets.add(new RetrievalSet("everyday facts, fitted on", "", RetrievalSet.ofFacts(own, Half.FIT)));
        sets.add(new RetrievalSet("telling words among nearer facts", "@1 100", RareFacts.owners()));
        sets.add(new RetrievalSet(
                "100 long notes, a planted sentence", "", List.of(RetrievalSet.ofNotes(new LongNotes(planted, SEED)))));
        sets.add(new RetrievalSet(
                "diary, relative dates", "", List.of(RetrievalSet.ofDiary(new Diary(SEED), DIARY_QUESTIONS))));
        for (Path file : files) {
            add(sets, file, own);
        }
        return sets;
    }

    private static void add(List<RetrievalSet> sets, Path file, List<List<FactsData.Fact>> own) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (FactsData.isFacts(file)) {
            sets.add(new RetrievalSet(
                    name, "PrefEval: @5 at least 79, MRR .535", RetrievalSet.ofFacts(FactsData.read(file), null)));
            return;
        }
        List<LocomoData.Conversation> chats = LocomoData.read(file);
        List<OwnerData> owners = RetrievalSet.ofChats(chats);
        sets.add(new RetrievalSet(name, "LoCoMo: @10 at least 86.5, MRR .68", owners));
        sets.add(new RetrievalSet(
                name + ", sessions joined", "", RetrievalSet.ofChats(LocomoData.joined(chats, Integer.MAX_VALUE))));
        List<OwnerData> chatsAmongFacts = new ArrayList<>();
        List<OwnerData> factsAmongChats = new ArrayList<>();
        for (int i = 0; i < owners.size(); i++) {
            List<FactsData.Fact> facts = own.get(i % own.size());
            OwnerData both = RetrievalSet.ofFacts(facts, Half.ASIDE, owners.get(i));
            factsAmongChats.add(both);
            chatsAmongFacts.add(owners.get(i)
                    .among(facts.stream()
                            .map(fact -> new Item(fact.text(), null))
                            .toList()));
        }
        sets.add(new RetrievalSet(name + " among facts", "as alone", chatsAmongFacts));
        sets.add(new RetrievalSet("facts among " + name, "near to alone", factsAmongChats));
    }

    private void measure(RetrievalSet set) {
        RankTally score = new RankTally();
        RankTally cosine = new RankTally();
        RankTally words = new RankTally();
        for (OwnerData owner : set.owners()) {
            OwnerIndex index = index(owner.items(), true);
            OwnerIndex wordsAlone = index(owner.items(), false);
            for (Asked asked : owner.questions()) {
                score.count(search(index, asked), asked.answers());
                cosine.count(nearest(owner.items(), asked.text()), asked.answers());
                words.count(byWords(wordsAlone, asked), asked.answers());
            }
        }
        System.out.printf(
                Locale.ROOT, ROW, set.name(), String.valueOf(score.questions()), score, cosine, words, set.goal());
    }

    /// @param told with timestamps and vectors; without, each stands alone and has words only
    private OwnerIndex index(List<Item> items, boolean told) {
        OwnerIndex index = new OwnerIndex();
        Random random = new Random(SEED);
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            Memory memory = memory(item.text(), told ? item.at() : null, random);
            index.put(i, memory, AnalyzedMemory.of(memory), told ? embedding(item.text()) : null);
        }
        return index;
    }

    private static Memory memory(String text, @Nullable Instant at, Random random) {
        Instant made = at == null ? MADE : at;
        return new Memory(
                MemoryId.create(made, 0, random),
                ScopeIds.user("bench"),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                at == null ? null : Timestamp.of(at),
                made,
                made,
                null,
                1,
                null);
    }

    private Embedding embedding(String text) {
        return embeddings.computeIfAbsent(text, embedder::embed);
    }

    private List<Integer> search(OwnerIndex index, Asked asked) {
        long start = System.nanoTime();
        QueryEmbedding embedding = embedder.embedQuery(asked.text());
        List<Integer> found = places(index.search(request(asked, embedding, false)));
        if (++searches > WARM_UP) {
            searchNanos.recordValue(System.nanoTime() - start);
        }
        return found;
    }

    private static List<Integer> byWords(OwnerIndex index, Asked asked) {
        List<SearchHit> hits = index.search(request(asked, null, true));
        return hits.stream()
                .sorted(Comparator.comparingDouble(
                                (SearchHit hit) -> hit.parts().getOrDefault("bm", 0.0))
                        .reversed())
                .limit(RankTally.DEPTH)
                .map(hit -> (int) hit.ordinal())
                .toList();
    }

    private static IndexQuery request(Asked asked, @Nullable QueryEmbedding embedding, boolean all) {
        Instant reference = asked.reference() == null ? Instant.now() : asked.reference();
        int topK = all ? Integer.MAX_VALUE : RankTally.DEPTH;
        return new IndexQuery(
                asked.text(),
                embedding,
                topK,
                0,
                Instant.EPOCH,
                reference.atZone(ZoneOffset.UTC),
                false,
                null,
                null,
                all);
    }

    private static List<Integer> places(List<SearchHit> hits) {
        return hits.stream().map(hit -> (int) hit.ordinal()).toList();
    }

    /// By the cosine of the question's and the whole text's vectors alone, both as texts are embedded.
    private List<Integer> nearest(List<Item> items, String question) {
        float[] query = embedding(question).vector();
        double[] cosines = items.stream()
                .mapToDouble(item -> dot(query, embedding(item.text()).vector()))
                .toArray();
        return IntStream.range(0, cosines.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -cosines[i]))
                .limit(RankTally.DEPTH)
                .toList();
    }

    private static double dot(float[] a, float[] b) {
        double dot = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
        }
        return dot;
    }
}
