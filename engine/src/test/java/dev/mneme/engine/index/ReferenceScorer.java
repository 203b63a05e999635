package dev.mneme.engine.index;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.engine.index.Analyzer.Word;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// The score as its page says it, slowly and from nothing: no state is kept from one search to the next.
@NullUnmarked // what is absent is looked up all the time here
final class ReferenceScorer {
    private static final double[] G = {.3, .6, .9, 1, .6, .4, .2};

    record Entry(long ordinal, Memory memory, @Nullable Embedding embedding) {}

    private static final class Doc {
        final Entry entry;
        final Map<String, Integer> tf = new HashMap<>();
        final @Nullable String speaker;
        final @Nullable String episode;
        final int bodyWords;
        int length;

        @Nullable
        Doc[] around = new Doc[7];

        @Nullable
        Doc previous;

        boolean context;
        boolean turn;

        Doc(Entry entry) {
            this.entry = entry;
            Memory memory = entry.memory();
            String text = memory.text();
            if (memory.name() != null && !text.startsWith(memory.name() + ": ")) {
                text = memory.name() + ": " + text;
            }
            int colon = text.indexOf(": ");
            if (memory.name() != null) {
                speaker = memory.name();
                bodyWords = Analyzer.words(text.substring(memory.name().length() + 2))
                        .size();
            } else if (colon >= 1 && colon <= 40) {
                speaker = text.substring(0, colon);
                bodyWords = Analyzer.words(text.substring(colon + 2)).size();
            } else {
                speaker = null;
                bodyWords = Analyzer.words(text).size();
            }
            if (memory.timestamp() != null) {
                var date = memory.timestamp().at().atZone(place(memory, ZoneOffset.UTC));
                String month = date.getMonth().getDisplayName(java.time.format.TextStyle.FULL, Locale.ENGLISH);
                text = "(" + date.getDayOfMonth() + " " + month + " " + date.getYear() + ") " + text;
            }
            for (Word word : Analyzer.words(text)) {
                for (String term : word.terms()) {
                    tf.merge(term, 1, Integer::sum);
                    length++;
                }
            }
            String run = memory.scope().runId();
            episode = run != null
                    ? "run " + run
                    : memory.timestamp() != null ? "at " + memory.timestamp().at() : null;
        }

        @Nullable
        String voice() {
            return speaker != null
                    ? "name " + speaker.toLowerCase(Locale.ROOT)
                    : entry.memory().role() != null ? "role " + entry.memory().role() : null;
        }

        double lc() {
            double sum = 0;
            for (int o = 0; o < 7; o++) {
                sum += around[o] == null ? 0 : G[o] * around[o].length;
            }
            return sum;
        }

        @Nullable
        TokenVectors tokens() {
            TokenVectors tokens =
                    entry.embedding() == null ? null : entry.embedding().tokens();
            return tokens == null || tokens.count() == 0 ? null : tokens;
        }

        boolean asksQuestion() {
            return entry.memory().text().contains("?");
        }
    }

    private final List<Doc> living = new ArrayList<>();
    private final List<Doc> expired = new ArrayList<>();
    private final double meanLength;
    private final Map<String, Double> idfs = new HashMap<>();
    private final Map<String, Set<String>> named = new HashMap<>();

    ReferenceScorer(List<Entry> entries, Instant now) {
        List<Entry> ordered = entries.stream()
                .sorted(Comparator.comparingLong(Entry::ordinal))
                .toList();
        for (Entry entry : ordered) {
            (entry.memory().expired(now) ? expired : living).add(new Doc(entry));
        }
        Map<String, List<Doc>> episodes = new TreeMap<>();
        for (Doc doc : living) {
            if (doc.episode != null) {
                episodes.computeIfAbsent(doc.episode, e -> new ArrayList<>()).add(doc);
            }
        }
        living.forEach(doc -> doc.around[3] = doc);
        expired.forEach(doc -> doc.around[3] = doc);
        episodes.values().forEach(ReferenceScorer::link);
        meanLength = living.stream().mapToDouble(Doc::lc).average().orElse(0);
    }

    private static void link(List<Doc> episode) {
        Set<String> voices = new HashSet<>();
        episode.forEach(doc -> {
            if (doc.voice() != null) {
                voices.add(doc.voice());
            }
        });
        for (int m = 0; m < episode.size(); m++) {
            Doc doc = episode.get(m);
            doc.previous = m > 0 ? episode.get(m - 1) : null;
            doc.turn = voices.size() > 1 || doc.speaker != null;
            for (int o = -3; o <= 3; o++) {
                if (o == 0 || m + o < 0 || m + o >= episode.size() || voices.size() < 2) {
                    continue;
                }
                Doc other = episode.get(m + o);
                if (doc.bodyWords <= 100 && other.bodyWords <= 100) {
                    doc.around[o + 3] = other;
                    doc.context = true;
                }
            }
        }
    }

