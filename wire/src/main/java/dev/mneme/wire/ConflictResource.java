package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Range;
import dev.mneme.wire.schema.Time;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A conflict.
@Doc("Two writes of one record, of which one won. Values are left out of changes, and of the results of writes.")
@JsonInclude(Include.NON_NULL)
public record ConflictResource(
        @Doc(value = "given by the server", example = "0193a000-0000-8000-8000-000000000000") @Form(Form.ID)
        String id,

        @Doc("the record that both wrote") About subject,

        @Doc("the version that both writes began with; left out when it is not known, or there was none") @Nullable
        Side base,

        @Doc("what was written and lost") Side mine,
        @Doc("what won and is stored") Side theirs,
        @Doc("when it was found") @Time String at,

        @Doc("whether somebody has decided") @OneOf({"open", "resolved"})
        String status,

        @Doc("how it was decided; left out while it is open") @Nullable
        Resolution resolution,

        @Doc("1; 2 once it is resolved; also its ETag") @Range(min = 1)
        long version)
        implements Current {

    /// The record that a conflict is about.
    @Doc("A record.")
    public record About(
            @OneOf({"memory", "context", "mode"}) String kind,

            @Doc("a memory's id, a context's key, the instance of a mode")
            String key) {}

    /// One version of a record.
    @Doc("One version of a record.")
    @JsonInclude(Include.NON_NULL)
    public record Side(
            @Doc("left out of what lost: it never became a version") @Nullable
            Long version,

            @Doc("its fields: of a memory text, metadata, categories, expiresAt; of a context data, contextType, mode,"
                    + " tags, expiresAt; of a mode currentMode, configuration; left out of a deletion")
            @Nullable
            Map<String, @Nullable Object> value,

            @Doc("whether it is a deletion") boolean deleted,
            @Doc("when it was written") @Time String at,
            @Doc("the id of the key that wrote it") String key,
            @Doc("the instance that wrote it") String instance) {}

    /// A decision.
    @Doc("A decision.")
    @JsonInclude(Include.NON_NULL)
    public record Resolution(
            @Doc("which value was taken") @OneOf({"mine", "theirs", "value"})
            String take,

            @Doc("the version of the record that it wrote; left out when it wrote none") @Nullable
            Long written,

            @Doc("when") @Time String at,
            @Doc("the id of the key that decided") String key,
            @Doc("the instance that decided") String instance) {}
}
