package dev.mneme.core.audit;

import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SourceType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which response sources are asked for. A source must meet every condition; null is no condition.
///
/// @param tool one that the answer used: see [Usage]
/// @param since inclusive, `until` exclusive; compared with the answer's own time
public record ResponseFilter(
        @Nullable String instanceId,
        @Nullable String chatId,
        @Nullable String messageId,
        @Nullable Mode mode,
        @Nullable SourceType sourceType,
        @Nullable String provider,
        @Nullable String model,
        @Nullable String tool,
        @Nullable Instant since,
        @Nullable Instant until) {
    public static final ResponseFilter ALL =
            new ResponseFilter(null, null, null, null, null, null, null, null, null, null);

    boolean matches(ResponseSource source) {
        return is(instanceId, source.instanceId())
                && is(chatId, source.chatId())
                && is(messageId, source.messageId())
                && is(mode, source.mode())
                && is(sourceType, source.sourceType())
                && is(provider, source.provider())
                && is(model, source.model())
                && (since == null || !source.at().isBefore(since))
                && (until == null || source.at().isBefore(until))
                && (tool == null || Usage.tools(source.metadata()).contains(tool));
    }

    private static <T> boolean is(@Nullable T wanted, @Nullable T there) {
        return wanted == null || wanted.equals(there);
    }
}
