package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// A memory is deleted.
@Doc("A memory is deleted.")
public record Deleted(
        @OneOf("DELETE") String event,
        @Form(Form.ID) String id,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:43") @Form(Form.POSITION)
        String position) {}
