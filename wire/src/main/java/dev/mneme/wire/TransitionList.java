package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of transitions.
@Doc("A page of transitions.")
public record TransitionList(
        @Doc("newest first") List<TransitionResource> items,

        @Doc("asks for the next page; null at the end") @Nullable
        String nextCursor,

        @Doc(value = "the user's, which it is true at", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
