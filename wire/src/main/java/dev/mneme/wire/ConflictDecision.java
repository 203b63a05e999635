package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A decision on a conflict.
@Doc(value = "A decision on a conflict.", example = """
                {"take":"value","value":{"text":"I am allergic to peanuts and cashews"}}""")
public record ConflictDecision(
        @Doc("mine or value: the record's next version; theirs: the record stays as it is")
        @OneOf({"mine", "theirs", "value"})
        String take,

        @Doc("for take value: the fields to be stored, named as in the conflict; what is left out stays as in theirs")
        @Nullable
        Map<String, @Nullable Object> value,

        @Doc("the version of the record that the writer saw; left out: that of theirs; 0: must not exist")
        @Nullable
        @Range(min = 0)
        Long expectedVersion) {}
