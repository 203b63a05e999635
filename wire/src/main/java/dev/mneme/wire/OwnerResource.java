package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import org.jspecify.annotations.Nullable;

/// What there is of one owner.
@Doc("What there is of one owner. To a key that does not see all of the owner the counts are of the memories that it"
        + " sees; the others are left out.")
@JsonInclude(Include.NON_NULL)
public record OwnerResource(
        @OneOf({"user", "agent", "app", "run"}) String kind,
        @Doc(value = "its id", example = "alice") String id,

        @Doc("of its latest change") @Form(Form.POSITION) String position,

        @Doc("expired ones too") @Range(min = 0) long memories,

        @Doc("that have not expired") @Nullable @Range(min = 0)
        Long contexts,

        @Doc("instances that have one") @Nullable @Range(min = 0)
        Long modes,

        @Nullable @Range(min = 0) Long transitions,

        @Doc("in the audit of answers") @Nullable @Range(min = 0)
        Long responses,

        @Doc("that have not expired") @Nullable @Range(min = 0)
        Long syncEvents,

        @Doc("that can still be read") @Nullable @Range(min = 0)
        Long changes) {}
