package dev.mneme.engine.state;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.SyncEvent;
import dev.mneme.engine.codec.ConflictJson;
import dev.mneme.engine.index.IndexUpdate;
import dev.mneme.engine.table.ContentHash;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.Rows.EntityRow;
import dev.mneme.engine.table.Rows.Pointer;
import dev.mneme.engine.table.Rows.Version;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Takes rows as they are, after an operator looked at what somebody did to them: all are put anew, so that
/// they get a MAC when they are stored; what is derived from them is made anew, and what cannot be read goes.
/// The changes go too, since they may not tell of what is there.
final class Acceptance {
    private static final System.Logger LOG = System.getLogger(Acceptance.class.getName());

    private final Entry entry;
    private final OwnerState owner;
    private final byte[] hash;

    /// Tables by their letters in [Keys], made anew from the others or not kept: order of updates (u), duplicates (d),
    /// changes (c), idempotency (i, j), where a response (r) or a sync event (w) is, and pending events (P).
    private static final String DERIVED = "udcijrwP";

    /// Tables whose rows are taken as they are: embeddings (e, y), memories (m) and their earlier versions (v),
    /// contexts (x, g), modes (a), transitions (t), responses (q), sync events (z), documents (l), whether memories
    /// were imported (T).
    private static final String TAKEN = "eymvxgatqzlT";

    private final Map<MemoryId, Long> arrivals = new HashMap<>();
    private final Map<Long, MemoryId> ids = new HashMap<>();
    private final Map<byte[], EntityRow> entities = new TreeMap<>(Arrays::compareUnsigned);
    private long reached;

    private Acceptance(Entry entry, OwnerState owner) {
        this.entry = entry;
        this.owner = owner;
        this.hash = owner.hash();
    }

    static Outcome owner(Entry entry, OwnerState owner) {
        new Acceptance(entry, owner).run();
        return new Outcome.Done();
    }

    /// Which of them are forged only the storing stage can tell: those go there.
    static Outcome keys(Entry entry) {
        entry.rows().accept(Keys.table('k'));
        return new Outcome.Done();
    }

    private void run() {
        dropDerived();
        owner.spaces(owner.spaces().settled());
        entry.index().add(new IndexUpdate.Drop(hash));
        for (int i = 0; i < DERIVED.length(); i++) {
            char table = DERIVED.charAt(i);
            byte[] range = Keys.owned(table, hash);
            entry.rows().visit(range, Keys.end(range), (key, row) -> {
                reached = table == 'c' ? Math.max(reached, Keys.lastNumber(key)) : reached;
                entry.rows().delete(key);
                return true;
            });
        }
        for (int i = 0; i < TAKEN.length(); i++) {
            char table = TAKEN.charAt(i);
            byte[] range = Keys.owned(table, hash);
            entry.rows().visit(range, Keys.end(range), (key, row) -> {
                take(key, row);
                return true;
            });
        }
        entities.forEach((key, row) -> entry.rows().put(key, row.encode()));
        long[] memories = new long[1];
        byte[] all = Keys.table('m');
        entry.rows().visit(all, Keys.end(all), (key, row) -> ++memories[0] > 0);
        entry.recounted(memories[0]);
        owner.accepted(reached);
    }

    private void take(byte[] key, byte[] row) {
        if (!readable(key, row) || !ownMemory(key, row) || !ownVector(key, row)) {
            entry.rows().delete(key);
            return;
        }
        entry.rows().put(key, Rows.withoutMac(row));
        derive(key, row);
    }

    /// Whether a row is no memory, or one of this owner that does not claim the place of another.
    private boolean ownMemory(byte[] key, byte[] row) {
        if (key[0] != 'm' && key[0] != 'v') {
            return true;
        }
        Memory memory = Version.decode(row).memory();
        long arrival = key[0] == 'm' ? Keys.lastNumber(key) : Keys.arrivalOf(key);
        boolean own = memory.scope().owner().equals(owner.owner())
                && arrivals.getOrDefault(memory.id(), arrival) == arrival
                && ids.getOrDefault(arrival, memory.id()).equals(memory.id());
        if (own) {
            arrivals.put(memory.id(), arrival);
            ids.put(arrival, memory.id());
        }
        return own;
    }

    /// Whether a row is no vector, or one of the owner's space. That of an owner whose head is lost is
    /// the space of the first vector.
    private boolean ownVector(byte[] key, byte[] row) {
        if (key[0] != 'e' && key[0] != 'y') {
            return true;
        }
        long generation = key[0] == 'e' ? 0 : Keys.generationOf(key);
        EmbeddingSpace space = Rows.embedding(row).space();
        if (owner.spaces().now() == null && generation == 0) {
            owner.spaces(owner.spaces().claimed(space));
        }
        return generation == owner.spaces().generation()
                && space.equals(owner.spaces().now());
    }

