package dev.mneme.hub.mongodb;

import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.mneme.core.hub.ForeignRecord;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.SharedFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.bson.json.JsonParseException;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

/// Reads the shared collections as anybody may have written them. What does not fit is set aside.
final class MongoForeign {
    private final MongoConnection connection;
    private final Problems problems;

    MongoForeign(MongoConnection connection, Problems problems) {
        this.connection = connection;
        this.problems = problems;
    }

    List<ForeignRecord> changedSince(RecordTable table, Instant from, @Nullable String after, int limit) {
        String time = SharedFields.timeField(table);
        if (time == null) {
            return List.of();
        }
        BsonDateTime start = new BsonDateTime(from.toEpochMilli());
        Bson where = after == null
                ? Filters.gte(time, start)
                : Filters.or(
                        Filters.gt(time, start), Filters.and(Filters.eq(time, start), Filters.gt("_id", id(after))));
        return read(table, time, where, Sorts.ascending(time, "_id"), limit);
    }

    List<ForeignRecord> shared(RecordTable table, String userId, @Nullable String after, int limit) {
        String time = SharedFields.timeField(table);
        if (time == null) {
            return List.of();
        }
        Bson mine = Filters.eq("userId", userId);
        Bson where = after == null ? mine : Filters.and(mine, Filters.gt("_id", id(after)));
        return read(table, time, where, Sorts.ascending("_id"), limit);
    }

    /// Goes on until the page is full, so that what is set aside does not look like the end.
    private List<ForeignRecord> read(RecordTable table, String time, Bson where, Bson order, int limit) {
        List<ForeignRecord> page = new ArrayList<>();
        FindIterable<BsonDocument> found =
                connection.collection(table).find(where).sort(order);
        try (var cursor = found.batchSize(Math.clamp(limit, 2, 1_000)).iterator()) {
            while (page.size() < limit && cursor.hasNext()) {
                ForeignRecord record = read(table, time, cursor.next());
                if (record != null) {
                    page.add(record);
                }
            }
        }
        return page;
    }

    private @Nullable ForeignRecord read(RecordTable table, String time, BsonDocument document) {
        BsonValue id = document.get("_id", BsonNull.VALUE);
        String what = MongoSchema.collection(table) + " " + show(id);
        try {
            Map<String, Object> fields = BsonFields.fields(document);
            if (!(fields.get("userId") instanceof String userId) || userId.isEmpty()) {
                throw new BsonFields.Unfit("userId is missing, or no text");
            }
            for (String key : SharedFields.naturalKey(table)) {
                boolean text = fields.get(key) instanceof String;
                if (!text && !(table == RecordTable.RESPONSE && fields.get(key) instanceof Number)) {
                    throw new BsonFields.Unfit(key + " is missing, or no text");
                }
            }
            boolean timed = fields.get(time) instanceof Instant;
            if (!timed && fields.containsKey(time)) {
                throw new BsonFields.Unfit(time + " is no date");
            }
            Instant at = fields.get(time) instanceof Instant instant ? instant : Instant.EPOCH;
            problems.mended(what);
            return new ForeignRecord(
                    table, token(id), userId, fields, at, MongoRecords.stored(table, document, 0, problems));
        } catch (BsonFields.Unfit unfit) {
            problems.add(
                    what,
                    "The document " + show(id) + " of " + MongoSchema.collection(table) + " is set aside: "
                            + unfit.getMessage() + ".");
            return null;
        }
    }

    /// An id as an operator would look for it, never long.
    static String show(BsonValue id) {
        String text = id.isObjectId() ? id.asObjectId().getValue().toHexString() : json(id);
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    private static String token(BsonValue id) {
        return id.isObjectId() ? id.asObjectId().getValue().toHexString() : json(id);
    }

    private static String json(BsonValue id) {
        return new BsonDocument("_id", id).toJson();
    }

    private static BsonValue id(String token) {
        if (ObjectId.isValid(token)) {
            return new BsonObjectId(new ObjectId(token));
        }
        try {
            return BsonDocument.parse(token).get("_id", BsonNull.VALUE);
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("no id of a document: " + token, e);
        }
    }

    /// Where this module keeps its collections.
    interface MongoConnection {
        MongoCollection<BsonDocument> collection(RecordTable table);
    }
}
