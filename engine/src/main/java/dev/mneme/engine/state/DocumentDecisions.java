package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Decides what becomes of documents, of one owner or of the server.
final class DocumentDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final MemoryRows memories;

    DocumentDecisions(Entry entry, OwnerState owner, MemoryRows memories) {
        this.entry = entry;
        this.owner = owner;
        this.memories = memories;
    }

    Outcome put(Command.PutDocument put) {
        Rejected refusal = refusal(put, 0);
        if (refusal != null) {
            return refusal;
        }
        store(put);
        return new Outcome.Done();
    }

    /// Why a document cannot be put, or null.
    ///
    /// @param more how many others, which are not stored yet, are to come into its collection
    @Nullable
    Rejected refusal(Command.PutDocument put, int more) {
        if (isOfNoMemory(put)) {
            return new Rejected(ErrorCode.NOT_FOUND, "There is no memory with this id.", null, null);
        }
        Document now = find(key(put));
        if (isUnexpected(put.expectedVersion(), now)) {
            return conflict(now);
        }
        if (put.data().size() > Document.MAX_SIZE) {
            return new Rejected(
                    ErrorCode.TOO_LARGE, "This is too much to keep: " + Document.MAX_SIZE + " at most.", null, null);
        }
        if (now == null && count(put.collection()) + more >= Document.MAX_IN_COLLECTION) {
            return new Rejected(
                    ErrorCode.OVERLOADED,
                    "There are " + Document.MAX_IN_COLLECTION + " of these: delete some first.",
                    null,
                    null);
        }
        return null;
    }

    /// Whether the document would be one more in its collection.
    boolean isNew(Command.PutDocument put) {
        return find(key(put)) == null;
    }

    /// Stores a document that nothing is against; but not feedback on a memory which the same write has removed
    /// meanwhile.
    void store(Command.PutDocument put) {
        if (isOfNoMemory(put)) {
            return;
        }
        byte[] key = key(put);
        Document now = find(key);
        Instant createdAt = now == null ? entry.at() : now.createdAt();
        long version = now == null ? 1 : now.version() + 1;
        Document next = new Document(put.collection(), put.id(), put.data(), version, createdAt, entry.at());
        entry.rows().put(key, Rows.encode(next));
    }

    /// Whether it is feedback on a memory that the owner does not have. It would be left behind: what removes it is
    /// the removal of its memory.
    private boolean isOfNoMemory(Command.PutDocument put) {
        return put.collection().equals(Document.FEEDBACK) && !isMemory(put.id());
    }

    private boolean isMemory(String text) {
        MemoryId id;
        try {
            id = MemoryId.parse(text);
        } catch (MnemeException noId) {
            return false;
        }
        return id.toString().equals(text) && memories.find(owner, id) != null;
    }

    private byte[] key(Command.PutDocument put) {
        return Keys.document(owner.hash(), put.collection(), put.id());
    }

    private int count(String collection) {
        byte[] documents = Keys.documents(owner.hash(), collection);
        return entry.rows()
                .keys(documents, Keys.end(documents), Document.MAX_IN_COLLECTION)
                .size();
    }

    Outcome delete(Command.DeleteDocument delete) {
        byte[] key = Keys.document(owner.hash(), delete.collection(), delete.id());
        Document now = find(key);
        if (now == null) {
            return new Rejected(ErrorCode.NOT_FOUND, "There is none with this id.", null, null);
        }
        if (isUnexpected(delete.expectedVersion(), now)) {
            return conflict(now);
        }
        entry.rows().delete(key);
        return new Outcome.Done();
    }

    private @Nullable Document find(byte[] key) {
        byte[] row = entry.rows().get(key);
        return row == null ? null : Rows.document(row);
    }

    private static boolean isUnexpected(long expected, @Nullable Document now) {
        return expected != Command.ANY_VERSION && expected != (now == null ? 0 : now.version());
    }

    private static Rejected conflict(@Nullable Document now) {
        return new Rejected(
                ErrorCode.VERSION_CONFLICT,
                now == null
                        ? "It is gone: read again."
                        : "It is at version " + now.version() + ": read it again and repeat the change on that.",
                null,
                null);
    }
}
