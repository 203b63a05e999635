package dev.mneme.hub.mongodb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteManyModel;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordName;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.SharedFields;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Sha256;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonNumber;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/// Stores records under their revisions, and shows them again.
///
/// ```text
/// a record     { …shared fields…, mneme: { owner, key, revision, rows: { m: { r: revision, b: bytes }, … } } }
/// a deletion   { userId, mneme: { owner, table, key, revision, deleted: true, document }, expiresAt }   in mneme_rows
/// ```
///
/// A write takes effect only over lower revisions. A deletion is written down before the document goes, so a put that
/// comes late can be told by it: it is not made; or if it was made at the same moment, it is taken back; and if its
/// writer died in between, [#load] passes over it, and [#sweep] removes it. Rows have revisions of their own, so that
/// nothing of such a late put is mixed with a record that was made anew.
final class MongoRecords {
    private static final Duration REMEMBERED = Duration.ofDays(1);

    /// By then the database itself forgets deletions.
    private static final Duration EXPIRED = Duration.ofDays(3);

    private static final int SWEPT_AT_ONCE = 1_000;
    private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);
    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);

    private final MongoForeign.MongoConnection connection;
    private final Problems problems;
    private final InstantSource clock;

    MongoRecords(MongoForeign.MongoConnection connection, Problems problems, InstantSource clock) {
        this.connection = connection;
        this.problems = problems;
        this.clock = clock;
    }

    static String name(Owner owner) {
        return HexFormat.of().formatHex(owner.hash());
    }

    /// What one spread asks of one document.
    private record Write(RecordChange change, WriteModel<BsonDocument> model) {}

    // Spreading.

    void spread(Owner owner, long revision, List<RecordChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        Map<RecordName, Long> later = deletions(owner, revision - 1);
        remember(owner, revision, changes);
        Map<RecordTable, List<RecordChange>> tables = new EnumMap<>(RecordTable.class);
        for (RecordChange change : changes) {
            boolean outlived = !change.deleted() && later.containsKey(change.name());
            if (!outlived) {
                tables.computeIfAbsent(change.name().table(), none -> new ArrayList<>())
                        .add(change);
            }
        }
        boolean inserted = false;
        for (Map.Entry<RecordTable, List<RecordChange>> each : tables.entrySet()) {
            inserted |= write(owner, revision, each.getKey(), each.getValue(), later);
        }
        if (inserted) {
            takeBack(owner, revision, changes);
        }
    }

    /// Writes deletions down.
    private void remember(Owner owner, long revision, List<RecordChange> changes) {
        BsonDateTime expiry = new BsonDateTime(clock.instant().plus(EXPIRED).toEpochMilli());
        List<WriteModel<BsonDocument>> markers = new ArrayList<>();
        for (RecordChange change : changes) {
            if (change.deleted()) {
                BsonDocument set = new BsonDocument("mneme.owner", new BsonString(name(owner)))
                        .append(
                                "mneme.table",
                                new BsonString(change.name().table().name()))
                        .append("mneme.key", new BsonBinary(change.name().key()))
                        .append("mneme.revision", new BsonInt64(revision))
                        .append("mneme.deleted", BsonBoolean.TRUE)
                        .append("mneme.document", id(owner, change.name(), ""))
                        .append("userId", new BsonString(owner.id()))
                        .append("expiresAt", expiry);
                Bson filter = Filters.and(Filters.eq("_id", id(owner, change.name(), "deleted")), notAfter(revision));
                markers.add(new UpdateOneModel<>(filter, new BsonDocument("$set", set), UPSERT));
            }
        }
        if (!markers.isEmpty()) {
            try {
                connection.collection(RecordTable.OTHER).bulkWrite(markers, UNORDERED);
            } catch (MongoBulkWriteException e) {
                boolean newer = e.getWriteConcernError() == null
                        && e.getWriteErrors().stream().allMatch(MongoRecords::isDuplicate);
                if (!newer) {
                    throw e;
                }
            }
        }
    }

    private static boolean isDuplicate(BulkWriteError error) {
        return error.getCode() == MongoFailures.DUPLICATE_KEY;
    }

    /// Nothing of a higher or the same revision is touched.
    private static Bson notAfter(long revision) {
        return Filters.not(Filters.gte("mneme.revision", revision));
    }

    /// @return whether a document was inserted
    private boolean write(
            Owner owner, long revision, RecordTable table, List<RecordChange> changes, Map<RecordName, Long> later) {
        List<Write> writes = new ArrayList<>();
        for (RecordChange change : changes) {
            writes.add(
                    change.deleted()
                            ? new Write(change, deletion(owner, revision, change.name(), later))
                            : new Write(change, put(owner, revision, change, true)));
        }
        MongoCollection<BsonDocument> collection = connection.collection(table);
        boolean inserted = false;
        List<Write> again = new ArrayList<>();
        List<Write> bare = new ArrayList<>();
        try {
            inserted = write(collection, writes, again, bare);
        } catch (RuntimeException e) {
            if (!MongoFailures.isTooLarge(e) && !MongoFailures.isBson(e)) {
                throw e;
            }
            for (Write each : writes) { // which one it is, the driver does not say
                inserted |= writeAlone(collection, each, again, bare);
            }
        }
        // A document that another program made in this moment is adopted now; what clashes again is newer.
        inserted |= !again.isEmpty() && write(collection, again, new ArrayList<>(), bare);
        for (Write each : bare) {
            inserted |= writeBare(collection, owner, revision, each.change());
        }
        return inserted;
    }

    private static boolean write(
            MongoCollection<BsonDocument> collection, List<Write> writes, List<Write> again, List<Write> bare) {
        try {
            BulkWriteResult result =
                    collection.bulkWrite(writes.stream().map(Write::model).toList(), UNORDERED);
            return !result.getUpserts().isEmpty();
        } catch (MongoBulkWriteException e) {
            if (e.getWriteConcernError() != null) {
                throw e;
            }
            for (BulkWriteError error : e.getWriteErrors()) {
                Write failed = writes.get(error.getIndex());
                if (isDuplicate(error)) {
                    again.add(failed);
                } else if (isOfTheDocument(error.getCode())) {
                    bare.add(failed);
                } else {
                    throw e;
                }
            }
            return !e.getWriteResult().getUpserts().isEmpty();
        }
    }

    private static boolean writeAlone(
            MongoCollection<BsonDocument> collection, Write write, List<Write> again, List<Write> bare) {
        try {
            return write(collection, List.of(write), again, bare);
        } catch (RuntimeException e) {
            if (!MongoFailures.isTooLarge(e) && !MongoFailures.isBson(e)) {
                throw e;
            }
            bare.add(write);
            return false;
        }
    }

    /// Failures of what is written, or of what is there: a path through a value that is no document, a name that the
    /// server does not take, a size or a depth that it does not allow, a rule of the collection's own.
    private static boolean isOfTheDocument(int code) {
        return switch (code) {
            case 2, 9, 14, 15, 28, 52, 55, 56, 57, 121, 10_334, 17_419, 17_420 -> true;
            default -> false;
        };
    }

    /// Stores the rows without what the record shows. What is there under `mneme` and is no document goes.
    private boolean writeBare(
            MongoCollection<BsonDocument> collection, Owner owner, long revision, RecordChange change) {
        Bson filter = named(owner, change.name(), change.content());
        collection.updateMany(
                Filters.and(filter, Filters.exists("mneme"), Filters.not(Filters.type("mneme", "object"))),
                new BsonDocument("$unset", new BsonDocument("mneme", new BsonString(""))));
        problems.add(
                "bare " + id(owner, change.name(), "").getValue().toHexString(),
                "A record of " + MongoSchema.collection(change.name().table())
                        + " is too large or too deep for a document: other programs do not see what it says.");
        List<Write> again = new ArrayList<>();
        WriteModel<BsonDocument> put = change.deleted()
                ? deletion(owner, revision, change.name(), Map.of())
                : put(owner, revision, change, false);
        List<Write> hopeless = new ArrayList<>();
        boolean inserted = write(collection, List.of(new Write(change, put)), again, hopeless);
        if (!hopeless.isEmpty()) {
            throw new MongoException(121, "a record cannot be stored");
        }
        return inserted;
    }

    private static WriteModel<BsonDocument> deletion(
            Owner owner, long revision, RecordName name, Map<RecordName, Long> later) {
        Bson filter = Filters.and(named(owner, name, null), notAfter(revision));
        // What another program made after a deletion that was spread before is not this deletion's.
        boolean again = later.containsKey(name);
        return new DeleteManyModel<>(again ? Filters.and(filter, Filters.exists("mneme.revision")) : filter);
    }

    private WriteModel<BsonDocument> put(Owner owner, long revision, RecordChange change, boolean showing) {
        RecordTable table = change.name().table();
        BsonDocument set = new BsonDocument();
        BsonDocument unset = new BsonDocument();
        Object content = change.content();
        if (content != null && showing) {
            show(owner, change.name(), content, set, unset);
        } else {
            if (MongoSchema.isShared(table)) {
                set.put("userId", new BsonString(owner.id()));
            }
            if (content != null) {
                showKey(owner, change, set);
            }
        }
        set.put("mneme.owner", new BsonString(name(owner)));
        set.put("mneme.key", new BsonBinary(change.name().key()));
        set.put("mneme.revision", new BsonInt64(revision));
        for (Map.Entry<String, Optional<byte[]>> row : change.rows().entrySet()) {
            String path = "mneme.rows." + row.getKey();
            if (row.getValue().isPresent()) {
                set.put(
                        path,
                        new BsonDocument("r", new BsonInt64(revision))
                                .append("b", new BsonBinary(row.getValue().get())));
            } else {
                unset.put(path, new BsonString(""));
            }
        }
        BsonDocument update = new BsonDocument("$set", set);
        if (!unset.isEmpty()) {
            update.put("$unset", unset);
        }
        if (!isNamedById(table)) {
            update.put("$setOnInsert", new BsonDocument("_id", id(owner, change.name(), "")));
        }
        Bson filter = Filters.and(named(owner, change.name(), content), notAfter(revision));
        return new UpdateOneModel<>(filter, update, UPSERT);
    }

    private void show(Owner owner, RecordName name, Object content, BsonDocument set, BsonDocument unset) {
        Map<String, Object> fields = SharedFields.of(owner, content);
        for (String field : SharedFields.names(name.table())) {
            Object value = fields.get(field);
            if (value == null) {
                unset.put(field, new BsonString(""));
                continue;
            }
            try {
                set.put(field, BsonFields.toBson(value));
            } catch (BsonFields.Unfit unfit) {
                unset.put(field, new BsonString(""));
                problems.add(
                        "field " + id(owner, name, "").getValue().toHexString(),
                        "A record of " + MongoSchema.collection(name.table()) + " is shown without its " + field
                                + ", which " + unfit.getMessage() + ".");
            }
        }
    }

    private static void showKey(Owner owner, RecordChange change, BsonDocument set) {
        Map<String, Object> fields = SharedFields.of(owner, requireNonNull(change.content()));
        for (String field : SharedFields.naturalKey(change.name().table())) {
            try {
                set.put(field, BsonFields.toBson(fields.get(field)));
            } catch (BsonFields.Unfit unfit) {
                throw new IllegalStateException("a name that nests", unfit);
            }
        }
    }

    /// Removes what was put at the same moment as a later batch deleted it.
    private void takeBack(Owner owner, long revision, List<RecordChange> changes) {
        Map<RecordName, Long> later = deletions(owner, revision);
        for (RecordChange change : changes) {
            Long deleted = change.deleted() ? null : later.get(change.name());
            if (deleted != null) {
                cleanse(change.name().table(), named(owner, change.name(), change.content()), deleted);
            }
        }
    }

    /// Takes away what a deletion should have taken: the document, or of one that was made anew the rows of before.
    private void cleanse(RecordTable table, Bson named, long deleted) {
        MongoCollection<BsonDocument> collection = connection.collection(table);
        collection.deleteMany(Filters.and(named, Filters.lte("mneme.revision", deleted)));
        BsonDocument anew = collection.find(named).first();
        if (anew == null
                || !(anew.get("mneme") instanceof BsonDocument mneme)
                || !(mneme.get("rows") instanceof BsonDocument rows)) {
            return;
        }
        for (Map.Entry<String, BsonValue> row : rows.entrySet()) {
            if (row.getValue() instanceof BsonDocument value
                    && value.get("r") instanceof BsonInt64 revision
                    && revision.getValue() <= deleted) {
                String path = "mneme.rows." + row.getKey();
                collection.updateOne(
                        Filters.and(Filters.eq("_id", anew.get("_id")), Filters.eq(path + ".r", revision)),
                        new BsonDocument("$unset", new BsonDocument(path, new BsonString(""))));
            }
        }
    }

    // Names.

    private static boolean isNamedById(RecordTable table) {
        return SharedFields.naturalKey(table).isEmpty();
    }

    /// Finds the document of a record, whoever made it.
    private static Bson named(Owner owner, RecordName name, @Nullable Object content) {
        Bson user = Filters.eq("userId", owner.id());
        return switch (name.table()) {
            case CONTEXT -> Filters.and(user, Filters.eq("contextKey", new String(name.key(), UTF_8)));
            case MODE -> Filters.and(user, Filters.eq("instanceId", new String(name.key(), UTF_8)));
            case RESPONSE -> {
                if (content == null) {
                    yield Filters.and(
                            user,
                            Filters.eq("mneme.owner", name(owner)),
                            Filters.eq("mneme.key", new BsonBinary(name.key())));
                }
                Map<String, Object> fields = SharedFields.of(owner, content);
                yield Filters.and(user, anySpelling("chatId", fields), anySpelling("messageId", fields));
            }
            default -> Filters.eq("_id", id(owner, name, ""));
        };
    }

    /// A number and its text are one id: the first generation wrote either.
    private static Bson anySpelling(String field, Map<String, Object> fields) {
        String text = String.valueOf(fields.get(field));
        BsonArray spellings = new BsonArray(List.of(new BsonString(text)));
        Long number = SharedFields.number(text);
        if (number != null) {
            spellings.add(new BsonInt64(number));
        }
        return new BsonDocument(field, new BsonDocument("$in", spellings));
    }

    /// The id of a document that Mneme makes: the same on every node.
    private static BsonObjectId id(Owner owner, RecordName name, String purpose) {
        byte[] table = (name.table().name() + "/" + purpose).getBytes(UTF_8);
        byte[] bytes = ByteBuffer.allocate(20 + table.length + name.key().length)
                .put(owner.hash())
                .putInt(table.length)
                .put(table)
                .put(name.key())
                .array();
        return new BsonObjectId(new ObjectId(Arrays.copyOf(Sha256.of(bytes), 12)));
    }

    // Loading.

    void load(Owner owner, long after, Consumer<StoredRecord> visitor) {
        Map<RecordName, Long> deleted = deletions(owner, after);
        for (RecordTable table : RecordTable.values()) {
            Bson mine = Filters.and(Filters.eq("mneme.owner", name(owner)), Filters.gt("mneme.revision", after));
            // the shared collections have no index on what is Mneme's
            Bson where = MongoSchema.isShared(table) ? Filters.and(Filters.eq("userId", owner.id()), mine) : mine;
            try (var cursor = connection
                    .collection(table)
                    .find(where)
                    .projection(new BsonDocument("mneme", new BsonInt32(1)))
                    .iterator()) {
                while (cursor.hasNext()) {
                    load(table, cursor.next(), deleted, visitor);
                }
            }
        }
        if (after > 0) {
            deleted.forEach((name, revision) -> visitor.accept(new StoredRecord(name, revision, Map.of(), true)));
        }
    }

    private void load(
            RecordTable table, BsonDocument document, Map<RecordName, Long> deleted, Consumer<StoredRecord> visitor) {
        if (document.get("mneme") instanceof BsonDocument mneme && mneme.containsKey("deleted")) {
            return;
        }
        StoredRecord any = stored(table, document, 0, problems);
        Long since = any == null ? null : deleted.get(any.name());
        StoredRecord record = since == null ? any : stored(table, document, since, problems);
        if (record != null && (since == null || record.revision() > since)) {
            deleted.remove(record.name());
            visitor.accept(record);
        }
    }

    /// The owner's deletions after a revision.
    private Map<RecordName, Long> deletions(Owner owner, long after) {
        Map<RecordName, Long> found = new HashMap<>();
        Bson where = Filters.and(
                Filters.eq("mneme.owner", name(owner)),
                Filters.gt("mneme.revision", after),
                Filters.eq("mneme.deleted", true));
        for (BsonDocument marker : connection.collection(RecordTable.OTHER).find(where)) {
            BsonDocument mneme = marker.getDocument("mneme");
            found.put(deletedName(mneme), mneme.getInt64("revision").getValue());
        }
        return found;
    }

    private static RecordName deletedName(BsonDocument mneme) {
        return new RecordName(
                RecordTable.valueOf(mneme.getString("table").getValue()),
                mneme.getBinary("key").getData());
    }

    /// What Mneme stored of a document; null if it never did, or what is there cannot be read.
    ///
    /// @param since rows of this revision and before are of a record that was deleted
    static @Nullable StoredRecord stored(RecordTable table, BsonDocument document, long since, Problems problems) {
        BsonValue under = document.get("mneme");
        if (under == null) {
            return null;
        }
        String what =
                MongoSchema.collection(table) + " " + MongoForeign.show(document.get("_id", BsonNull.VALUE)) + " mneme";
        if (!(under instanceof BsonDocument mneme)
                || !(mneme.get("key") instanceof BsonBinary key)
                || !(mneme.get("revision") instanceof BsonNumber revision)
                || !(mneme.get("rows", new BsonDocument()) instanceof BsonDocument stored)) {
            return damaged(table, document, problems, what);
        }
        Map<String, byte[]> rows = new HashMap<>();
        for (Map.Entry<String, BsonValue> row : stored.entrySet()) {
            if (!(row.getValue() instanceof BsonDocument value)
                    || !(value.get("r") instanceof BsonNumber at)
                    || !(value.get("b") instanceof BsonBinary bytes)) {
                return damaged(table, document, problems, what);
            }
            if (at.longValue() > since) {
                rows.put(row.getKey(), bytes.getData());
            }
        }
        problems.mended(what);
        return new StoredRecord(new RecordName(table, key.getData()), revision.longValue(), rows, false);
    }

    private static @Nullable StoredRecord damaged(
            RecordTable table, BsonDocument document, Problems problems, String what) {
        problems.add(
                what,
                "What Mneme stored in document " + MongoForeign.show(document.get("_id", BsonNull.VALUE)) + " of "
                        + MongoSchema.collection(table) + " was changed by another program, and is set aside.");
        return null;
    }

    // Sweeping.

    /// Removes what expired. Deletions are forgotten after a day, once nothing is left of what they deleted.
    void sweep(Instant now) {
        BsonDateTime time = new BsonDateTime(now.toEpochMilli());
        for (RecordTable table : List.of(RecordTable.CONTEXT, RecordTable.SYNC_EVENT)) {
            connection.collection(table).deleteMany(Filters.lte("expiresAt", time));
        }
        BsonDateTime due = new BsonDateTime(now.plus(EXPIRED).minus(REMEMBERED).toEpochMilli());
        Bson old = Filters.and(Filters.lte("expiresAt", due), Filters.eq("mneme.deleted", true));
        MongoCollection<BsonDocument> rows = connection.collection(RecordTable.OTHER);
        List<BsonDocument> markers;
        do {
            markers = rows.find(old).limit(SWEPT_AT_ONCE).into(new ArrayList<>());
            forget(markers);
        } while (markers.size() == SWEPT_AT_ONCE);
    }

    private void forget(List<BsonDocument> markers) {
        for (BsonDocument marker : markers) {
            BsonDocument mneme = marker.getDocument("mneme");
            RecordName name = deletedName(mneme);
            cleanse(
                    name.table(),
                    swept(mneme, marker, name),
                    mneme.getInt64("revision").getValue());
            connection
                    .collection(RecordTable.OTHER)
                    .deleteOne(Filters.and(
                            Filters.eq("_id", marker.get("_id")),
                            Filters.lte("mneme.revision", mneme.get("revision"))));
        }
    }

    private static Bson swept(BsonDocument mneme, BsonDocument marker, RecordName name) {
        return MongoSchema.isShared(name.table())
                ? Filters.and(
                        Filters.eq("userId", marker.get("userId")),
                        Filters.eq("mneme.owner", mneme.get("owner")),
                        Filters.eq("mneme.key", new BsonBinary(name.key())))
                : Filters.eq("_id", mneme.get("document"));
    }
}
