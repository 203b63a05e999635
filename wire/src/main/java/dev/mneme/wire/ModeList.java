package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The modes of a user's instances.
@Doc("The modes of a user's instances.")
public record ModeList(
        @Doc("by the name of the instance") List<ModeResource> items,

        @Doc("the user's as a whole: that of the instance which was switched last; null: none has a mode") @Nullable
        ModeResource current,

        @Doc(value = "the user's, which it is true at", example = "k7f3q2ab:1a4:42") @Form(Form.POSITION)
        String position) {}
