package dev.mneme.api.websocket;

import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.wire.live.LivePresence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Packs a user's modes and contexts into payloads that each fit into a message.
///
/// Each payload has the user's mode as a whole; everything else is in one of them. Whatever is too large for a message
/// of its own is left out, and named.
///
/// **Threads**: one.
final class StateParts {
    private static final int MAX_BYTES = 32 << 20;
    private static final int SEPARATORS = 8;

    /// The content of one payload.
    record Content(
            List<Payloads.Raw> modes,
            Map<String, Payloads.Raw> contexts,
            @Nullable LivePresence presence) {}

    private final int roomAtAll;
    private final List<Content> contents = new ArrayList<>();
    private final List<MnemeException> leftOut = new ArrayList<>();
    private Payloads.@Nullable Raw modeState;
    private int room;
    private int perPart;
    private long bytes;
    private final Map<String, Payloads.Raw> pending = new LinkedHashMap<>();

    /// @param messageBytes of one message
    StateParts(int messageBytes) {
        this.roomAtAll = messageBytes - WebSocketConfig.ENVELOPE_BYTES;
        this.perPart = roomAtAll;
        next();
    }

    private void next() {
        contents.add(new Content(new ArrayList<>(), new LinkedHashMap<>(), null));
        room = perPart;
    }

    /// @param only the instances to include; null: all
    void modes(List<ModeState> all, @Nullable Set<String> only) {
        Optional<ModeState> current = ModeService.current(all);
        if (current.isPresent()) {
            Payloads.Raw whole = raw(Payloads.modeUpdate(current.get(), true));
            modeState = whole.length() <= roomAtAll / 2
                    ? whole
                    : raw(Payloads.modeUpdate(current.get().withoutConfiguration(), true));
            perPart -= modeState.length();
            room = perPart;
        }
        for (ModeState state : all) {
            if (only == null || only.contains(state.instanceId())) {
                Payloads.Raw raw = raw(Payloads.modeUpdate(state, true));
                if (fits(raw.length(), "mode of the instance", state.instanceId(), "instanceId")) {
                    contents.getLast().modes().add(raw);
                }
            }
        }
    }

    /// @return true
    /// @throws MnemeException `too_large` when the state is more than can be sent
    boolean context(Context context) {
        add(context, false);
        return true;
    }

    private void add(Context context, boolean deleted) {
        Payloads.Raw raw = raw(Payloads.contextSync(context, deleted));
        bytes += raw.length();
        if (bytes > MAX_BYTES) {
            throw new MnemeException(
                    ErrorCode.TOO_LARGE,
                    "The contexts are more than " + (MAX_BYTES >> 20)
                            + " MiB together: list them over REST, page by page, and go on from there.");
        }
        pending.put(context.key(), raw);
    }

    /// Keeps only the contexts that changed, and lists as deleted those of them that no longer exist.
    ///
    /// @param changed the last change of each
    void keep(Map<String, Context> changed) {
        pending.keySet().retainAll(changed.keySet());
        changed.values().stream()
                .filter(last -> !pending.containsKey(last.key()))
                .toList()
                .forEach(last -> add(last, true));
    }

    private boolean fits(int length, String what, String name, String field) {
        int needed = length + SEPARATORS;
        if (needed > perPart) {
            leftOut.add(MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    field,
                    "The " + what + " '" + name
                            + "' is larger than a message and not in the state: read it over REST."));
            return false;
        }
        if (needed > room) {
            next();
        }
        room -= needed;
        return true;
    }

    /// Comes last: adds the contexts, and who is connected, wherever they fit.
    void finish(List<LivePresence> lists) {
        pending.forEach((key, raw) -> {
            if (fits(raw.length() + JsonWriter.bytes(key).length, "context", key, "contextKey")) {
                contents.getLast().contexts().put(key, raw);
            }
        });
        for (LivePresence list : lists) {
            int length = JsonWriter.bytes(list).length;
            if (length > room || contents.getLast().presence() != null) {
                next();
            }
            Content last = contents.removeLast();
            contents.add(new Content(last.modes(), last.contexts(), list));
            room -= length;
        }
    }

    /// Whatever was too large for a message.
    List<MnemeException> leftOut() {
        return leftOut;
    }

    /// @param since the position after which the state has the changes; null: it has everything
    List<Payloads.State> payloads(@Nullable String since, long timestamp) {
        int parts = contents.size();
        List<Payloads.State> payloads = new ArrayList<>();
        for (Content content : contents) {
            payloads.add(new Payloads.State(
                    modeState,
                    content.modes(),
                    content.contexts(),
                    content.presence(),
                    timestamp,
                    since,
                    parts == 1 ? null : payloads.size() + 1,
                    parts == 1 ? null : parts));
        }
        return payloads;
    }

    private static Payloads.Raw raw(Object value) {
        byte[] json = JsonWriter.bytes(value);
        return new Payloads.Raw(new String(json, StandardCharsets.UTF_8), json.length);
    }
}
