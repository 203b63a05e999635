package dev.mneme.wire.mem0;

import java.util.List;

/// Results of any kind, under mem0's one name for lists.
public record Found<T>(List<T> results) {}
