package dev.mneme.api.json;

import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Times;
import dev.mneme.wire.ResponseResource;

/// A response source as the doors show it.
public final class ResponseMapping {
    private ResponseMapping() {}

    public static ResponseResource resource(ResponseSource source) {
        Mode mode = source.mode();
        return new ResponseResource(
                source.userId(),
                source.instanceId(),
                source.chatId(),
                source.messageId(),
                mode == null ? null : mode.wireName(),
                source.sourceType().wireName(),
                source.provider(),
                source.model(),
                source.confidence(),
                source.responseHash(),
                PlainJson.of(source.metadata()),
                Times.format(source.at()));
    }
}
