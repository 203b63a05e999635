package dev.mneme.core.model;

import java.util.List;

/// A query as numbers: the embedding and, for each of its token rows in order, the characters of the query that the
/// token stands for.
public record QueryEmbedding(Embedding embedding, List<Span> spans) {
    /// The characters `[start, end)` of the query, in UTF-16 units, that a token stands for.
    public record Span(int start, int end) {}

    public QueryEmbedding {
        spans = List.copyOf(spans);
    }
}