    private static boolean readable(byte[] key, byte[] row) {
        try {
            decode(key, row);
            return row[1] == Rows.FIELDS_AT - Rows.MAC_AT;
        } catch (MnemeException damaged) {
            LOG.log(Level.DEBUG, "A row that cannot be read is dropped", damaged);
            return false;
        }
    }

    private static Object decode(byte[] key, byte[] row) {
        return switch (key[0]) {
            case 'm', 'v' -> Version.decode(row);
            case 'e', 'y' -> Rows.embedding(row);
            case 'x' -> Rows.ContextRow.decode(row);
            case 'g' -> Rows.contextVersion(row);
            case 'a' -> Rows.modeState(row);
            case 't' -> Rows.transition(row);
            case 'q' -> Rows.responseSource(row);
            case 'z' -> Rows.syncEvent(row);
            case 'l' -> {
                Document document = Rows.document(row);
                yield document.collection().equals(Conflict.COLLECTION) ? ConflictJson.conflict(document) : document;
            }
            case 'T' -> row;
            default -> Rows.arrival(row);
        };
    }

    private void derive(byte[] key, byte[] row) {
        switch (key[0]) {
            case 'm' -> memory(Keys.lastNumber(key), Version.decode(row));
            case 'v' -> point(Version.decode(row).memory().id(), Keys.arrivalOf(key));
            case 'x' -> {
                var context = Rows.ContextRow.decode(row).context();
                expires(key, context == null ? null : context.expiresAt());
            }
            case 'z' -> {
                SyncEvent event = Rows.syncEvent(row);
                expires(key, event.expiresAt());
                name(Keys.syncEventOf(hash, event.id()), Keys.lastNumber(key));
                entry.rows().put(Keys.pendingEvent(hash, event.priority().rank(), Keys.lastNumber(key)), Rows.mark());
            }
            case 'l' -> {
                Document document = Rows.document(row);
                if (document.collection().equals(Conflict.COLLECTION)) {
                    expires(key, ConflictJson.conflict(document).expiresAt());
                }
            }
            case 'q' -> {
                ResponseSource source = Rows.responseSource(row);
                name(Keys.responseOf(hash, source.chatId(), source.messageId()), Keys.lastNumber(key));
            }
            case 't' -> reached = Math.max(reached, Keys.lastNumber(key));
            default -> {}
        }
    }

    private void memory(long arrival, Version version) {
        reached = Math.max(reached, Math.max(arrival, version.sequence()));
        point(version.memory().id(), arrival);
        name(Keys.updated(hash, version.sequence()), arrival);
        byte[] equal = Keys.duplicate(hash, ContentHash.of(version.memory()));
        byte[] others = entry.rows().get(equal);
        List<Long> same = others == null ? new ArrayList<>() : Rows.arrivals(others);
        same.add(arrival);
        entry.rows().put(equal, Rows.encode(same));
        for (OwnerKind kind : OwnerKind.values()) {
            String id = version.memory().scope().id(kind);
            if (id != null) {
                entities.compute(
                        Keys.entity(kind, id, hash),
                        (_, row) -> (row == null
                                        ? new EntityRow(
                                                0, entry.at(), version.memory().createdAt())
                                        : row)
                                .with(1, version.memory(), entry.at()));
            }
        }
        byte[] embedding = entry.rows().get(Keys.embedding(hash, owner.spaces().generation(), arrival));
        entry.index()
                .add(new IndexUpdate.Put(
                        hash, arrival, version.memory(), embedding == null ? null : Rows.embedding(embedding)));
    }

    private void point(MemoryId id, long arrival) {
        entry.rows().put(Keys.pointer(id), new Pointer(hash, arrival).encode());
    }

    private void name(byte[] key, long number) {
        reached = Math.max(reached, number);
        entry.rows().put(key, Rows.encode(number));
    }

    private void expires(byte[] key, @Nullable Instant expiresAt) {
        if (expiresAt != null) {
            entry.rows().put(Keys.expiry(expiresAt, key), Rows.mark());
        }
    }

    /// The owner's entities, expiries and places in the operator's feed, wherever they lie.
    private void dropDerived() {
        for (char table : "nfo".toCharArray()) {
            byte[] range = Keys.table(table);
            List<byte[]> own = new ArrayList<>();
            entry.rows().visit(range, Keys.end(range), (key, row) -> {
                if (Arrays.equals(ownerOf(key, row), hash)) {
                    own.add(key);
                }
                return true;
            });
            own.forEach(entry.rows()::delete);
        }
    }

    private static byte[] ownerOf(byte[] key, byte[] row) {
        return switch (key[0]) {
            case 'n' -> Arrays.copyOfRange(key, key.length - Keys.OWNER, key.length);
            case 'f' -> Keys.ownerOf(Keys.expiring(key));
            default ->
                row.length < Rows.FIELDS_AT + Keys.OWNER
                        ? new byte[0]
                        : Arrays.copyOfRange(row, Rows.FIELDS_AT, Rows.FIELDS_AT + Keys.OWNER);
        };
    }
}
