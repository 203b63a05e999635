package dev.mneme.engine.index;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.engine.index.Speakers.Speaker;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One search in one owner's memories.
///
/// ```text
/// every memory ──first stage──▶ candidates ──exact vectors──▶ shortlist ──token vectors──▶ hits
///                (words, vectors,              (only if the scan
///                 filter)                       read bytes)
/// ```
/// For owners of up to [#FULL_LIMIT] memories all are scored in full at once. A memory is only shown to the filter if
/// its first-stage score would make it a candidate; the result is the same as that of filtering first.
///
/// **Threads**: one, under the index's read lock.
final class OwnerSearch {
    /// Up to this many memories, all are scored in full.
    static final int FULL_LIMIT = 1_000;

    /// How many memories of the first stage are scored in full, if there are more than that limit.
    static final int SHORTLIST = 200;

    /// How many times the shortlist is taken from rough vectors, before exact ones shorten it.
    private static final int ROUGH_FACTOR = 2;

    private static final AnalyzedQuery NO_WORDS = AnalyzedQuery.of("", Instant.EPOCH.atZone(ZoneOffset.UTC));

    private final OwnerMemories memories;
    private final Slots slots;
    private final IndexQuery request;
    private final AnalyzedQuery query;
    private final boolean hasText;
    private final float @Nullable [] vector;
    private final Scratch scratch;
    private final WordScores words;
    private final RareWords rareWords;
    private final @Nullable TokenScores tokens;
    private final @Nullable Speaker speaker;
    private final Weights[] firstWeights;
    private final Weights[] fullWeights;
    private boolean rough;

    private OwnerSearch(OwnerMemories memories, IndexQuery request, @Nullable AnalyzedQuery query, Scratch scratch) {
        this.memories = memories;
        this.slots = memories.slots();
        this.request = request;
        this.query = query == null ? NO_WORDS : query;
        this.hasText = query != null;
        this.scratch = scratch;
        this.vector = vector(request.embedding(), memories);
        QueryEmbedding embedding = request.embedding();
        Corrections corrections =
                Corrections.of(memories, this.query, embedding == null ? List.of() : embedding.spans());
        this.words = new WordScores(memories, this.query, corrections, scratch);
        this.rareWords = rareWords();
        this.tokens = tokens();
        this.speaker = memories.speakers().named(this.query.surfaces());
        this.firstWeights = weights(hasText, Weights.FACT_FIRST, Weights.LONE_TURN_FIRST, Weights.TURN_FIRST);
        this.fullWeights = weights(hasText, Weights.FACT, Weights.LONE_TURN, Weights.TURN);
    }

    static List<SearchHit> run(OwnerMemories memories, IndexQuery request, @Nullable AnalyzedQuery query) {
        Scratch scratch = Scratch.borrow(memories.slots().end());
        List<SearchHit> hits = new OwnerSearch(memories, request, query, scratch).hits();
        scratch.giveBack(); // not after a failure: its numbers would not be 0
        return hits;
    }

    private static float @Nullable [] vector(@Nullable QueryEmbedding embedding, OwnerMemories memories) {
        if (embedding == null) {
            return null;
        }
        memories.vectors().check(embedding.embedding().space());
        return embedding.embedding().vector();
    }

    private RareWords rareWords() {
        QueryEmbedding embedding = request.embedding();
        String text = request.text();
        return new RareWords(
                memories, text == null ? "" : text, query.words(), embedding == null ? List.of() : embedding.spans());
    }

    private @Nullable TokenScores tokens() {
        QueryEmbedding embedding = request.embedding();
        TokenVectors rows = embedding == null ? null : embedding.embedding().tokens();
        if (embedding == null || rows == null || rows.count() == 0 || !hasText) {
            return null;
        }
        double[] weights =
                query.tokenWeights(embedding.spans(), term -> WordScores.idf(memories, memories.postings(term)));
        return new TokenScores(memories, rows, weights, scratch);
    }

