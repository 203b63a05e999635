package dev.mneme.testkit;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Position;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.MemoryQuery;
import dev.mneme.core.spi.SearchQuery;
import dev.mneme.core.spi.Store;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Short words for what tests write and ask. Everything here is the same in every run.
public final class Fixtures {
    public static final Owner ALICE = Owner.user("alice");
    public static final Owner BOB = Owner.user("bob");

    /// Who writes when a test does not care.
    public static final Provenance BY = Provenance.ofKey("k1");

    private static final AtomicLong NEXT_ID = new AtomicLong(1);

    private Fixtures() {}

    /// A fresh id of this owner, higher than every one before.
    public static MemoryId id(Owner owner) {
        return id(owner, NEXT_ID.getAndIncrement());
    }

    /// The id number `n` of this owner. Ids of one owner are ordered by their number.
    public static MemoryId id(Owner owner, long n) {
        Instant at = ManualClock.START.plusMillis(n);
        return MemoryId.create(at, owner.slot(), () -> n << 2);
    }

    public static ScopeIds scope(
            @Nullable String user, @Nullable String agent, @Nullable String app, @Nullable String run) {
        return new ScopeIds(user, agent, app, run);
    }

    /// A memory of a user, with a fresh id and nothing but a text.
    public static AddMemory add(String user, String text) {
        return add(ScopeIds.user(user), text);
    }

    public static AddMemory add(ScopeIds scope, String text) {
        return new AddMemory(
                id(scope.owner()), scope, text, null, null, JsonObject.EMPTY, List.of(), null, null, null, true);
    }

    public static AddMemory withId(AddMemory add, MemoryId id) {
        return new AddMemory(
                id,
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                add.embedding(),
                add.dedupe(),
                add.metadataLimit());
    }

    public static AddMemory said(AddMemory add, @Nullable String role, @Nullable Instant timestamp) {
        return said(add, role, timestamp == null ? null : Timestamp.of(timestamp));
    }

    public static AddMemory said(AddMemory add, Timestamp timestamp) {
        return said(add, add.role(), timestamp);
    }