    List<SearchHit> search(IndexQuery request) {
        List<Doc> candidates = new ArrayList<>(living);
        if (request.showExpired()) {
            candidates.addAll(expired);
        }
        boolean cut = candidates.size() > 1000;
        candidates.removeIf(doc -> request.filter() != null && !request.filter().test(doc.entry.memory()));
        Comparator<SearchHit> order =
                Comparator.comparingDouble(SearchHit::score).reversed().thenComparing(SearchHit::id);
        Map<SearchHit, Doc> docs = new HashMap<>();
        List<SearchHit> hits = new ArrayList<>();
        for (Doc doc : candidates) {
            SearchHit hit = score(doc, request, cut);
            if (isCandidate(hit)) {
                hits.add(hit);
                docs.put(hit, doc);
            }
        }
        hits.sort(order);
        if (cut) {
            hits = hits.subList(0, Math.min(hits.size(), Math.max(200, request.topK())));
            hits = new ArrayList<>(hits.stream()
                    .map(hit -> score(docs.get(hit), request, false))
                    .toList());
            hits.sort(order);
        }
        return hits.stream()
                .filter(hit -> hit.score() >= request.threshold())
                .limit(request.topK())
                .toList();
    }

    /// What neither words nor a vector of its own speak for is not found.
    private static boolean isCandidate(SearchHit hit) {
        Map<String, Double> parts = hit.parts();
        return parts.containsKey("cos")
                || parts.containsKey("cosc")
                || parts.getOrDefault("bm", 0.0) > 0
                || parts.getOrDefault("bmc", 0.0) > 0;
    }

    private double idf(String term) {
        return idfs.computeIfAbsent(term, this::computeIdf);
    }

    private double computeIdf(String term) {
        long df = living.stream().filter(doc -> doc.tf.containsKey(term)).count();
        return Math.log(1 + (living.size() - df + .5) / (df + .5));
    }

    private SearchHit score(Doc doc, IndexQuery request, boolean firstOnly) {
        String text = request.text();
        QueryEmbedding query = request.embedding();
        Map<String, Double> parts = new LinkedHashMap<>();
        if (text != null) {
            parts.put(doc.context ? "bmc" : "bm", bm(doc, text));
        }
        if (query != null && doc.entry.embedding() != null) {
            parts.put(doc.context ? "cosc" : "cos", cos(doc, query.embedding().vector()));
        }
        boolean full = !firstOnly
                && text != null
                && query != null
                && query.embedding().tokens() != null
                && doc.tokens() != null;
        if (full) {
            tokenParts(doc, text, query, parts);
        }
        if (text != null) {
            parts.put("spk", speaker(doc, text));
        }
        if (doc.context) {
            parts.put("prevq", doc.previous != null && doc.previous.asksQuestion() ? 1.0 : 0.0);
        }
        int n = doc.bodyWords;
        if (doc.turn) {
            parts.put("len", Math.min(1, Math.log(1 + n) / Math.log(31)));
            parts.put("long", n == 0 ? 0 : Math.clamp(Math.log(n / 60.0) / Math.log(20), 0.0, 1.0));
        }
        if (text != null) {
            boolean both = TemporalCue.asks(text)
                    && TemporalCue.tells(doc.entry.memory().text());
            if (doc.turn) {
                parts.put("whentemp", both ? 1.0 : 0.0);
            } else {
                parts.put("rare", rare(doc, request));
            }
            Memory memory = doc.entry.memory();
            Instant at = memory.timestamp() == null
                    ? memory.createdAt()
                    : memory.timestamp().at();
            var toldOn =
                    LocalDate.ofInstant(at, place(memory, request.reference().getZone()));
            var day = memory.timestamp() == null ? null : toldOn;
            int[] told =
                    RelativeDates.told(memory.text(), LocalDate.ofInstant(at, place(memory, ZoneOffset.UTC))).stream()
                            .mapToInt(DateCue::pack)
                            .toArray();
            parts.put(
                    "date",
                    DateCue.of(text, RelativeDates.in(text, request.reference().toLocalDate()))
                            .part(DateCue.pack(day), DateCue.pack(toldOn), told));
        }
        return new SearchHit(doc.entry.ordinal(), doc.entry.memory().id(), sum(parts, doc, full), parts);
    }

