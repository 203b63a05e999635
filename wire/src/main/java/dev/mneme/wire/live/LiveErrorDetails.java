package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an `error` is about. Members that do not apply are left out.
@Doc("What an error is about.")
@JsonInclude(Include.NON_NULL)
public record LiveErrorDetails(
        @Doc("the id of the message that was refused") @Nullable
        String inReplyTo,

        @Doc("the field at fault") @Nullable String field,
        @Doc("when to try again") @Nullable Long retryAfterMillis,

        @Doc("the record that the error is about, where the server says it unasked") @Nullable
        String subject,

        @Doc("of a version conflict: the version that is there; 0: there is none") @Nullable
        Long currentVersion,

        @Doc("of a version conflict: the context that is there") @Nullable
        LiveContextSync current,

        @Doc("of a version conflict: that context's document") @Nullable
        Object data,

        @Doc("of a version conflict: the JSON Pointers where the edits clash") @Nullable
        List<String> paths) {
    /// Whether there is nothing to say.
    public boolean bare() {
        return inReplyTo == null
                && field == null
                && retryAfterMillis == null
                && subject == null
                && currentVersion == null;
    }
}