    private static AddMemory said(AddMemory add, @Nullable String role, @Nullable Timestamp timestamp) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                role,
                add.name(),
                add.metadata(),
                add.categories(),
                timestamp,
                add.expiresAt(),
                add.embedding(),
                add.dedupe(),
                add.metadataLimit());
    }

    public static AddMemory tagged(AddMemory add, JsonObject metadata, String... categories) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                metadata,
                List.of(categories),
                add.timestamp(),
                add.expiresAt(),
                add.embedding(),
                add.dedupe(),
                add.metadataLimit());
    }

    public static AddMemory expiring(AddMemory add, @Nullable Instant at) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                at,
                add.embedding(),
                add.dedupe(),
                add.metadataLimit());
    }

    public static AddMemory embedded(AddMemory add, @Nullable Embedding embedding) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                embedding,
                add.dedupe(),
                add.metadataLimit());
    }

    public static AddMemory withoutDedupe(AddMemory add) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                add.embedding(),
                Command.Dedupe.OFF,
                add.metadataLimit());
    }

    /// As a service asks for it whose limit of metadata this is.
    public static AddMemory within(AddMemory add, int metadataLimit) {
        return new AddMemory(
                add.id(),
                add.scope(),
                add.text(),
                add.role(),
                add.name(),
                add.metadata(),
                add.categories(),
                add.timestamp(),
                add.expiresAt(),
                add.embedding(),
                add.dedupe(),
                metadataLimit);
    }

    /// An update of the text, whatever the version.
    public static UpdateMemory retext(MemoryId id, String text) {
        return new UpdateMemory(id, text, null, null, null, null, Command.ANY_VERSION);
    }

    /// An update of the metadata by a merge patch, whatever the version.
    public static UpdateMemory patch(MemoryId id, JsonObject metadata) {
        return new UpdateMemory(id, null, null, metadata, null, null, Command.ANY_VERSION);
    }

    /// As a service asks for it whose limit of metadata this is.
    public static UpdateMemory within(UpdateMemory update, int metadataLimit) {
        return new UpdateMemory(
                update.id(),
                update.text(),
                update.embedding(),
                update.metadataPatch(),
                update.categories(),
                update.expiry(),
                update.timestamp(),
                update.expectedVersion(),
                metadataLimit);
    }

    public static Command delete(MemoryId id) {
        return new Command.DeleteMemory(id, Command.ANY_VERSION);
    }

    public static Write write(Owner owner, Command... commands) {
        return new Write(owner, BY, null, List.of(commands));
    }

    /// A write under an idempotency key.
    public static Write once(Owner owner, String key, String body, Command... commands) {
        return new Write(owner, BY, new Idempotency(key, hash(body)), List.of(commands));
    }

    /// Stands for the SHA-256 of a request.
    public static byte[] hash(String body) {
        try {
            return java.security.MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The memory that the only command of a write stored.
    public static Memory stored(WriteResult result) {
        return ((Outcome.Stored) result.outcomes().getFirst()).memory();
    }

    /// An object of names and values in turn: strings, whole numbers, booleans, or [Json].
    public static JsonObject json(Object... namesAndValues) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], value(namesAndValues[i + 1]));
        }
        return new JsonObject(members);
    }

    private static Json value(Object value) {
        return switch (value) {
            case Json json -> json;
            case String text -> new JsonString(text);
            case Boolean bool -> new JsonBoolean(bool);
            case Number number -> new JsonNumber(BigDecimal.valueOf(number.longValue()));
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        };
    }

    /// A caller's vector, normalised, in the space `caller` of its dimension.
    public static Embedding vector(float... numbers) {
        return Embedding.ofCaller(EmbeddingSpace.CALLER, numbers);
    }

    public static QueryEmbedding query(Embedding embedding) {
        return new QueryEmbedding(embedding, List.of());
    }

    public static Filter user(String id) {
        return Filter.scope(OwnerKind.USER, id);
    }

    /// Memories with this category.
    public static Filter category(String category) {
        return new Compare(new Field.Named(Filter.Name.CATEGORIES), Operator.CONTAINS, new JsonString(category));
    }

    public static Filter metadata(String pointer, Json value) {
        return new Compare(new Field.Metadata(pointer), Operator.EQ, value);
    }

    /// Everything of an owner that is not expired at `now`, oldest first, in one page of at most 1,000.
    public static MemoryQuery everything(@Nullable Owner owner, Instant now) {
        return new MemoryQuery(owner, Filter.And.ALL, MemoryQuery.Order.CREATED_AT, 1_000, null, false, now);
    }

    /// A search by words, ten results, no threshold.
    public static SearchQuery words(@Nullable Owner owner, String text, Instant now) {
        return new SearchQuery(owner, text, null, false, Filter.And.ALL, 10, 0, false, now, Duration.ofSeconds(10));
    }

    /// An unrestricted key.
    public static ApiKey key(String id, Role role) {
        return key(id, role, Restriction.NONE);
    }

    /// A key whose secret is `secret-` and its id.
    public static ApiKey key(String id, Role role, Restriction restriction) {
        return new ApiKey(id, id, role, restriction, ManualClock.START, null, null, hash("secret-" + id));
    }

    public static Restriction only(OwnerKind kind, String... ids) {
        return new Restriction(Map.of(kind, Set.of(ids)));
    }

    /// Whether a read that shows the position is answered within the time.
    public static boolean reaches(Store store, Owner owner, Position position, Duration atMost) {
        try {
            store.reading(Freshness.atLeast(owner, position, atMost)).head(owner);
            return true;
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.POSITION_AHEAD) {
                return false;
            }
            throw e;
        }
    }

    /// A caller who names no instance.
    public static Caller caller(ApiKey key) {
        return Caller.of(key, null);
    }

    public static Caller admin() {
        return caller(key("admin", Role.ADMIN));
    }
}
