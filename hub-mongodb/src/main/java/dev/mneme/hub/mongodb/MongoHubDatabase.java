package dev.mneme.hub.mongodb;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import com.mongodb.client.model.UpdateOptions;
import dev.mneme.core.hub.ForeignRecord;
import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.HubHealth;
import dev.mneme.core.hub.HubIdentity;
import dev.mneme.core.hub.OwnerBatch;
import dev.mneme.core.hub.OwnerHead;
import dev.mneme.core.hub.RecordChange;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bson.BSONException;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/// A hub's database in MongoDB, by the official driver. A head is one document of `mneme_heads`, and its replacement
/// under the revision that it is expected to have is the commit: nothing here needs a transaction. Writes are
/// acknowledged by a majority; heads are read as a majority has them, from the primary.
///
/// Opening connects to nothing; the first call does, and makes collections and indexes that are missing.
public final class MongoHubDatabase implements HubDatabase {
    /// The format of what this version stores, and the newest that it reads.
    public static final int FORMAT = 1;

    private static final String IDENTITY = "identity";
    private static final long LARGEST_HEAD = 15 << 20;
    private static final int ASKED_AT_ONCE = 1_000;

    private final MongoHubSettings settings;
    private final MongoClient client;
    private final MongoDatabase database;
    private final Problems problems = new Problems();
    private final MongoRecords records;
    private final MongoForeign foreign;
    private final InstantSource clock;
    private final Object preparing = new Object();
    private final Object stateLock = new Object();
    private volatile boolean prepared;
    private volatile boolean closed;
    private String degraded = "";
    private @Nullable Instant since;

    public MongoHubDatabase(MongoHubSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        client = MongoClients.create(clientSettings(settings));
        database = client.getDatabase(settings.database())
                .withWriteConcern(WriteConcern.MAJORITY)
                .withReadConcern(ReadConcern.MAJORITY)
                .withReadPreference(ReadPreference.primary());
        records = new MongoRecords(this::collection, problems, clock);
        foreign = new MongoForeign(this::collection, problems);
    }