    /// Whose clock says on which day a memory was told.
    private static ZoneId place(Memory memory, ZoneId otherwise) {
        return memory.timestamp() == null || memory.timestamp().offset() == null
                ? otherwise
                : memory.timestamp().offset();
    }

    private static double sum(Map<String, Double> parts, Doc doc, boolean full) {
        Map<String, Double> weights = doc.turn ? turn(doc.context, full) : fact(full);
        double reach = doc.turn ? .967 : .83;
        weights.keySet().retainAll(parts.keySet());
        double had = weights.values().stream().mapToDouble(w -> w).sum();
        double score = doc.turn ? -.10 * parts.get("long") : .17;
        for (var weight : weights.entrySet()) {
            score += weight.getValue() * Math.max(1, reach / had) * parts.get(weight.getKey());
        }
        return Math.clamp(score, 0.0, 1.0);
    }

    private static Map<String, Double> turn(boolean context, boolean full) {
        Map<String, Double> weights = new LinkedHashMap<>();
        weights.put(context ? "bmc" : "bm", full ? .137 : .329);
        weights.put(context ? "cosc" : "cos", full ? .094 : .329);
        if (full && context) {
            weights.put("ms", .133);
            weights.put("msc", .251);
        } else if (full) {
            weights.put("ms", .384);
        }
        weights.put("spk", .076);
        if (context) {
            weights.put("prevq", .009);
        }
        weights.put("len", .077);
        weights.put("whentemp", .05);
        weights.put("date", .157);
        return weights;
    }

    private static Map<String, Double> fact(boolean full) {
        Map<String, Double> weights = new LinkedHashMap<>();
        weights.put("bm", .75);
        weights.put("cos", full ? .61 : .66);
        if (full) {
            weights.put("ms", .05);
        }
        weights.put("rare", .3);
        weights.put("spk", .05);
        weights.put("date", .25);
        return weights;
    }

    /// Telling words by a way of its own: by expressions over the text instead of from character to character.
    private double rare(Doc doc, IndexQuery request) {
        String text = request.text();
        double best = 0;
        for (Word word : Analyzer.words(text)) {
            long holders = living.stream()
                    .filter(other -> other.tf.containsKey(word.term()))
                    .count();
            if (word.term() == null || holders != 1 || !living.contains(doc) || !doc.tf.containsKey(word.term())) {
                continue;
            }
            String surface = word.surface();
            String before = text.substring(0, word.start());
            boolean identifier = surface.matches(".*\\d.*")
                    && (surface.matches(".*\\D.*")
                            || (surface.matches("\\d{3,}") && !surface.matches("(19|20)\\d\\d"))
                            || before.matches("(?s).*[\\p{L}\\p{Nd}][-_./:#]"));
            boolean name = text.substring(word.start()).matches("(?s)\\p{Lu}.*")
                    && before.matches("(?s).*[\\p{L}\\p{Nd}][^.!?:;\n\\p{L}\\p{Nd}]*");
            long pieces = request.embedding() == null
                    ? 0
                    : request.embedding().spans().stream()
                            .filter(span -> word.start() <= span.start() && span.end() <= word.end())
                            .count();
            best = Math.max(best, identifier ? 1 : name || pieces >= 3 ? .4 : 0);
        }
        return best;
    }

    private boolean isHeld(String term) {
        return living.stream().anyMatch(doc -> doc.tf.containsKey(term));
    }

    private double bm(Doc doc, String text) {
        double score = 0;
        double idfs = 0;
        Set<String> terms = new HashSet<>();
        Map<String, Set<String>> termsOfWords = new HashMap<>();
        for (Word word : Analyzer.words(text)) {
            terms.addAll(word.terms());
            if (word.term() != null) {
                termsOfWords.put(word.term(), Set.copyOf(word.terms()));
            }
        }
        for (String term : terms) {
            double tf = 0;
            for (int o = 0; o < 7; o++) {
                tf += doc.around[o] == null ? 0 : G[o] * doc.around[o].tf.getOrDefault(term, 0);
            }
            double length = meanLength > 0 ? doc.lc() / meanLength : 1;
            score += tf == 0 ? 0 : idf(term) * tf * 1.9 / (tf + .9 * (1 - .4 + .4 * length));
            idfs += isHeld(term) ? idf(term) : 0;
        }
        for (Set<String> word : termsOfWords.values()) {
            idfs += word.stream().noneMatch(this::isHeld) ? Math.log(1 + (living.size() + .5) / .5) : 0;
        }
        double part = idfs == 0 ? 0 : Math.min(1, score / (1.9 * idfs));
        return doc.turn ? part : part * part;
    }

