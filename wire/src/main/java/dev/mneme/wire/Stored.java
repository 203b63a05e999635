package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// The result for a memory that was sent.
@Doc("What became of a memory that was sent.")
public record Stored(
        @Doc("what the write did; NONE: it was there already") @OneOf({"ADD", "UPDATE", "NONE"})
        String event,

        @Doc("as the write left it") MemoryResource memory,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
