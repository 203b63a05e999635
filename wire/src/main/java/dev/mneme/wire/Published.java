package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;

/// The result of a publication.
@Doc("What became of a publication: it is stored, and told to the user's live connections.")
public record Published(
        @Doc("always true: what fails is a problem") boolean success,

        @Doc("NONE: it was there already") @OneOf({"ADD", "UPDATE", "NONE"})
        String event,

        @Doc("of what is stored") @Range(min = 1) long version,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
