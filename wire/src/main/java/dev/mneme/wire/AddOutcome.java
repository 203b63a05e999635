package dev.mneme.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Either;
import org.jspecify.annotations.Nullable;

/// What became of one of many: the parts of [Stored], or `error`.
@Either({Stored.class, AddRefused.class})
@Doc("What became of one of many.")
@JsonInclude(Include.NON_NULL)
public record AddOutcome(
        @Nullable String event,
        @Nullable MemoryResource memory,
        @Nullable String position,
        @Nullable Problem error) {}
