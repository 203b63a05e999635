package dev.mneme.engine.read;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.SpacePage;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.core.spi.ShardId;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Spaces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Reads which spaces owners' vectors are in.
public final class SpaceReads {
    private SpaceReads() {}

    public static OwnerSpace space(Scans scans, Owner owner) {
        return of(owner, scans.head(owner.hash()).map(Head::spaces).orElse(Spaces.NONE));
    }

    private static OwnerSpace of(Owner owner, Spaces spaces) {
        return new OwnerSpace(owner, spaces.now(), spaces.next(), spaces.leftOver());
    }

    /// One shard's owners that have vectors.
    @FunctionalInterface
    public interface Source {
        /// @param fromHash where to begin
        Spaced spaces(byte[] fromHash, int limit);
    }

    /// Some owners, by hash.
    ///
    /// @param next the hash that did not fit any more; null when there are no more
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Spaced(List<OwnerSpace> owners, byte @Nullable [] next) {}

    public static Spaced of(Scans scans, byte[] fromHash, int limit) {
        List<OwnerSpace> owners = new ArrayList<>();
        byte[][] next = new byte[1][];
        scans.heads(fromHash, (key, row) -> {
            if (owners.size() == limit) {
                next[0] = Arrays.copyOfRange(key, 1, key.length);
                return false;
            }
            Head head = Head.decode(row);
            if (head.owner() != null && head.space() != null) {
                owners.add(of(head.owner(), head.spaces()));
            }
            return true;
        });
        return new Spaced(owners, next[0]);
    }

    /// A page over several shards. The cursor is `<shard>-<hash>`: where the next page begins.
    public static SpacePage page(SortedMap<ShardId, ? extends Source> shards, @Nullable String cursor, int limit) {
        Place place = cursor == null ? new Place(shards.firstKey(), new byte[Keys.OWNER]) : Place.of(cursor);
        List<OwnerSpace> owners = new ArrayList<>();
        for (Map.Entry<ShardId, ? extends Source> shard :
                shards.tailMap(place.shard()).entrySet()) {
            byte[] from = shard.getKey().equals(place.shard()) ? place.hash() : new byte[Keys.OWNER];
            Spaced part = shard.getValue().spaces(from, limit - owners.size());
            owners.addAll(part.owners());
            byte[] next = part.next();
            if (next != null) {
                return new SpacePage(owners, new Place(shard.getKey(), next).toString());
            }
        }
        return new SpacePage(owners, null);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Place(ShardId shard, byte[] hash) {
        static Place of(String cursor) {
            try {
                int dash = cursor.indexOf('-');
                byte[] hash = HexFormat.of().parseHex(cursor, dash + 1, cursor.length());
                int shard = Integer.parseInt(cursor, 0, dash, 10);
                if (hash.length == Keys.OWNER && shard >= 0) {
                    return new Place(new ShardId(shard), hash);
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new MnemeException(ErrorCode.INVALID_REQUEST, "This is no cursor of owners: use one it gave.", e);
            }
            throw new MnemeException(ErrorCode.INVALID_REQUEST, "This is no cursor of owners: use one it gave.");
        }

        @Override
        public String toString() {
            return shard + "-" + HexFormat.of().formatHex(hash);
        }
    }

    public static List<Unstaged> unstaged(Scans scans, Owner owner, long afterArrival, int limit) {
        List<Unstaged> unstaged = new ArrayList<>();
        byte[] hash = owner.hash();
        Spaces spaces = scans.head(hash).map(Head::spaces).orElse(Spaces.NONE);
        if (spaces.next() != null) {
            scans.memories(hash, afterArrival + 1, (arrival, version) -> {
                if (scans.embeddingRow(hash, spaces.latest(), arrival) == null) {
                    unstaged.add(new Unstaged(arrival, version.memory()));
                }
                return unstaged.size() < limit;
            });
        }
        return unstaged;
    }
}
