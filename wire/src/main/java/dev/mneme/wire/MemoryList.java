package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of memories.
@Doc("A page of memories.")
public record MemoryList(
        List<MemoryResource> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor,

        @Doc("the owner's, when one owner was asked") @JsonInclude(Include.NON_NULL) @Nullable @Form(Form.POSITION)
        String position) {}