    private static MongoClientSettings clientSettings(MongoHubSettings settings) {
        ConnectionString url = settings.connection();
        return MongoClientSettings.builder()
                .applicationName("mneme")
                .applyToConnectionPoolSettings(pool -> pool.maxSize(settings.maxPoolSize())
                        .minSize(settings.minPoolSize())
                        .maxWaitTime(settings.poolWait().toMillis(), TimeUnit.MILLISECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(
                                settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                        .readTimeout(settings.socketTimeout().toMillis(), TimeUnit.MILLISECONDS))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(
                        settings.serverSelection().toMillis(), TimeUnit.MILLISECONDS))
                .applyConnectionString(url)
                .build();
    }

    private MongoCollection<BsonDocument> collection(RecordTable table) {
        return database.getCollection(MongoSchema.collection(table), BsonDocument.class);
    }

    private MongoCollection<BsonDocument> heads() {
        return database.getCollection(MongoSchema.HEADS, BsonDocument.class);
    }

    // Failures.

    private <T> T call(Supplier<T> what) {
        try {
            prepare();
            T result = what.get();
            answered();
            return result;
        } catch (MongoException e) {
            throw failed(e);
        } catch (IllegalStateException e) { // the driver's, of a client that was closed
            throw closed ? failed(e) : e;
        }
    }

    private void run(Runnable what) {
        boolean ran = call(() -> {
            what.run();
            return true;
        });
        assert ran;
    }

    private void prepare() {
        if (!prepared) {
            synchronized (preparing) {
                if (!prepared) {
                    MongoSchema.prepare(database, problems);
                    checkFormat();
                    prepared = true;
                }
            }
        }
    }

    private void checkFormat() {
        BsonDocument stored = heads().find(Filters.eq("_id", IDENTITY)).first();
        if (stored != null) {
            identity(stored);
        }
    }

    private void answered() {
        synchronized (stateLock) {
            if (!degraded.isEmpty() || since == null) {
                degraded = "";
                since = clock.instant();
            }
        }
    }

    private MnemeException failed(RuntimeException e) {
        MnemeException said = MongoFailures.unavailable(settings.servers(), e);
        synchronized (stateLock) {
            if (degraded.isEmpty()) {
                since = clock.instant();
            }
            degraded = String.valueOf(said.getMessage());
        }
        return said;
    }

    // Heads.

    @Override
    public HubIdentity identity(HubIdentity proposed) {
        return call(() -> {
            BsonDocument fields = new BsonDocument("format", new BsonInt32(proposed.format()))
                    .append("epoch", new BsonString(proposed.epoch()));
            try {
                heads().updateOne(
                                Filters.eq("_id", IDENTITY),
                                new BsonDocument("$setOnInsert", fields),
                                new UpdateOptions().upsert(true));
            } catch (MongoWriteException e) {
                if (e.getError().getCode() != MongoFailures.DUPLICATE_KEY) {
                    throw e;
                }
            }
            BsonDocument stored = heads().find(Filters.eq("_id", IDENTITY)).first();
            if (stored == null) {
                throw new MongoException("the identity is gone");
            }
            return identity(stored);
        });
    }

    private HubIdentity identity(BsonDocument stored) {
        BsonValue format = stored.get("format");
        BsonValue epoch = stored.get("epoch");
        if (format == null || !format.isNumber() || epoch == null || !epoch.isString()) {
            throw MnemeException.invalid(
                    "MONGODB_DATABASE",
                    "MONGODB_DATABASE " + settings.database()
                            + " has a collection mneme_heads that is not Mneme's: name another database.");
        }
        if (format.asNumber().intValue() > FORMAT) {
            throw MnemeException.invalid(
                    "MONGODB_DATABASE",
                    "MONGODB_DATABASE " + settings.database() + " has format "
                            + format.asNumber().intValue() + ", and this version of Mneme reads up to " + FORMAT
                            + ": run the newer version.");
        }
        return new HubIdentity(format.asNumber().intValue(), epoch.asString().getValue());
    }

    @Override
    public OwnerHead head(Owner owner) {
        return call(() -> {
            BsonDocument stored =
                    heads().find(Filters.eq("_id", MongoRecords.name(owner))).first();
            return stored == null ? OwnerHead.none(owner) : head(owner, stored);
        });
    }

    private static OwnerHead head(Owner owner, BsonDocument stored) {
        try {
            List<OwnerBatch> pending = new ArrayList<>();
            for (BsonValue each : stored.getArray("pending")) {
                BsonDocument batch = each.asDocument();
                pending.add(new OwnerBatch(
                        batch.getInt64("revision").getValue(),
                        batch.getString("id").getValue(),
                        batch.getString("node").getValue(),
                        time(batch, "at"),
                        batch.getInt64("sequence").getValue(),
                        batch.getBinary("rows").getData()));
            }
            return new OwnerHead(
                    owner,
                    stored.getInt64("revision").getValue(),
                    stored.getInt64("sequence").getValue(),
                    time(stored, "at"),
                    pending,
                    recent(stored));
        } catch (BSONException e) {
            throw new MnemeException(
                    ErrorCode.INTEGRITY_VIOLATION,
                    "The head of an owner in mneme_heads was changed by another program (_id "
                            + MongoRecords.name(owner) + "): restore it from a backup.",
                    e);
        }
    }

    private static List<String> recent(BsonDocument stored) {
        return stored.getArray("recent").stream()
                .map(id -> id.asString().getValue())
                .toList();
    }

    private static Instant time(BsonDocument document, String field) {
        return Instant.ofEpochMilli(document.getDateTime(field).getValue());
    }

    @Override
    public Map<Owner, Long> revisions(Collection<Owner> owners) {
        return call(() -> {
            Map<String, Owner> names = new HashMap<>();
            owners.forEach(owner -> names.put(MongoRecords.name(owner), owner));
            Map<Owner, Long> revisions = new HashMap<>();
            List<String> all = List.copyOf(names.keySet());
            for (int from = 0; from < all.size(); from += ASKED_AT_ONCE) {
                List<String> some = all.subList(from, Math.min(all.size(), from + ASKED_AT_ONCE));
                for (BsonDocument each : heads().find(Filters.in("_id", some))
                        .projection(new BsonDocument("revision", new BsonInt32(1)))) {
                    Owner owner = names.get(each.getString("_id").getValue());
                    if (owner != null && each.get("revision") instanceof BsonInt64 revision) {
                        revisions.put(owner, revision.getValue());
                    }
                }
            }
            return revisions;
        });
    }

    @Override
    public boolean commit(OwnerHead next) {
        BsonDocument document = document(next);
        return call(() -> {
            try {
                if (next.revision() == 1) {
                    return heads().insertOne(document).wasAcknowledged();
                }
                Bson expected = Filters.and(
                        Filters.eq("_id", document.get("_id")), Filters.eq("revision", next.revision() - 1));
                return heads().replaceOne(expected, document).getMatchedCount() == 1;
            } catch (MongoWriteException e) {
                if (e.getError().getCode() == MongoFailures.DUPLICATE_KEY) {
                    return false;
                }
                throw e;
            }
        });
    }

    private static BsonDocument document(OwnerHead head) {
        long size = 0;
        BsonArray pending = new BsonArray();
        for (OwnerBatch batch : head.pending()) {
            size += batch.rows().length + 200;
            pending.add(new BsonDocument("revision", new BsonInt64(batch.revision()))
                    .append("id", new BsonString(batch.id()))
                    .append("node", new BsonString(batch.node()))
                    .append("at", new BsonDateTime(batch.at().toEpochMilli()))
                    .append("sequence", new BsonInt64(batch.sequence()))
                    .append("rows", new BsonBinary(batch.rows())));
        }
        if (size > LARGEST_HEAD) {
            throw new MnemeException(
                    ErrorCode.TOO_LARGE,
                    "What is written at once for one owner has " + size + " bytes, and a document of MongoDB takes "
                            + LARGEST_HEAD + ": write less at once.");
        }
        Owner owner = head.owner();
        return new BsonDocument("_id", new BsonString(MongoRecords.name(owner)))
                .append("project", new BsonString(owner.project()))
                .append("kind", new BsonString(owner.kind().wireName()))
                .append("ownerId", new BsonString(owner.id()))
                .append("revision", new BsonInt64(head.revision()))
                .append("sequence", new BsonInt64(head.sequence()))
                .append("at", new BsonDateTime(head.at().toEpochMilli()))
                .append("pending", pending)
                .append(
                        "recent",
                        new BsonArray(
                                head.recent().stream().map(BsonString::new).toList()));
    }

    @Override
    public void settle(Owner owner, long revision) {
        BsonDocument spread = new BsonDocument("revision", new BsonDocument("$lte", new BsonInt64(revision)));
        run(() -> heads().updateOne(
                        Filters.eq("_id", MongoRecords.name(owner)),
                        new BsonDocument("$pull", new BsonDocument("pending", spread))));
    }

    @Override
    public List<Owner> unfinished(Instant before, int limit) {
        return call(() -> {
            Bson old = Filters.and(Filters.gt("pending.revision", 0L), Filters.lt("at", Date.from(before)));
            List<Owner> owners = new ArrayList<>();
            for (BsonDocument head : heads().find(old).limit(limit)) {
                owners.add(owner(head));
            }
            return owners;
        });
    }

    // Records.

    @Override
    public void spread(Owner owner, long revision, List<RecordChange> changes) {
        run(() -> records.spread(owner, revision, changes));
    }

    @Override
    public void load(Owner owner, long after, Consumer<StoredRecord> visitor) {
        run(() -> records.load(owner, after, visitor));
    }

    @Override
    public Optional<Owner> ownerOf(MemoryId id) {
        return call(() -> {
            Bson named = Filters.eq("memoryId", id.toString());
            for (RecordTable table : List.of(RecordTable.MEMORY, RecordTable.MEMORY_VERSION)) {
                BsonDocument found = collection(table)
                        .find(named)
                        .projection(new BsonDocument("mneme.owner", new BsonInt32(1)))
                        .first();
                if (found != null && found.get("mneme") instanceof BsonDocument mneme) {
                    List<Owner> owners = named(List.of(mneme.get("owner", new BsonString(""))));
                    return owners.stream().findFirst();
                }
            }
            return Optional.empty();
        });
    }

    @Override
    public List<Owner> owners(Map<OwnerKind, String> ids, @Nullable Owner after, int limit) {
        return call(() -> {
            String last = after == null ? "" : MongoRecords.name(after);
            if (ids.isEmpty()) {
                Bson all = Filters.and(Filters.gt("_id", last), Filters.exists("ownerId"));
                return heads().find(all).sort(Sorts.ascending("_id")).limit(limit).into(new ArrayList<>()).stream()
                        .map(MongoHubDatabase::owner)
                        .toList();
            }
            List<Bson> wanted = new ArrayList<>(List.of(Filters.gt("mneme.owner", last)));
            ids.forEach((kind, id) -> wanted.add(Filters.eq(kind.fieldName(), id)));
            List<BsonValue> names = new ArrayList<>();
            for (BsonDocument each : collection(RecordTable.MEMORY)
                    .aggregate(List.of(
                            Aggregates.match(Filters.and(wanted)),
                            Aggregates.group("$mneme.owner"),
                            Aggregates.sort(Sorts.ascending("_id")),
                            Aggregates.limit(limit)))) {
                names.add(each.get("_id"));
            }
            return named(names);
        });
    }

    private List<Owner> named(List<BsonValue> names) {
        return heads().find(Filters.in("_id", names)).sort(Sorts.ascending("_id")).into(new ArrayList<>()).stream()
                .map(MongoHubDatabase::owner)
                .toList();
    }

    private static Owner owner(BsonDocument head) {
        return new Owner(
                head.getString("project").getValue(),
                OwnerKind.valueOf(head.getString("kind").getValue().toUpperCase(Locale.ROOT)),
                head.getString("ownerId").getValue());
    }

    @Override
    public List<ForeignRecord> changedSince(RecordTable table, Instant from, @Nullable String after, int limit) {
        return call(() -> foreign.changedSince(table, from, after, limit));
    }

    @Override
    public List<ForeignRecord> shared(RecordTable table, String userId, @Nullable String after, int limit) {
        return call(() -> foreign.shared(table, userId, after, limit));
    }

    @Override
    public void sweep(Instant now) {
        run(() -> records.sweep(now));
    }

    /// Calls back whenever something changed in the collections that other programs write, where the server has change
    /// streams. Calls may come late, twice or not at all: whoever polls misses nothing.
    ///
    /// @return ends it when it is closed
    public AutoCloseable watch(Runnable changed) {
        return new MongoWatch(database, changed);
    }

    @Override
    public HubHealth health() {
        try {
            BsonDocument pong = call(() -> database.runCommand(
                    new BsonDocument("ping", new BsonInt32(1)), ReadPreference.primary(), BsonDocument.class));
            assert pong != null;
        } catch (MnemeException e) {
            synchronized (stateLock) {
                return new HubHealth(false, String.valueOf(e.getMessage()), since, problems.sentences());
            }
        }
        synchronized (stateLock) {
            return new HubHealth(true, "", since, problems.sentences());
        }
    }

    @Override
    public void close() {
        closed = true;
        client.close();
    }
}
