package dev.mneme.core.model;

import java.util.List;

/// A query as numbers: the embedding, with one span of the query's characters for each token row, in order.
public record QueryEmbedding(Embedding embedding, List<Span> spans) {
    /// The characters `[start, end)` of the query, in UTF-16 units, that a token stands for.
    public record Span(int start, int end) {}

    public QueryEmbedding {
        spans = List.copyOf(spans);
    }
}
