package dev.mneme.engine.read;

import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.OwnerSpaces.OwnerSpace;
import dev.mneme.core.spi.OwnerSpaces.SpacePage;
import dev.mneme.core.spi.OwnerSpaces.Unstaged;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Spaces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
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

    /// A page of the owners that have vectors. The cursor is `shard-hash`: where the next page begins.
    public static SpacePage page(List<? extends ShardView> shards, @Nullable String cursor, int limit) {
        Place place = Place.of(cursor, shards.size());
        List<OwnerSpace> owners = new ArrayList<>();
        byte[] from = place.hash();
        for (int shard = place.shard(); shard < shards.size(); shard++) {
            byte[] next = fill(shards.get(shard), from, owners, limit);
            if (next != null) {
                return new SpacePage(owners, new Place(shard, next).toString());
            }
            from = new byte[Keys.OWNER];
        }
        return new SpacePage(owners, null);
    }

    /// @return the hash that no longer fitted, or null
    private static byte @Nullable [] fill(ShardView shard, byte[] from, List<OwnerSpace> owners, int limit) {
        byte[][] next = new byte[1][];
        try (Scans scans = shard.scan()) {
            scans.heads(from, (key, row) -> {
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
        }
        return next[0];
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Place(int shard, byte[] hash) {
        static Place of(@Nullable String cursor, int shards) {
            if (cursor == null) {
                return new Place(0, new byte[Keys.OWNER]);
            }
            try {
                int dash = cursor.indexOf('-');
                byte[] hash = HexFormat.of().parseHex(cursor, dash + 1, cursor.length());
                int shard = Integer.parseInt(cursor, 0, dash, 10);
                if (hash.length == Keys.OWNER && shard >= 0 && shard < shards) {
                    return new Place(shard, hash);
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
