package dev.mneme.engine.read;

import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Subject;
import dev.mneme.core.spi.Collected;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.EntityRow;
import dev.mneme.engine.table.Rows.Head;
import dev.mneme.engine.table.Rows.OperatorRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reads one shard's rows, all at one snapshot, so that rows read together belong together.
///
/// **Threads**: one per instance. Close it soon.
public final class Scans implements AutoCloseable {
    private final Tables.Snapshot rows;
    private final String epoch;
    private final Trust trust;
    private final Set<ByteBuffer> leftOut = new HashSet<>();

    public Scans(Tables tables, String epoch) {
        this(tables, epoch, Trust.ALL);
    }

    /// @param trust which rows may be shown; reads across owners leave the others out
    public Scans(Tables tables, String epoch, Trust trust) {
        this.rows = tables.snapshot();
        this.epoch = epoch;
        this.trust = trust;
    }

    boolean sound(byte[] key, byte[] row) {
        return trust.sound(key, row);
    }

    /// Whether the owner's data may be shown.
    boolean serves(byte[] owner) {
        boolean served = trust.serves(owner);
        if (!served) {
            leftOut.add(ByteBuffer.wrap(owner));
        }
        return served;
    }

    /// How many owners these reads have left out so far, because their data were changed from outside.
    public int leftOut() {
        return leftOut.size();
    }

    byte @Nullable [] row(byte[] key) {
        return rows.get(key);
    }

    /// The rows of `[from, to)` in order, until the visitor says stop.
    void rows(byte[] from, byte[] to, Tables.Visitor visitor) {
        rows.scan(from, to, visitor);
    }

    /// The same, backwards.
    void rowsDown(byte[] from, byte[] to, Tables.Visitor visitor) {
        rows.scanDown(from, to, visitor);
    }

    public Optional<Head> head(byte[] owner) {
        byte[] row = rows.get(Keys.head(owner));
        return row == null ? Optional.empty() : Optional.of(Head.decode(row));
    }

    public Position position(Owner owner) {
        return position(owner, head(owner.hash()).map(Head::sequence).orElse(0L));
    }

    private Position position(Owner owner, long sequence) {
        return new Position(epoch, owner.slot(), sequence);
    }

    public Optional<Pointer> pointer(MemoryId id) {
        byte[] row = rows.get(Keys.pointer(id));
        return row == null ? Optional.empty() : Optional.of(Pointer.decode(row));
    }

    public Optional<Version> newest(byte[] owner, long arrival) {
        byte[] row = rows.get(Keys.memory(owner, arrival));
        return row == null ? Optional.empty() : Optional.of(Version.decode(row));
    }

    /// @param generation the one that counts: see `Head`
    public byte @Nullable [] embeddingRow(byte[] owner, long generation, long arrival) {
        return rows.get(Keys.embedding(owner, generation, arrival));
    }

    /// The generation of the owner's embeddings that counts.
    public long generation(byte[] owner) {
        return head(owner).map(head -> head.spaces().generation()).orElse(0L);
    }

    /// Every kept version of a memory, oldest first.
    public List<Version> versions(Pointer pointer) {
        List<Version> versions = new ArrayList<>();
        byte[] from = Keys.version(pointer.owner(), pointer.arrival(), 0);
        byte[] to = Keys.version(pointer.owner(), pointer.arrival() + 1, 0);
        rows.scan(from, to, (key, row) -> versions.add(Version.decode(row)));
        newest(pointer.owner(), pointer.arrival()).ifPresent(versions::add);
        return versions;
    }

    /// Earlier versions of everybody's memories, by owner and arrival, until the visitor says stop.
    ///
    /// @param from the key to begin with; null: the first
    public void earlierVersions(byte @Nullable [] from, Tables.Visitor visitor) {
        byte[] table = Keys.table('v');
        rows.scan(
                from == null ? table : from,
                Keys.end(table),
                (key, row) -> !serves(Keys.ownerOf(key)) || visitor.row(key, row));
    }

    /// The owner's memories by arrival, until the visitor says stop.
    public void memories(byte[] owner, long fromArrival, MemoryVisitor visitor) {
        byte[] table = Keys.owned('m', owner);
        rows.scan(
                Keys.memory(owner, fromArrival),
                Keys.end(table),
                (key, row) -> visitor.memory(Keys.lastNumber(key), Version.decode(row)));
    }

    @FunctionalInterface
    public interface MemoryVisitor {
        /// @return whether to go on
        boolean memory(long arrival, Version version);
    }

