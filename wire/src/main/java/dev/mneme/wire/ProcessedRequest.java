package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Length;
import org.jspecify.annotations.Nullable;

/// Who has processed a sync event.
@Doc(value = "Who has processed a sync event.", example = "{\"userId\":\"alice\",\"instanceId\":\"phone\"}")
public record ProcessedRequest(
        @Doc(value = "whose event it is", example = "alice") @Length(min = 1, max = 256)
        String userId,

        @Doc("the instance that has; left out: the writing one") @Nullable @Length(min = 1, max = 128)
        String instanceId) {}
