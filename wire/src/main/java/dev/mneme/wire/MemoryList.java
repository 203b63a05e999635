package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of memories.
///
/// @param nextCursor asks for the next page; null at the end
/// @param position the owner's, when one owner was asked
public record MemoryList(
        List<MemoryResource> items,
        @Nullable String nextCursor,
        @JsonInclude(Include.NON_NULL) @Nullable String position) {}