    /// The owner's memories in the order of creation or of the last change, beyond a place in that order.
    ///
    /// @param byUpdate by last change rather than by arrival
    /// @param beyond the arrival, or the sequence of the last change, after which to begin; null: at the beginning
    public void ordered(byte[] owner, boolean byUpdate, boolean down, @Nullable Long beyond, MemoryVisitor visitor) {
        byte[] table = Keys.owned(byUpdate ? 'u' : 'm', owner);
        byte[] from = table;
        byte[] to = Keys.end(table);
        if (beyond != null && down) {
            to = byUpdate ? Keys.updated(owner, beyond) : Keys.memory(owner, beyond);
        } else if (beyond != null) {
            from = byUpdate ? Keys.updated(owner, beyond + 1) : Keys.memory(owner, beyond + 1);
        }
        Tables.Visitor row = byUpdate
                ? (key, value) -> {
                    long arrival = Rows.arrival(value);
                    return newest(owner, arrival)
                            .map(version -> visitor.memory(arrival, version))
                            .orElse(true);
                }
                : (key, value) -> visitor.memory(Keys.lastNumber(key), Version.decode(value));
        if (down) {
            rows.scanDown(from, to, row);
        } else {
            rows.scan(from, to, row);
        }
    }

    /// The heads of owners from this hash on, with their keys.
    public void heads(byte[] fromOwner, Tables.Visitor visitor) {
        rows.scan(Keys.head(fromOwner), Keys.end(Keys.table('h')), visitor);
    }

    /// The same from a key on.
    public void headRows(byte[] from, Tables.Visitor visitor) {
        rows.scan(from, Keys.end(Keys.table('h')), visitor);
    }

    /// The spaces of the server's embedders.
    ///
    /// @throws dev.mneme.core.model.MnemeException `INTEGRITY_VIOLATION` when they are not those that were stored
    public List<EmbeddingSpace> embedders() {
        trust.requireTable('b');
        List<EmbeddingSpace> spaces = new ArrayList<>();
        byte[] table = Keys.table('b');
        rows.scan(table, Keys.end(table), (key, row) -> spaces.add(Rows.space(row)));
        return spaces;
    }

    /// Every owner that has not been erased.
    public void owners(Predicate<Owner> visitor) {
        byte[] table = Keys.table('h');
        rows.scan(table, Keys.end(table), (key, row) -> {
            Owner owner = serves(Keys.ownerOf(key)) ? Head.decode(row).owner() : null;
            return owner == null || visitor.test(owner);
        });
    }

    /// The owners that have memories with this scope id.
    public void ownersOf(OwnerKind kind, String id, Predicate<Owner> visitor) {
        trust.requireTable('n');
        byte[] prefix = Keys.entityPrefix(kind, id);
        rows.scan(prefix, Keys.end(prefix), (key, row) -> {
            byte[] hash = Arrays.copyOfRange(key, prefix.length, key.length);
            Owner owner = trust.sound(key, row) && serves(hash)
                    ? head(hash).map(Head::owner).orElse(null)
                    : null;
            return owner == null || visitor.test(owner);
        });
    }

    /// Scope ids with their counts per owner, in the order of their keys, so that rows of one id follow one another.
    ///
    /// @param after the entity after which to begin, or null
    public void entities(@Nullable Entity after, Predicate<Entity> visitor) {
        trust.requireTable('n');
        byte[] table = Keys.table('n');
        byte[] from = after == null ? table : Keys.end(Keys.entityPrefix(after.kind(), after.id()));
        rows.scan(from, Keys.end(table), (key, row) -> {
            byte[] owner = Arrays.copyOfRange(key, key.length - Keys.OWNER, key.length);
            boolean shown = trust.sound(key, row) && serves(owner);
            return !shown || visitor.test(entity(key, EntityRow.decode(row)));
        });
    }

    /// The hashes of owners that changed after a log index, if the operator's feed reaches back so far; otherwise of
    /// all.
    public void ownersChangedAfter(long logIndex, Consumer<byte[]> visitor) {
        if (logIndex == 0 || shard().trimmedIndex() > logIndex) {
            byte[] heads = Keys.table('h');
            rows.scan(heads, Keys.end(heads), (key, row) -> {
                visitor.accept(Arrays.copyOfRange(key, 1, key.length));
                return true;
            });
            return;
        }
        Set<ByteBuffer> seen = new HashSet<>();
        byte[] table = Keys.table('o');
        rows.scan(Keys.operator(logIndex + 1, 0), Keys.end(table), (key, row) -> {
            byte[] owner = OperatorRow.decode(row).owner();
            if (seen.add(ByteBuffer.wrap(owner))) {
                visitor.accept(owner);
            }
            return true;
        });
    }

    public Rows.Shard shard() {
        return Rows.Shard.decode(rows.get(Keys.shard()));
    }

    private static Entity entity(byte[] key, EntityRow row) {
        OwnerKind kind = dev.mneme.engine.codec.ModelCodec.ownerKind(key[1]);
        String id = new String(key, 2, key.length - 3 - Keys.OWNER, StandardCharsets.UTF_8);
        return new Entity(kind, id, row.memories(), row.createdAt(), row.updatedAt());
    }

    /// The owner's changes after a sequence, oldest first.
    ///
    /// @param keptSince older changes count as gone, even if retention has not removed them yet
    public ChangeBatch changes(Owner owner, long after, int limit, Instant keptSince) {
        byte[] hash = owner.hash();
        Head head = head(hash).orElse(Head.of(owner));
        long oldest = oldestKept(hash, head, keptSince);
        long from = after == Store.OLDEST ? oldest - 1 : after;
        Position position = position(owner, head.sequence());
        if (from < oldest - 1 || from > head.sequence()) {
            return new ChangeBatch(List.of(), head.sequence(), position, true);
        }
        List<Change> changes = new ArrayList<>();
        byte[] end = Keys.end(Keys.owned('c', hash));
        rows.scan(Keys.change(hash, from + 1), end, (key, row) -> {
            Change change = change(owner, hash, Keys.lastNumber(key), ChangeRow.decode(row));
            Collected.joined(change.subject());
            changes.add(change);
            return changes.size() < limit;
        });
        return new ChangeBatch(changes, from, position, false);
    }

