package dev.mneme.core.audit;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/// The prices of models, in the operator's currency. Immutable.
///
/// @param byModel by `provider/model`, or by the model's name alone for every provider of it
public record Prices(Map<String, Price> byModel) {
    public static final Prices NONE = new Prices(Map.of());

    private static final int PER_TOKENS = 6; // prices are for 10^6 tokens

    public Prices {
        byModel = Map.copyOf(byModel);
    }

    /// @param prompt price of 1,000,000 prompt tokens
    /// @param completion price of 1,000,000 completion tokens
    public record Price(BigDecimal prompt, BigDecimal completion) {}

    /// The cost of an answer: the one that its metadata give, else one computed from the table. Empty where neither is
    /// possible, since there is no price, or one of the two numbers of tokens is missing.
    Optional<BigDecimal> cost(String provider, String model, Usage usage) {
        if (usage.cost() != null) {
            return Optional.of(usage.cost());
        }
        Price price = byModel.getOrDefault(provider + "/" + model, byModel.get(model));
        if (price == null || usage.promptTokens() == null || usage.completionTokens() == null) {
            return Optional.empty();
        }
        BigDecimal prompt = price.prompt().multiply(BigDecimal.valueOf(usage.promptTokens()));
        BigDecimal completion = price.completion().multiply(BigDecimal.valueOf(usage.completionTokens()));
        return Optional.of(prompt.add(completion).movePointLeft(PER_TOKENS));
    }
}
