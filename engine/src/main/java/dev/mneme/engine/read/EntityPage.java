package dev.mneme.engine.read;

import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A page of scope ids with counts, summed over shards and owners. Without a restriction the stored counts are used;
/// with one, the memories that it allows are counted.
public final class EntityPage {
    /// The order of the rows: by kind, then by the bytes of the id.
    private static final Comparator<Key> ORDER = Comparator.comparing(Key::kind)
            .thenComparing(key -> key.id().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private final Restriction restriction;
    private final @Nullable Entity after;
    private final int limit;
    private final TreeMap<Key, Entity> found = new TreeMap<>(ORDER);

    private record Key(OwnerKind kind, String id) {}

    public EntityPage(Restriction restriction, @Nullable Entity after, int limit) {
        this.restriction = restriction;
        this.after = after;
        this.limit = limit;
    }

    public void fill(Scans scans) {
        if (restriction.isNone()) {
            fillFromCounts(scans);
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

    /// No shard contributes more than a page.
    private void fillFromCounts(Scans scans) {
        Set<Key> fromShard = new HashSet<>();
        scans.entities(after, entity -> {
            fromShard.add(new Key(entity.kind(), entity.id()));
            if (fromShard.size() > limit) {
                return false;
            }
            count(entity);
            return true;
        });
    }

    /// Takes a shard's page.
    public void add(List<Entity> part) {
        part.forEach(this::count);
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
                count(new Entity(kind, id, 1, memory.createdAt(), memory.updatedAt()));
            }
        }
    }

    private void count(Entity entity) {
        Key key = new Key(entity.kind(), entity.id());
        if (after == null || ORDER.compare(key, new Key(after.kind(), after.id())) > 0) {
            found.merge(key, entity, Entity::and);
        }
    }

    public List<Entity> entities() {
        return found.entrySet().stream().limit(limit).map(Map.Entry::getValue).toList();
    }
}