    /// By the kind of the memory: twice its place here, plus one if it has a vector to compare.
    private static Weights[] weights(boolean hasText, Weights... kinds) {
        Weights[] weights = new Weights[2 * kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            weights[2 * i] = kinds[i].given(hasText, false);
            weights[2 * i + 1] = kinds[i].given(hasText, true);
        }
        return weights;
    }

    private List<SearchHit> hits() {
        scan();
        int population = request.showExpired() ? memories.size() : memories.living();
        boolean twoStages = tokens != null && population > FULL_LIMIT;
        int wanted = Math.min(population, request.topK());
        int shortlist = twoStages ? Math.max(SHORTLIST, wanted) : tokens != null ? population : wanted;
        int candidates = rough ? Math.max(SHORTLIST, shortlist) * ROUGH_FACTOR : shortlist;

        BestSlots best = firstStage(candidates);
        if (rough) {
            best = exactly(best, shortlist);
        }
        return hits(inFull(best, wanted));
    }

    private void scan() {
        if (vector == null) {
            return;
        }
        memories.passages().nearest(vector, scratch.passages);
        rough = memories.vectors().isQuantized();
        if (rough) {
            memories.vectors().roughDots(vector, scratch.dots);
        } else {
            memories.vectors().dots(vector, scratch.dots);
        }
    }

    private BestSlots firstStage(int limit) {
        BestSlots best = new BestSlots(slots, Math.max(1, limit));
        for (int slot = 0; slot < slots.end(); slot++) {
            if (isVisible(slot) && isCandidate(slot)) {
                offer(best, slot);
            }
        }
        return best;
    }

    /// Most memories are excluded before their neighbours' vectors need to be looked at.
    private void offer(BestSlots best, int slot) {
        Weights weights = firstWeights[kind(slot)];
        double scoreBeforeVector = scoreWithoutVectors(slot, weights);
        if (best.admits(slot, scoreBeforeVector + weights.vector())) {
            double score = Formula.score(scoreBeforeVector + vectorScore(slot, weights));
            if (best.admits(slot, score) && passes(slot)) {
                best.add(slot, score);
            }
        }
    }

    private boolean isVisible(int slot) {
        byte state = slots.state(slot);
        return state == Slots.LIVING || (state == Slots.EXPIRED && request.showExpired());
    }

    /// Whether words or vectors make it a candidate. A memory without support from either is no hit, whatever else its
    /// score has.
    private boolean isCandidate(int slot) {
        return hasVector(slot) || words.part(slot) > 0;
    }

    private boolean passes(int slot) {
        return request.filter() == null || request.filter().test(slots.header(slot));
    }

