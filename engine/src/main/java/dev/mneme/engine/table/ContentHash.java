package dev.mneme.engine.table;

import dev.mneme.core.model.Memory;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Sha256;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.Wording;
import dev.mneme.engine.codec.ByteWriter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What makes two memories the same memory: the four scope ids, the text (NFC, trimmed), the role and
/// the caller's timestamp, whatever its offset.
public final class ContentHash {
    private ContentHash() {}

    public static byte[] of(Memory memory) {
        return of(memory.scope(), memory.text(), memory.role(), memory.timestamp());
    }

    public static byte[] of(ScopeIds scope, String text, @Nullable String role, @Nullable Timestamp timestamp) {
        ByteWriter content = new ByteWriter(text.length() + 64)
                .nullableString(scope.userId())
                .nullableString(scope.agentId())
                .nullableString(scope.appId())
                .nullableString(scope.runId())
                .string(Wording.of(text))
                .nullableString(role)
                .nullableInstant(timestamp == null ? null : timestamp.at());
        return Arrays.copyOf(Sha256.of(content.toByteArray()), 16);
    }
}
