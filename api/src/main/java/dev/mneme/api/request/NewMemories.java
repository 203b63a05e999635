package dev.mneme.api.request;

import dev.mneme.api.json.ParsedHeap;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.memory.AddItem;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Timestamp;
import dev.mneme.wire.AddRequest;
import dev.mneme.wire.Given;
import dev.mneme.wire.MemoryItem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The memories of an add.
///
/// @param many whether they came as `items`, each with a result of its own
public record NewMemories(boolean many, List<AddItem> items) {
    /// @param refused what was wrong with items when they were read, by their places
    /// @param heap counts what is kept of refused items
    public static NewMemories of(AddRequest sent, Map<Integer, MnemeException> refused, ParsedHeap heap) {
        List<MemoryItem> items = sent.items();
        if (items == null) {
            return new NewMemories(false, List.of(new AddItem.Valid(memory(single(sent), null))));
        }
        requireDefaultsAlone(sent);
        List<AddItem> all = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            MnemeException refusal = refused.get(i);
            all.add(refusal == null ? item(items.get(i), sent, i, heap) : new AddItem.Invalid(refusal));
        }
        return new NewMemories(true, all);
    }

    private static AddItem item(MemoryItem item, AddRequest defaults, int index, ParsedHeap heap) {
        try {
            return new AddItem.Valid(memory(item, defaults));
        } catch (MnemeException e) {
            heap.addRefusal();
            return new AddItem.Invalid(e.within(place(index)));
        }
    }

    /// The failure of an item under the caller's name for it, since the core does not know the item's place.
    public static MnemeException placed(MnemeException failure, int index) {
        String field = failure.field();
        boolean known = field == null || field.startsWith(place(index));
        return known ? failure : failure.within(place(index));
    }

    private static String place(int index) {
        return "items[" + index + "]";
    }

    private static void requireDefaultsAlone(AddRequest request) {
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        others.put("text", request.text());
        others.put("role", request.role());
        others.put("categories", request.categories());
        others.put("timestamp", request.timestamp());
        others.put("expiresAt", request.expiresAt());
        others.put("vector", request.vector());
        others.put("embedder", request.embedder());
        others.put("dedupe", request.dedupe());
        others.forEach((name, value) -> {
            if (value != null) {
                throw MnemeException.invalid(
                        name, name + " goes into the items: only scope ids and metadata may stand beside items.");
            }
        });
    }

    private static MemoryItem single(AddRequest request) {
        if (request.text() == null) {
            throw MnemeException.invalid("text", "text is needed: one memory's text, or items for many.");
        }
        return new MemoryItem(
                request.userId(),
                request.agentId(),
                request.appId(),
                request.runId(),
                request.text(),
                request.role(),
                request.metadata(),
                request.categories(),
                request.timestamp(),
                request.expiresAt(),
                request.vector(),
                request.embedder(),
                request.dedupe());
    }

    private static NewMemory memory(MemoryItem item, @Nullable AddRequest defaults) {
        return new NewMemory(
                new ScopeIds(
                        id(item.userId(), defaults == null ? null : defaults.userId()),
                        id(item.agentId(), defaults == null ? null : defaults.agentId()),
                        id(item.appId(), defaults == null ? null : defaults.appId()),
                        id(item.runId(), defaults == null ? null : defaults.runId())),
                item.text(),
                item.role(),
                null,
                metadata(item.metadata(), defaults == null ? null : defaults.metadata()),
                item.categories() == null ? List.of() : item.categories(),
                timestamp(item.timestamp()),
                SentTimes.instant(item.expiresAt()),
                item.vector(),
                item.embedder(),
                item.dedupe() == null || item.dedupe());
    }

    private static @Nullable String id(Given<String> own, @Nullable Given<String> otherwise) {
        return own.present() || otherwise == null ? own.value() : otherwise.value();
    }

    private static JsonObject metadata(
            @Nullable Map<String, @Nullable Object> own, @Nullable Map<String, @Nullable Object> otherwise) {
        if (own == null && otherwise == null) {
            return JsonObject.EMPTY;
        }
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        if (otherwise != null) {
            all.putAll(otherwise);
        }
        if (own != null) {
            all.putAll(own);
        }
        return PlainJson.toJson(all);
    }

    /// The timestamp; the text was read before, so it is one.
    private static @Nullable Timestamp timestamp(@Nullable String time) {
        return time == null ? null : Times.timestamp(time);
    }
}