    private static double cos(Doc doc, float[] query) {
        PassageVectors passages = doc.entry.embedding().passages();
        if (!doc.context && passages != null) {
            return Math.clamp((nearest(passages, query) + .1) / 1.1, 0.0, 1.0);
        }
        double[] x = new double[query.length];
        for (int o = 0; o < 7; o++) {
            if (doc.around[o] != null && doc.around[o].entry.embedding() != null) {
                for (int i = 0; i < x.length; i++) {
                    x[i] += G[o] * doc.around[o].entry.embedding().vector()[i];
                }
            }
        }
        double dot = 0;
        double norm = 0;
        for (int i = 0; i < x.length; i++) {
            dot += x[i] * query[i];
            norm += x[i] * x[i];
        }
        return Math.clamp((dot / Math.sqrt(norm) + .1) / 1.1, 0.0, 1.0);
    }

    private static double nearest(PassageVectors passages, float[] query) {
        double largest = 0;
        for (float x : query) {
            largest = Math.max(largest, Math.abs(x));
        }
        double best = Double.NEGATIVE_INFINITY;
        for (int row = 0; row < passages.count(); row++) {
            double dot = 0;
            double squares = 0;
            for (int i = 0; i < query.length; i++) {
                byte x = passages.rows()[row * query.length + i];
                dot += x * (Math.round(query[i] / largest * 127) * largest / 127);
                squares += x * x;
            }
            best = Math.max(best, squares == 0 ? 0 : dot / Math.sqrt(squares));
        }
        return best;
    }

    private void tokenParts(Doc doc, String text, QueryEmbedding query, Map<String, Double> parts) {
        int count = query.spans().size();
        double[] w = new double[count];
        double sum = 0;
        for (int j = 0; j < count; j++) {
            for (Word word : Analyzer.words(text)) {
                boolean overlaps = word.start() < query.spans().get(j).end()
                        && query.spans().get(j).start() < word.end();
                if (overlaps) {
                    w[j] = word.term() == null ? 0 : idf(word.term());
                    break;
                }
            }
            sum += w[j];
        }
        double ms = 0;
        double msc = 0;
        for (int j = 0; j < count; j++) {
            double weight = sum > 0 ? w[j] / sum : 1.0 / count;
            double best = Double.NEGATIVE_INFINITY;
            for (int o = 0; o < 7; o++) {
                if (doc.around[o] != null && doc.around[o].tokens() != null) {
                    best = Math.max(best, match(doc.around[o], query, j) * (1 - .3 * (1 - G[o])));
                }
            }
            ms += weight * match(doc, query, j);
            msc += weight * best;
        }
        parts.put("ms", Math.clamp((ms - .2) / .7, 0.0, 1.0));
        if (doc.context) {
            parts.put("msc", Math.clamp((msc - .2) / .7, 0.0, 1.0));
        }
    }

    private static double match(Doc doc, QueryEmbedding query, int j) {
        byte[] mine = doc.tokens().rows();
        byte[] theirs = query.embedding().tokens().rows();
        double best = Double.NEGATIVE_INFINITY;
        for (int row = 0; row < mine.length; row += 64) {
            int dot = 0;
            for (int i = 0; i < 64; i++) {
                dot += mine[row + i] * theirs[j * 64 + i];
            }
            best = Math.max(best, dot / (127.0 * 127.0));
        }
        return best;
    }

    private double speaker(Doc doc, String text) {
        Set<String> speakers = named.computeIfAbsent(text, this::named);
        boolean his = speakers.size() == 1
                && doc.speaker != null
                && speakers.contains(doc.speaker.toLowerCase(Locale.ROOT))
                && living.contains(doc);
        return his ? 1 : 0;
    }

    private Set<String> named(String text) {
        Set<String> query = new HashSet<>();
        Analyzer.words(text).forEach(word -> query.add(word.surface()));
        Set<String> speakers = new HashSet<>();
        for (Doc other : living) {
            if (other.speaker != null
                    && Analyzer.words(other.speaker).stream().anyMatch(word -> query.contains(word.surface()))) {
                speakers.add(other.speaker.toLowerCase(Locale.ROOT));
            }
        }
        return speakers;
    }
}
