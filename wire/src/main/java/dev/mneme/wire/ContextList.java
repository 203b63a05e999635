package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of contexts.
@Doc("A page of contexts, in the order of their keys; shorter than asked for where they are large.")
public record ContextList(
        List<ContextResource> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor,

        @Doc("the user's") @Form(Form.POSITION) String position) {}
