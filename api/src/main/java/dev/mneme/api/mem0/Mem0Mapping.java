package dev.mneme.api.mem0;

import dev.mneme.api.json.MemoryMapping;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Times;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.wire.mem0.HistoryEntry;
import dev.mneme.wire.mem0.MemoryItem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Shows memories in the form that mem0's clients know.
final class Mem0Mapping {
    private Mem0Mapping() {}

    static MemoryItem item(Memory memory, Instant now) {
        return item(memory, now, null, null);
    }

    /// @param explained whether to show the parts of the score
    static MemoryItem item(SearchResult.Hit hit, Instant now, boolean explained) {
        return item(hit.memory(), now, Mem0Score.of(hit.score()), explained ? hit.parts() : null);
    }

    private static MemoryItem item(
            Memory memory, Instant now, @Nullable Double score, @Nullable Map<String, Double> parts) {
        ScopeIds scope = memory.scope();
        return new MemoryItem(
                memory.id().toString(),
                memory.text(),
                scope.userId(),
                scope.agentId(),
                scope.appId(),
                scope.runId(),
                scope.runId(),
                md5(memory.text()),
                memory.name(),
                memory.role(),
                PlainJson.of(Immutability.shown(memory)),
                memory.categories(),
                score,
                parts,
                parts,
                Mem0Times.expirationDate(memory.expiresAt()),
                null,
                memory.replacedBy() == null ? null : memory.replacedBy().toString(),
                false,
                state(memory, now),
                memory.immutable(),
                MemoryMapping.instant(memory.timestamp()),
                Times.format(createdAt(memory)),
                Times.format(memory.updatedAt()));
    }

    /// When a memory was told, by the `timestamp` of its add, or else when it came. The filters and orders of this door
    /// use it too.
    static Instant createdAt(Memory memory) {
        return memory.timestamp() == null
                ? memory.createdAt()
                : memory.timestamp().at();
    }

    private static String state(Memory memory, Instant now) {
        if (memory.expired(now)) {
            return "expired";
        }
        return memory.replacedBy() == null ? "active" : "superseded";
    }

    static List<HistoryEntry> history(List<MemoryVersion> versions) {
        List<HistoryEntry> entries = new ArrayList<>();
        String before = null;
        for (MemoryVersion version : versions) {
            boolean deleted = version.event() == MemoryEvent.DELETE;
            String text = version.memory().text();
            entries.add(entry(version, deleted ? text : before, deleted ? null : text));
            before = text;
        }
        return entries;
    }

    private static HistoryEntry entry(MemoryVersion version, @Nullable String old, @Nullable String now) {
        Memory memory = version.memory();
        ScopeIds scope = memory.scope();
        String id = memory.id().toString();
        String role = memory.role() == null ? "user" : memory.role();
        return new HistoryEntry(
                UUID.nameUUIDFromBytes((id + ":" + version.version()).getBytes(StandardCharsets.UTF_8))
                        .toString(),
                id,
                now == null ? List.of() : List.of(new HistoryEntry.Message(role, now)),
                old,
                now,
                scope.userId(),
                scope.agentId(),
                scope.appId(),
                scope.runId(),
                memory.name(),
                memory.role(),
                memory.categories(),
                version.event().name(),
                version.event() == MemoryEvent.DELETE,
                PlainJson.of(Immutability.shown(memory)),
                Times.format(createdAt(memory)),
                Times.format(version.at()));
    }

    /// A hash that clients may use to tell texts apart; nothing here relies on it.
    private static String md5(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
    }
}
