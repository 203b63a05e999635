package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import org.jspecify.annotations.Nullable;

/// The payload of the server's `disconnect`.
@Doc("The server is about to close the connection.")
@JsonInclude(Include.NON_NULL)
public record LiveDisconnect(
        @Doc("why") String reason,
        @Doc("the error code, if it is an error") @Nullable String code,

        @Doc("the position of the last message that was sent: connect again with it") @Nullable
        String resumeFrom) {}