    private long oldestKept(byte[] hash, Head head, Instant keptSince) {
        long[] oldest = {head.oldest()};
        byte[] end = Keys.end(Keys.owned('c', hash));
        rows.scan(Keys.change(hash, head.oldest()), end, (key, row) -> {
            boolean gone = !ChangeRow.decode(row).at().isAfter(keptSince);
            oldest[0] = Keys.lastNumber(key) + (gone ? 1 : 0);
            return gone;
        });
        return oldest[0];
    }

    /// The ids of the API keys' rows.
    public List<String> keyIds() {
        List<String> ids = new ArrayList<>();
        byte[] table = Keys.table('k');
        rows.scan(table, Keys.end(table), (key, row) -> ids.add(Keys.apiKeyId(key)));
        return ids;
    }

    /// @param believed decides by a key's id whether its row may be believed; others are left out
    public List<ApiKey> keys(Predicate<String> believed) {
        List<ApiKey> keys = new ArrayList<>();
        byte[] table = Keys.table('k');
        rows.scan(table, Keys.end(table), (key, row) -> {
            ApiKey found = believed.test(Keys.apiKeyId(key)) ? Rows.apiKey(row) : null;
            if (found != null && found.id().equals(Keys.apiKeyId(key))) {
                keys.add(found);
            }
            return true;
        });
        return keys;
    }

    /// The log index of the latest change in the operator's feed.
    public long lastOperated() {
        long[] last = new long[1];
        byte[] table = Keys.table('o');
        rows.scanDown(table, Keys.end(table), (key, row) -> {
            boolean sound = trust.sound(key, row);
            last[0] = sound ? ByteBuffer.wrap(key, 1, 8).getLong() : 0;
            return !sound;
        });
        return last[0];
    }

    private Change change(Owner owner, byte[] hash, long sequence, ChangeRow row) {
        Subject subject = subject(hash, row.ref());
        String key = subject == null ? row.key() : ChangeRow.keyOf(subject);
        return new Change(
                owner, position(owner, sequence), row.type(), row.at(), row.by(), row.localOnly(), key, subject);
    }

    private @Nullable Subject subject(byte[] hash, Ref ref) {
        return switch (ref) {
            case Ref.Nothing nothing -> null;
            case Ref.OfMemory(long arrival, long version) -> memory(hash, arrival, version);
            case Ref.OfContext(String key, long version) -> context(hash, key, version);
            case Ref.Whole(Subject subject) -> subject;
        };
    }

    private @Nullable Memory memory(byte[] hash, long arrival, long version) {
        Optional<Version> newest = newest(hash, arrival);
        if (newest.isPresent() && newest.get().version() == version) {
            return newest.get().memory();
        }
        byte[] row = rows.get(Keys.version(hash, arrival, version));
        return row == null ? null : Version.decode(row).memory();
    }

    private @Nullable Context context(byte[] hash, String key, long version) {
        byte[] newest = rows.get(Keys.context(hash, key));
        Context context = newest == null ? null : Rows.ContextRow.decode(newest).context();
        if (context != null && context.version() == version) {
            return context;
        }
        byte[] row = rows.get(Keys.contextVersion(hash, key, version));
        return row == null ? null : Rows.contextVersion(row).context();
    }

    /// A change in the operator's feed, with its place.
    public record Operated(long logIndex, int ordinal, Change change) {}

    /// Every owner's changes after a place in this shard's log, until the visitor says stop.
    public void operated(long logIndex, int ordinal, Predicate<Operated> visitor) {
        byte[] table = Keys.table('o');
        rows.scan(Keys.operator(logIndex, ordinal + 1), Keys.end(table), (key, row) -> {
            ByteBuffer place = ByteBuffer.wrap(key, 1, 12);
            Operated operated = operated(place.getLong(), place.getInt(), OperatorRow.decode(row));
            return operated == null || visitor.test(operated);
        });
    }

    private @Nullable Operated operated(long logIndex, int ordinal, OperatorRow row) {
        byte[] change = serves(row.owner()) ? rows.get(Keys.change(row.owner(), row.sequence())) : null;
        if (change == null) {
            return null;
        }
        Owner owner = head(row.owner()).map(Head::owner).orElseGet(() -> erased(row.owner()));
        return new Operated(logIndex, ordinal, change(owner, row.owner(), row.sequence(), ChangeRow.decode(change)));
    }

    /// Stands for an owner whose name is no longer kept.
    private static Owner erased(byte[] hash) {
        return Owner.user("erased-" + HexFormat.of().formatHex(hash));
    }

    @Override
    public void close() {
        rows.close();
    }
}
