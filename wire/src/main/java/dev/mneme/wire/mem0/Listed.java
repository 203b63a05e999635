package dev.mneme.wire.mem0;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// A list of mem0's own server, which has no pages.
///
/// @param more whether there are others, older than these
public record Listed<T>(
        List<T> results, @JsonProperty("has_more") boolean more) {}
