package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// The result of a decision on a conflict.
@Doc("What a decision did.")
public record ConflictWritten(
        @OneOf("UPDATE") String event,
        @Doc("as it is now, without the values") ConflictResource conflict,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
