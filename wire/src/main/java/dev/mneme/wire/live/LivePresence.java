package dev.mneme.wire.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The payload of `presence`, and what `state-response` says of it.
@Doc("Which instances of the user are connected.")
@JsonInclude(Include.NON_NULL)
public record LivePresence(
        List<LivePresent> instances,

        @Doc("how many instances there are; more than are listed when there are very many")
        int total,

        @Doc("which part of the list this is, where it takes several messages") @Nullable
        Integer part,

        @Doc("how many parts there are") @Nullable Integer parts) {}
