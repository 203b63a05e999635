package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import org.jspecify.annotations.Nullable;

/// The result of a write to a mode.
@Doc("What became of a mode: `mode`, or of a switch that failed the `transition` that records it.")
@JsonInclude(Include.NON_NULL)
public record ModeWritten(
        @Doc("what the write did; NONE: it was so already") @OneOf({"ADD", "UPDATE", "NONE"})
        String event,

        @Doc("as the write left it") @Nullable ModeResource mode,
        @Doc("the attempt that failed") @Nullable TransitionResource transition,

        @Doc(value = "the user's, after the write", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
