package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import org.jspecify.annotations.Nullable;

/// The payload of `error`.
@Doc("A message was refused, or a change does not fit into a message.")
@JsonInclude(Include.NON_NULL)
public record LiveError(
        @Doc(value = "as in the problems of the REST interface: branch on it", example = "version_conflict")
        String code,

        @Doc("what is wrong, and what to do") String message,
        @Nullable LiveErrorDetails details) {}
