package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;

/// A context is deleted.
@Doc("A context is deleted.")
public record ContextDeleted(
        @OneOf("DELETE") String event,
        String contextKey,

        @Doc("the deletion's; the next one has a higher one") @Range(min = 1)
        long version,

        @Doc(value = "the user's, after the write", example = "k7f3q2ab:1a4:43") @Form(Form.POSITION)
        String position) {}
