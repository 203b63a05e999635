package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of conflicts.
@Doc("A page of conflicts, the oldest first.")
public record ConflictList(
        List<ConflictResource> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor,

        @Doc("the owner's") @Form(Form.POSITION) String position) {}
