package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;

/// The result of a write to a sync event.
@Doc("What a write did to a sync event.")
public record SyncEventWritten(
        @Doc("ADD: it was posted; UPDATE: it is processed now; NONE: it was before") @OneOf({"ADD", "UPDATE", "NONE"})
        String event,

        @Doc("as the write left it") SyncEventResource syncEvent,

        @Doc(value = "the owner's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
