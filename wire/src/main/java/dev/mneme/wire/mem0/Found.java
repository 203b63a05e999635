package dev.mneme.wire.mem0;

import java.util.List;

/// What was found or done, under the one name that mem0 has for lists.
public record Found<T>(List<T> results) {}