    /// Scores candidates of a rough scan by their exact vectors, and keeps the best.
    private BestSlots exactly(BestSlots candidates, int limit) {
        BestSlots best = new BestSlots(slots, Math.max(1, limit));
        while (candidates.size() > 0) {
            int slot = candidates.removeWorst();
            makeExact(slot);
            for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
                int other = slots.neighbour(slot, i);
                if (other != Slots.NONE) {
                    makeExact(other);
                }
            }
            double score = firstScore(slot);
            if (best.admits(slot, score)) {
                best.add(slot, score);
            }
        }
        return best;
    }

    private void makeExact(int slot) {
        if (vector != null && memories.vectors().has(slot)) {
            scratch.dots[slot] = memories.vectors().dot(vector, slot);
        }
    }

    private BestSlots inFull(BestSlots shortlist, int limit) {
        BestSlots best = new BestSlots(slots, Math.max(1, limit));
        while (shortlist.size() > 0) {
            int slot = shortlist.removeWorst();
            double score = score(slot);
            if (score >= request.threshold() && best.admits(slot, score)) {
                best.add(slot, score);
            }
        }
        return best;
    }

    private List<SearchHit> hits(BestSlots best) {
        List<SearchHit> hits = new ArrayList<>(best.size());
        while (best.size() > 0) {
            double score = best.worstScore();
            int slot = best.removeWorst();
            Memory header = slots.header(slot);
            Map<String, Double> parts = request.explain() ? parts(slot) : Map.of();
            hits.add(new SearchHit(slots.ordinal(slot), header.id(), score, parts));
        }
        Collections.reverse(hits);
        return hits;
    }

    private boolean scoredByTokens(int slot) {
        return tokens != null && tokens.has(slot);
    }

    private double firstScore(int slot) {
        Weights weights = firstWeights[kind(slot)];
        return Formula.score(scoreWithoutVectors(slot, weights) + vectorScore(slot, weights));
    }

    private double score(int slot) {
        if (tokens == null || !tokens.has(slot)) {
            return firstScore(slot);
        }
        Weights weights = fullWeights[kind(slot)];
        double score =
                scoreWithoutVectors(slot, weights) + vectorScore(slot, weights) + weights.tokens() * tokens.alone(slot);
        if (slots.inContext(slot)) {
            score += weights.contextTokens() * tokens.inContext(slot);
        }
        return Formula.score(score);
    }

    private int kind(int slot) {
        int kind = slots.inContext(slot) ? 2 : slots.isTurn(slot) ? 1 : 0;
        return 2 * kind + (hasVector(slot) ? 1 : 0);
    }

    private boolean hasVector(int slot) {
        return vector != null && memories.vectors().has(slot);
    }

    private double vectorScore(int slot, Weights weights) {
        return weights.vector() > 0 ? weights.vector() * vectorPart(slot) : 0;
    }

    private double scoreWithoutVectors(int slot, Weights weights) {
        double score = weights.base()
                + weights.length() * slots.lengthPart(slot)
                - weights.tooLong() * slots.longPart(slot)
                + weights.rareWord() * rareWords.part(slot);
        if (weights.words() > 0) {
            score += weights.words() * words.part(slot);
        }
        if (isSpeaker(slot)) {
            score += weights.speaker();
        }
        if (slots.afterQuestion(slot)) {
            score += weights.question();
        }
        if (tellsTime(slot)) {
            score += weights.time();
        }
        return score + weights.date() * datePart(slot);
    }

    private double vectorPart(int slot) {
        double sum = scratch.dots[slot];
        if (!slots.inContext(slot) && memories.passages().has(slot)) {
            return Formula.vectorPart(scratch.passages[slot]);
        }
        if (slots.inContext(slot)) {
            for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
                int other = slots.neighbour(slot, i);
                if (other != Slots.NONE) {
                    sum += Kernel.weight(i) * scratch.dots[other];
                }
            }
        }
        float norm = slots.norm(slot);
        return Formula.vectorPart(norm > 0 ? sum / norm : 0);
    }

    private boolean isSpeaker(int slot) {
        return speaker != null && slots.speaker(slot) == speaker;
    }

    private boolean tellsTime(int slot) {
        return query.asksTime() && slots.temporal(slot);
    }

    private double datePart(int slot) {
        return query.days().part(slots, slot);
    }

    private Map<String, Double> parts(int slot) {
        boolean context = slots.inContext(slot);
        Map<String, Double> parts = new LinkedHashMap<>();
        if (hasText) {
            parts.put(context ? "bmc" : "bm", words.part(slot));
        }
        if (hasVector(slot)) {
            parts.put(context ? "cosc" : "cos", vectorPart(slot));
        }
        if (tokens != null && scoredByTokens(slot)) {
            parts.put("ms", tokens.alone(slot));
            if (context) {
                parts.put("msc", tokens.inContext(slot));
            }
        }
        if (hasText) {
            parts.put("spk", isSpeaker(slot) ? 1.0 : 0.0);
        }
        if (slots.isTurn(slot)) {
            turnParts(slot, parts);
        } else if (hasText) {
            parts.put("rare", rareWords.part(slot));
        }
        if (hasText) {
            parts.put("date", datePart(slot));
        }
        return parts;
    }

    private void turnParts(int slot, Map<String, Double> parts) {
        if (slots.inContext(slot)) {
            parts.put("prevq", slots.afterQuestion(slot) ? 1.0 : 0.0);
        }
        parts.put("len", (double) slots.lengthPart(slot));
        parts.put("long", (double) slots.longPart(slot));
        if (hasText) {
            parts.put("whentemp", tellsTime(slot) ? 1.0 : 0.0);
        }
    }
}
