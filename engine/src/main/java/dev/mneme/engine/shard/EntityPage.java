package dev.mneme.engine.shard;

import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A page of scope ids with counts, summed over shards and owners. Without a restriction the counts are kept ready;
/// with one, the memories that it lets through are counted.
final class EntityPage {
    private static final Comparator<Key> ORDER = Comparator.comparing(Key::kind).thenComparing(Key::id);

    private final Restriction restriction;
    private final @Nullable Key after;
    private final int limit;
    private final TreeMap<Key, Entity> found = new TreeMap<>(ORDER);

    private record Key(OwnerKind kind, String id) {}

    EntityPage(Restriction restriction, @Nullable Entity after, int limit) {
        this.restriction = restriction;
        this.after = after == null ? null : new Key(after.kind(), after.id());
        this.limit = limit;
    }

    void fill(Scans scans) {
        if (restriction.isNone()) {
            scans.entities(entity -> {
                count(entity);
                return true;
            });
        } else {
            Candidates.owners(scans, filter(), owner -> {
                scans.memories(owner.hash(), 0, (arrival, version) -> {
                    if (restriction.allows(version.memory().scope())) {
                        count(version.memory());
                    }
                    return true;
                });
                return true;
            });
        }
    }

    private Filter filter() {
        List<Filter> parts = new ArrayList<>();
        restriction.allowed().forEach((kind, ids) -> {
            List<Json> values = ids.stream().<Json>map(JsonString::new).toList();
            parts.add(new Filter.Compare(new Filter.Field.Scope(kind), Filter.Operator.IN, new JsonArray(values)));
        });
        return new Filter.And(parts);
    }

    private void count(Memory memory) {
        for (OwnerKind kind : OwnerKind.values()) {
            String id = memory.scope().id(kind);
            if (id != null) {
                count(new Entity(kind, id, 1, memory.updatedAt()));
            }
        }
    }

    private void count(Entity entity) {
        Key key = new Key(entity.kind(), entity.id());
        if (after == null || ORDER.compare(key, after) > 0) {
            found.merge(key, entity, Scans::sum);
        }
    }

    List<Entity> entities() {
        return found.entrySet().stream().limit(limit).map(Map.Entry::getValue).toList();
    }
}
