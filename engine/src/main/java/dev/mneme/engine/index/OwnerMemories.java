package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.engine.index.AnalyzedMemory.TermFrequency;
import dev.mneme.engine.index.Speakers.Speaker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The state of an owner's index: memories with their words, vectors and neighbours, and the statistics over the living
/// ones.
///
/// A memory is *living* or *expired*. Only the living ones count in statistics, lend to neighbours and name speakers.
/// Expired ones keep their slot, postings and vectors, so that they can be found when they are asked for.
///
/// **Invariants** after each method: a living memory's neighbours, context length, norm and question flag are those of
/// its place in its episode; `contextLengths` is the sum of the living memories' context lengths; a term's `living`
/// count is its document frequency.
///
/// **Threads**: none of its own; [OwnerIndex] holds the lock.
final class OwnerMemories {
    private static final int MIN_SPARSE_SLOTS = 1_024;
    private static final int SPARSE_FACTOR = 4;

    /// When a living memory expires.
    private record Expiry(Instant at, long ordinal) implements Comparable<Expiry> {
        private static final Comparator<Expiry> ORDER =
                Comparator.comparing(Expiry::at).thenComparingLong(Expiry::ordinal);

        @Override
        public int compareTo(Expiry other) {
            return ORDER.compare(this, other);
        }
    }

    private final VectorMath math;
    private final int quantizeFrom;
    private final boolean corrects;
    private final Slots slots = new Slots();
    private final Vectors vectors;
    private final PassageRows passages;
    private TokenRows tokens;
    private final Map<String, Postings> vocabulary = new HashMap<>();
    private final Spellings spellings = new Spellings();
    private final Map<String, Episode> episodes = new HashMap<>();
    private final Speakers speakers = new Speakers();
    private final Map<Long, Integer> byOrdinal = new HashMap<>();
    private final TreeSet<Expiry> expiries = new TreeSet<>();
    private Instant asOf = Instant.MIN;
    private int living;
    private long contextLengths;
    private long headerBytes;
    private long postingBytes;
    private float[] sum = new float[0];

    OwnerMemories(VectorMath math, int quantizeFrom, boolean corrects) {
        this.math = math;
        this.quantizeFrom = quantizeFrom;
        this.corrects = corrects;
        this.vectors = new Vectors(math, quantizeFrom);
        this.passages = new PassageRows(math);
        this.tokens = new TokenRows(math);
    }

    Slots slots() {
        return slots;
    }

    Vectors vectors() {
        return vectors;
    }

    PassageRows passages() {
        return passages;
    }

    TokenRows tokens() {
        return tokens;
    }

    Speakers speakers() {
        return speakers;
    }

    @Nullable
    Postings postings(String term) {
        return vocabulary.get(term);
    }

    /// Whether a living memory holds the term.
    boolean isUsed(String term) {
        Postings postings = vocabulary.get(term);
        return postings != null && postings.living() > 0;
    }

    /// The terms that a word may mean if no living memory contains it.
    List<Spellings.Match> spelt(String word) {
        return corrects ? spellings.nearest(word, vocabulary::get) : List.of();
    }

    /// Memories, expired ones included.
    int size() {
        return byOrdinal.size();
    }

    int living() {
        return living;
    }

    /// The mean of the living memories' context lengths, in tenths; 0 without any.
    double meanContextLength() {
        return living == 0 ? 0 : (double) contextLengths / living;
    }

    /// When the next living memory expires; `Instant.MAX` if none does.
    Instant nextExpiry() {
        return expiries.isEmpty() ? Instant.MAX : expiries.first().at();
    }

    /// Whether so many slots are free that [#compacted] is worthwhile.
    boolean isSparse() {
        return slots.end() > MIN_SPARSE_SLOTS && size() < slots.end() / SPARSE_FACTOR;
    }

