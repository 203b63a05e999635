package dev.mneme.core.audit;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ResponseSource;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sums over response sources, as a whole and by group. An answer that used several tools counts in the group of each
/// of them. An answer without a mode, or without tools, counts in the group without a key.
///
/// @param groups days in their order; other groups by their number of answers, most first, then by key
public record ResponseTotals(Sum all, List<Group> groups) {
    /// What answers are grouped by.
    public enum By {
        PROVIDER,
        MODEL,
        MODE,
        SOURCE_TYPE,
        TOOL,
        /// The day of the answer's own time, in UTC.
        DAY;

        private List<@Nullable String> keys(ResponseSource source, Usage usage) {
            return switch (this) {
                case PROVIDER -> List.of(source.provider());
                case MODEL -> List.of(source.model());
                case MODE ->
                    source.mode() == null ? NO_KEY : List.of(source.mode().wireName());
                case SOURCE_TYPE -> List.of(source.sourceType().wireName());
                case TOOL -> usage.tools().isEmpty() ? NO_KEY : new ArrayList<>(usage.tools());
                case DAY ->
                    List.of(source.at().atZone(ZoneOffset.UTC).toLocalDate().toString());
            };
        }
    }

    private static final List<@Nullable String> NO_KEY = java.util.Collections.singletonList(null);

    /// @param key null for the group of answers that have none
    public record Group(@Nullable String key, Sum sum) {}

    /// @param meanConfidence over the answers that have one; null when none does
    /// @param cost over the answers whose cost is known
    /// @param unpriced how many answers have no known cost
    public record Sum(
            long responses,
            @Nullable Double meanConfidence,
            long promptTokens,
            long completionTokens,
            long totalTokens,
            BigDecimal cost,
            long unpriced) {}

    /// Adds up. Used by one thread.
    static final class Adding {
        static final int MAX_GROUPS = 10_000;

        private final By by;
        private final Prices prices;
        private final Running all = new Running();
        private final Map<Optional<String>, Running> groups = new HashMap<>();

        Adding(By by, Prices prices) {
            this.by = by;
            this.prices = prices;
        }

        /// @throws MnemeException `too_large` when there are too many groups to be held
        void add(ResponseSource source) {
            Usage usage = Usage.of(source.metadata());
            BigDecimal cost =
                    prices.cost(source.provider(), source.model(), usage).orElse(null);
            all.add(source, usage, cost);
            for (String key : by.keys(source, usage)) {
                group(Optional.ofNullable(key)).add(source, usage, cost);
            }
        }

        private Running group(Optional<String> key) {
            Running group = groups.get(key);
            if (group == null) {
                if (groups.size() == MAX_GROUPS) {
                    throw MnemeException.at(
                            ErrorCode.TOO_LARGE,
                            "by",
                            "There are more than " + MAX_GROUPS + " groups: narrow them with since and until.");
                }
                group = new Running();
                groups.put(key, group);
            }
            return group;
        }

        ResponseTotals totals() {
            Comparator<Group> byKey = Comparator.comparing(Group::key, Comparator.nullsLast(Comparator.naturalOrder()));
            Comparator<Group> byCount = Comparator.comparingLong(
                            (Group group) -> group.sum().responses())
                    .reversed();
            List<Group> sorted = groups.entrySet().stream()
                    .map(entry -> new Group(
                            entry.getKey().orElse(null), entry.getValue().sum()))
                    .sorted(by == By.DAY ? byKey : byCount.thenComparing(byKey))
                    .toList();
            return new ResponseTotals(all.sum(), sorted);
        }
    }

    private static final class Running {
        private long responses;
        private long confident;
        private double confidence;
        private long promptTokens;
        private long completionTokens;
        private long totalTokens;
        private BigDecimal cost = BigDecimal.ZERO;
        private long unpriced;

        void add(ResponseSource source, Usage usage, @Nullable BigDecimal its) {
            responses++;
            if (source.confidence() != null) {
                confident++;
                confidence += source.confidence();
            }
            promptTokens += orZero(usage.promptTokens());
            completionTokens += orZero(usage.completionTokens());
            totalTokens += orZero(usage.totalTokens());
            if (its == null) {
                unpriced++;
            } else {
                cost = cost.add(its);
            }
        }

        private static long orZero(@Nullable Long number) {
            return number == null ? 0 : number;
        }

        Sum sum() {
            return new Sum(
                    responses,
                    confident == 0 ? null : Double.valueOf(confidence / confident),
                    promptTokens,
                    completionTokens,
                    totalTokens,
                    cost,
                    unpriced);
        }
    }
}
