package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Form;
import dev.mneme.wire.schema.OneOf;
import dev.mneme.wire.schema.Time;
import org.jspecify.annotations.Nullable;

/// An API key.
@Doc("An API key.")
@JsonInclude(Include.NON_NULL)
public record KeyResource(
        @Form(Form.KEY_ID) String id,

        @Doc(value = "what it is for", example = "alice's desk")
        String name,

        @Doc("what it may do") @OneOf({"admin", "write", "read"})
        String role,

        @Doc("which data it may touch; left out: all") KeyRequest.@Nullable Restrict restrict,
        @Time String createdAt,

        @Doc("from then on it opens nothing") @Nullable @Time
        String expiresAt,

        @Doc("how many requests it may make; left out: the server's default")
        KeyRequest.@Nullable Rate rate,

        @Doc(value = "the secret: only in the answer that made it", example = "mk_…") @Nullable
        String key) {

    @Override
    public String toString() {
        return "KeyResource[id=" + id + ", key=***]";
    }
}