    /// Adds a memory, or replaces the one that arrived with this ordinal.
    void put(long ordinal, Memory header, AnalyzedMemory analyzed, @Nullable Embedding embedding) {
        if (embedding != null && !isOnlyVector(ordinal)) {
            vectors.check(embedding.space());
        }
        remove(ordinal);
        Postings[] postings = new Postings[analyzed.terms().size()];
        for (int i = 0; i < postings.length; i++) {
            postings[i] = vocabulary.computeIfAbsent(analyzed.terms().get(i).term(), this::newTerm);
        }
        int slot = slots.allocate(ordinal, header, analyzed, postings);
        byOrdinal.put(ordinal, slot);
        for (int i = 0; i < postings.length; i++) {
            postingBytes -= postings[i].size() == 0 ? 0 : postings[i].sizeBytes();
            postings[i].add(slot, analyzed.terms().get(i).frequency());
            postingBytes += postings[i].sizeBytes();
        }
        if (embedding != null) {
            vectors.put(slot, embedding);
            TokenVectors rows = embedding.tokens();
            if (rows != null) {
                tokens.put(slot, rows);
            }
            if (embedding.passages() != null) {
                passages.put(slot, embedding.passages());
            }
        }
        headerBytes += HeaderSize.of(header);
        if (header.expired(asOf)) {
            slots.norm(slot, norm(slot));
        } else {
            enliven(slot);
        }
    }

    private Postings newTerm(String term) {
        Postings postings = new Postings(term);
        spellings.add(postings);
        return postings;
    }

    boolean remove(long ordinal) {
        Integer found = byOrdinal.remove(ordinal);
        if (found == null) {
            return false;
        }
        int slot = found;
        if (slots.state(slot) == Slots.LIVING) {
            retire(slot);
        }
        headerBytes -= HeaderSize.of(slots.header(slot));
        for (Postings postings : slots.terms(slot)) {
            postings.remove(slot);
            if (postings.size() == 0) {
                vocabulary.remove(postings.term());
                spellings.remove(postings);
                postingBytes -= postings.sizeBytes();
            }
        }
        vectors.clear(slot);
        passages.clear(slot);
        tokens.clear(slot);
        if (tokens.isSparse()) {
            tokens = tokens.compacted();
        }
        slots.release(slot);
        return true;
    }

    /// Marks as expired whatever has expired by `now`.
    void advance(Instant now) {
        if (now.isAfter(asOf)) {
            asOf = now;
        }
        while (!expiries.isEmpty() && !expiries.first().at().isAfter(asOf)) {
            Integer slot = byOrdinal.get(expiries.first().ordinal());
            if (slot == null) {
                throw new IllegalStateException("an expiry without a memory");
            }
            retire(slot);
        }
    }

    /// The same memories in as few slots as they need.
    OwnerMemories compacted() {
        return of(header -> true);
    }

    /// A copy of these memories, as if only those that pass existed.
    OwnerMemories of(Predicate<Memory> view) {
        OwnerMemories dense = new OwnerMemories(math, quantizeFrom, corrects);
        dense.asOf = asOf;
        List<Long> ordinals = new ArrayList<>(byOrdinal.keySet());
        ordinals.sort(null);
        for (long ordinal : ordinals) {
            Integer slot = byOrdinal.get(ordinal);
            if (slot != null && view.test(slots.header(slot))) {
                dense.put(ordinal, slots.header(slot), analyzed(slot), embedding(slot));
            }
        }
        return dense;
    }

    long sizeBytes() {
        long told = (long) episodes.size() * Episode.OBJECT_BYTES + (long) size() * Episode.MEMORY_BYTES;
        long kept = vectors.sizeBytes() + tokens.sizeBytes() + passages.sizeBytes();
        return slots.sizeBytes() + kept + headerBytes + postingBytes + spellings.sizeBytes() + told;
    }

    /// Whether a put at this ordinal replaces the only vector, so that another space may begin.
    private boolean isOnlyVector(long ordinal) {
        Integer slot = byOrdinal.get(ordinal);
        return slot != null && vectors.isOnly(slot);
    }

    private AnalyzedMemory analyzed(int slot) {
        List<TermFrequency> terms = new ArrayList<>();
        for (Postings postings : slots.terms(slot)) {
            terms.add(new TermFrequency(postings.term(), postings.frequencyOf(slot)));
        }
        return slots.analysis(slot).withTerms(terms);
    }

    private @Nullable Embedding embedding(int slot) {
        EmbeddingSpace space = vectors.space();
        return space == null || !vectors.has(slot)
                ? null
                : new Embedding(space, vectors.copy(slot), tokens.copy(slot), passages.copy(slot));
    }

