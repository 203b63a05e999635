package dev.mneme.api.json;

import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Times;
import dev.mneme.wire.ResponseResource;

/// A response source as the doors show it.
public final class ResponseMapping {
    private ResponseMapping() {}

    static Object chat(ResponseSource source) {
        return source.numbered().chat() ? (Object) Long.valueOf(source.chatId()) : source.chatId();
    }

    static Object message(ResponseSource source) {
        return source.numbered().message() ? (Object) Long.valueOf(source.messageId()) : source.messageId();
    }

    /// Which of two ids, each a string or a number, are numbers.
    public static NumberedIds numbered(Object chatId, Object messageId) {
        return new NumberedIds(chatId instanceof Long, messageId instanceof Long);
    }

    public static ResponseResource resource(ResponseSource source) {
        Mode mode = source.mode();
        return new ResponseResource(
                source.userId(),
                source.instanceId(),
                chat(source),
                message(source),
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
