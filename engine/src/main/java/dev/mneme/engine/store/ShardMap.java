package dev.mneme.engine.store;

import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.ShardId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/// Which shard has which owners: every slot lies in one. It says nothing of where a shard is.
///
/// **Threads**: any; it does not change.
public final class ShardMap {
    private final ShardId[] ofSlot;
    private final SortedSet<ShardId> ids;

    private ShardMap(ShardId[] ofSlot) {
        this.ofSlot = ofSlot;
        this.ids = Collections.unmodifiableSortedSet(new TreeSet<>(List.of(ofSlot)));
    }

    /// @param ofSlot the shard of each slot
    public static ShardMap of(IntFunction<ShardId> ofSlot) {
        ShardId[] shards = new ShardId[Owner.SLOTS];
        for (int slot = 0; slot < shards.length; slot++) {
            shards[slot] = ofSlot.apply(slot);
        }
        return new ShardMap(shards);
    }

    public ShardId of(Owner owner) {
        return ofSlot[owner.slot()];
    }

    /// The shard that the id names, if it names one.
    public Optional<ShardId> of(MemoryId id) {
        return id.slot().isPresent() ? Optional.of(ofSlot[id.slot().getAsInt()]) : Optional.empty();
    }

    /// The shards of owners, all but the system's.
    public SortedSet<ShardId> ids() {
        return ids;
    }

    /// Those and the system's, which comes last.
    public SortedSet<ShardId> idsWithSystem() {
        SortedSet<ShardId> all = new TreeSet<>(ids);
        all.add(ShardId.SYSTEM);
        return all;
    }

    /// The slots of each shard, as `<first>-<last>,…` in hex.
    public SortedMap<ShardId, String> slotRanges() {
        SortedMap<ShardId, List<String>> ranges = new TreeMap<>();
        HexFormat hex = HexFormat.of();
        int first = 0;
        for (int slot = 1; slot <= ofSlot.length; slot++) {
            if (slot == ofSlot.length || !ofSlot[slot].equals(ofSlot[first])) {
                ranges.computeIfAbsent(ofSlot[first], none -> new ArrayList<>())
                        .add(hex.toHexDigits(first, 3) + "-" + hex.toHexDigits(slot - 1, 3));
                first = slot;
            }
        }
        SortedMap<ShardId, String> joined = new TreeMap<>();
        for (Map.Entry<ShardId, List<String>> each : ranges.entrySet()) {
            joined.put(each.getKey(), String.join(",", each.getValue()));
        }
        return joined;
    }
}
