package dev.mneme.engine.index;

import dev.mneme.core.model.TokenVectors;
import java.util.Arrays;

/// Similarity of single memories with one query by token (MaxSim). A memory's products are computed when it, or a
/// neighbour of it, is first asked for.
final class TokenScores {
    private static final double UNIT = 127.0 * 127.0;

    private final Slots slots;
    private final TokenRows rows;
    private final QueryTokens query;
    private final double[] weights;
    private final Scratch scratch;
    private short[] products = new short[1 << 10];
    private int computed;

    TokenScores(OwnerMemories memories, TokenVectors tokens, double[] weights, Scratch scratch) {
        this.slots = memories.slots();
        this.rows = memories.tokens();
        this.query = new QueryTokens(tokens);
        this.weights = weights;
        this.scratch = scratch;
    }

    boolean has(int slot) {
        return rows.has(slot);
    }

    double alone(int slot) {
        int at = products(slot);
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            sum += weights[j] * products[at + j];
        }
        return Formula.tokensPart(sum / UNIT);
    }

    double inContext(int slot) {
        int[] at = new int[Kernel.NEIGHBOURS];
        for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
            int other = slots.neighbour(slot, i);
            at[i] = other != Slots.NONE && rows.has(other) ? products(other) : Slots.NONE;
        }
        int own = products(slot);
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            double best = products[own + j];
            for (int i = 0; i < Kernel.NEIGHBOURS; i++) {
                if (at[i] != Slots.NONE) {
                    best = Math.max(best, products[at[i] + j] * Kernel.tokenWeight(i));
                }
            }
            sum += weights[j] * best;
        }
        return Formula.tokensPart(sum / UNIT);
    }

    /// The place of the memory's best products, one for each token of the query.
    private int products(int slot) {
        if (scratch.productsOf[slot] > 0) {
            return scratch.productsOf[slot] - 1;
        }
        int at = computed * query.count();
        if (at + query.count() > products.length) {
            products = Arrays.copyOf(products, Math.max(at + query.count(), 2 * products.length));
        }
        rows.maxDots(query, slot, products, at);
        computed++;
        scratch.productsOf[slot] = at + 1;
        return at;
    }
}
