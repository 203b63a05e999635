package dev.mneme.testkit;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.SearchResult.Hit;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The plainest scores that rank sensibly: `lexical` is the share of the query's words that the memory
/// has, `semantic` the cosine where it is above zero; the score is their mean, or the one there is. A
/// score of 0 is no hit. Of relative dates it knows "yesterday", which is a part `date` of such a query:
/// 1 for a memory of the day before the reference.
final class ModelSearch {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

    private final SearchQuery query;
    private final Set<String> wanted;

    ModelSearch(SearchQuery query) {
        this.query = query;
        this.wanted = query.text() == null ? Set.of() : words(query.text());
    }

    Optional<Hit> score(ModelOwner.Held held) {
        Map<String, Double> parts = new LinkedHashMap<>();
        if (query.text() != null) {
            parts.put("lexical", lexical(held.memory()));
        }
        Double semantic = semantic(held.embedding());
        if (semantic != null) {
            parts.put("semantic", semantic);
        }
        boolean spokenFor = parts.values().stream().anyMatch(part -> part > 0);
        if (spokenFor && wanted.contains("yesterday")) {
            parts.put("date", isOfYesterday(held.memory()) ? 1.0 : 0.0);
        }
        double score =
                parts.values().stream().mapToDouble(part -> part).average().orElse(0);
        return score > 0 && score >= query.threshold()
                ? Optional.of(new Hit(held.memory(), score, Map.copyOf(parts)))
                : Optional.empty();
    }

    private double lexical(Memory memory) {
        Set<String> has = words(memory.name() == null ? memory.text() : memory.name() + " " + memory.text());
        long shared = wanted.stream().filter(has::contains).count();
        return wanted.isEmpty() ? 0 : (double) shared / wanted.size();
    }

    private boolean isOfYesterday(Memory memory) {
        LocalDate yesterday = query.reference().toLocalDate().minusDays(1);
        Timestamp told = memory.timestamp() == null ? Timestamp.of(memory.createdAt()) : memory.timestamp();
        ZoneId place = told.offset() == null ? query.reference().getZone() : told.offset();
        return LocalDate.ofInstant(told.at(), place).equals(yesterday);
    }

    private @Nullable Double semantic(@Nullable Embedding theirs) {
        QueryEmbedding asked = query.embedding();
        if (asked == null || theirs == null || !asked.embedding().space().equals(theirs.space())) {
            return null;
        }
        double dot = 0;
        for (int i = 0; i < theirs.vector().length; i++) {
            dot += (double) theirs.vector()[i] * asked.embedding().vector()[i];
        }
        return Math.clamp(dot, 0.0, 1.0);
    }

    private static Set<String> words(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
