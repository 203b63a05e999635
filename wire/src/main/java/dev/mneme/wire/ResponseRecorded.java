package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// The result for an answer that was sent to be recorded.
@Doc("What became of an answer that was sent to be recorded.")
public record ResponseRecorded(
        @Doc("NONE: it was recorded already") @OneOf({"ADD", "NONE"})
        String event,

        @Doc("as it is recorded") ResponseResource response,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
