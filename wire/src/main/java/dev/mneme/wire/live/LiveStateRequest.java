package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of `state-request`.
@Doc("Which parts of the state are asked for.")
@JsonInclude(Include.NON_NULL)
public record LiveStateRequest(
        @Doc("mode, contexts, presence, responses; left out: all of them") @Nullable
        List<String> include,

        @Doc("only what changed after this position") @Nullable
        String since) {}