    private void enliven(int slot) {
        slots.state(slot, Slots.LIVING);
        living++;
        contextLengths += slots.contextLength(slot);
        for (Postings postings : slots.terms(slot)) {
            postings.changeLiving(1);
        }
        AnalyzedMemory analysis = slots.analysis(slot);
        if (analysis.speaker() != null) {
            slots.speaker(slot, speakers.add(analysis.speaker()));
        }
        Instant expiresAt = slots.header(slot).expiresAt();
        if (expiresAt != null) {
            expiries.add(new Expiry(expiresAt, slots.ordinal(slot)));
        }
        if (analysis.episode() == null) {
            slots.norm(slot, norm(slot));
        } else {
            join(slot, episodes.computeIfAbsent(analysis.episode(), Episode::new), voice(analysis));
        }
    }

    private void join(int slot, Episode episode, String voice) {
        slots.episode(slot, episode);
        boolean before = episode.isConversation();
        int at = episode.add(slots.ordinal(slot), slot, voice);
        refresh(episode, at, before);
    }

    private void retire(int slot) {
        slots.state(slot, Slots.EXPIRED);
        living--;
        contextLengths -= slots.contextLength(slot);
        for (Postings postings : slots.terms(slot)) {
            postings.changeLiving(-1);
        }
        Speaker speaker = slots.speaker(slot);
        if (speaker != null) {
            speakers.remove(speaker);
            slots.speaker(slot, null);
        }
        Instant expiresAt = slots.header(slot).expiresAt();
        if (expiresAt != null) {
            expiries.remove(new Expiry(expiresAt, slots.ordinal(slot)));
        }
        slots.standAlone(slot);
        slots.norm(slot, norm(slot));
        Episode episode = slots.episode(slot);
        if (episode != null) {
            leave(slot, episode);
        }
    }

    private void leave(int slot, Episode episode) {
        slots.episode(slot, null);
        boolean before = episode.isConversation();
        int at = episode.remove(slots.ordinal(slot), voice(slots.analysis(slot)));
        if (episode.size() == 0) {
            episodes.remove(episode.key());
        } else {
            refresh(episode, at, before);
        }
    }

    /// Who tells a memory: the speaker, else the role, else nobody.
    private static String voice(AnalyzedMemory analysis) {
        if (analysis.speaker() != null) {
            return "s" + Speakers.key(analysis.speaker());
        }
        return analysis.role() == null ? "" : "r" + analysis.role();
    }

    /// Updates everything that a change at one place of an episode has altered: its surroundings, or the whole episode
    /// if it became a conversation or stopped being one.
    private void refresh(Episode episode, int at, boolean wasConversation) {
        boolean all = wasConversation != episode.isConversation();
        int from = all ? 0 : Math.max(0, at - Kernel.REACH);
        int to = all ? episode.size() : Math.min(episode.size(), at + Kernel.REACH + 1);
        for (int position = from; position < to; position++) {
            refresh(episode, position);
        }
    }

    private void refresh(Episode episode, int position) {
        int slot = episode.slot(position);
        contextLengths -= slots.contextLength(slot);
        slots.standAlone(slot);
        if (position > 0 && slots.question(episode.slot(position - 1))) {
            slots.markAfterQuestion(slot);
        }
        if (episode.isConversation() || slots.speaker(slot) != null) {
            slots.markTurn(slot);
        }
        if (episode.isConversation() && isBrief(slot)) {
            for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
                int other = position + Kernel.offset(i);
                if (other >= 0 && other < episode.size() && isBrief(episode.slot(other))) {
                    slots.neighbour(slot, i, episode.slot(other));
                }
            }
        }
        contextLengths += slots.contextLength(slot);
        slots.norm(slot, norm(slot));
    }

    private boolean isBrief(int slot) {
        return slots.analysis(slot).bodyWords() <= Formula.MAX_CONTEXT_WORDS;
    }

    /// The length of the vectors' kernel sum.
    private float norm(int slot) {
        int dimension = vectors.dimension();
        if (!vectors.has(slot)) {
            return 0;
        }
        if (sum.length != dimension) {
            sum = new float[dimension];
        }
        Arrays.fill(sum, 0);
        vectors.addTo(sum, 1, slot);
        for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
            int other = slots.neighbour(slot, i);
            if (other != Slots.NONE && vectors.has(other)) {
                vectors.addTo(sum, Kernel.weight(i), other);
            }
        }
        return (float) Math.sqrt(math.dot(sum, 0, sum, 0, dimension));
    }
}
