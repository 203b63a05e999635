package dev.mneme.api.request;

import dev.mneme.api.json.PlainJson;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.core.audit.NewResponse;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.SourceType;
import dev.mneme.wire.ResponseRequest;
import org.jspecify.annotations.Nullable;

/// Makes the core's new audit record from a request.
public final class NewResponses {
    private NewResponses() {}

    public static NewResponse of(ResponseRequest asked) {
        return new NewResponse(
                Owner.user(asked.userId()),
                asked.instanceId(),
                asked.chatId().toString(),
                asked.messageId().toString(),
                mode(asked.mode()),
                sourceType(asked.sourceType()),
                asked.provider(),
                asked.model(),
                asked.confidence(),
                asked.responseHash(),
                asked.metadata() == null ? JsonObject.EMPTY : PlainJson.toJson(asked.metadata()),
                SentTimes.instant(asked.timestamp()),
                ResponseMapping.numbered(asked.chatId(), asked.messageId()));
    }

    public static @Nullable Mode mode(@Nullable String name) {
        return name == null ? null : Mode.of(name).orElseThrow();
    }

    public static SourceType sourceType(String name) {
        return SourceType.of(name).orElseThrow();
    }
}
