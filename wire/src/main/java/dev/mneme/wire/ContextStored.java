package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// The result for a context that was put.
@Doc("What became of a context that was put.")
public record ContextStored(
        @Doc("what the write did; NONE: it was so already, or another's version was left in place")
        @OneOf({"ADD", "UPDATE", "NONE"})
        String event,

        @Doc("as the write left it") ContextResource context,

        @Doc(value = "the user's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
