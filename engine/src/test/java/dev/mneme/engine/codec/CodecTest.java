package dev.mneme.engine.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MemoryVersion;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.NumberedIds;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.SourceType;
import dev.mneme.core.model.Timestamp;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.model.Transition;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.ChangeRow.Ref;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.IdempotencyRow;
import dev.mneme.engine.table.OwnerTotals;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import dev.mneme.engine.table.Spaces;
import dev.mneme.testkit.Fixtures;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What was written is read as it was; bytes that are damaged are said to be damaged, and nothing else happens.
final class CodecTest {
    private static final Command.Govern GOVERN = new Command.Govern(
            "k7f3q2ab",
            new Retention(1, Duration.ofDays(2), 3, Duration.ofNanos(4_000_005), 6, Duration.ofHours(7), 8, 9));

    private static LongStream seeds() {
        return LongStream.range(0, 30);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aBatchIsReadAsItWasWritten(long seed) {
        byte[] bytes = BatchCodec.encode(batch(new SplittableRandom(seed)));
        assertThat(BatchCodec.encode(BatchCodec.decode(bytes))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255})
    void aBatchOfAnUnknownFormatIsRefused(int format) {
        byte[] bytes = BatchCodec.encode(batch(new SplittableRandom(1)));
        bytes[0] = (byte) format;
        assertThatThrownBy(() -> BatchCodec.decode(bytes)).hasMessageContaining("batch format");
    }

    /// A number has ten bytes at most, and a count is of what can still follow.
    @Test
    void numbersAndCountsThatCannotBeAreDamage() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, 0, 19, (byte) 0x80);
        byte[] negative = new ByteWriter().unsigned(-1).toByteArray();
        byte[] negativeInPart = new ByteWriter().unsigned(Long.MIN_VALUE).toByteArray();
        for (byte[] bytes :
                List.of(negative, negativeInPart, new ByteWriter().unsigned(1).toByteArray())) {
            assertDamaged(() -> ByteReader.decode(bytes, ByteReader::count));
        }
        assertDamaged(() -> ByteReader.decode(endless, ByteReader::unsigned));
        assertThat(ByteReader.decode(negative, ByteReader::unsigned)).isEqualTo(-1);
    }

    private static void assertDamaged(org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aMemoryRowIsReadAsItWasWritten(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Rows.Version version = new Rows.Version(
                random.nextBoolean() ? MemoryEvent.ADD : MemoryEvent.UPDATE,
                memory(random),
                3,
                9,
                time(random),
                Provenance.ofKey("k"));
        assertThat(Rows.Version.decode(version.encode())).isEqualTo(version);
    }

    /// Who reads the log again gives numbers as numbers, too.
    @Test
    void whichIdsOfAResponseCameAsNumbersIsReadAsItWasWritten() {
        for (boolean chat : List.of(true, false)) {
            for (boolean message : List.of(true, false)) {
                Command.RecordResponse response = new Command.RecordResponse(
                        "desk",
                        "12",
                        "13",
                        null,
                        SourceType.LOCAL,
                        "p",
                        "m",
                        null,
                        "h",
                        Json.JsonObject.EMPTY,
                        null,
                        new NumberedIds(chat, message));
                assertThat(readAgain(response)).isEqualTo(response);
            }
        }
    }

    @Test
    void everyRowIsReadAsItWasWritten() {
        Owner owner = Owner.user("α");
        Digest128 sum = new Digest128(-1, 2);
        OwnerTotals totals = new OwnerTotals(3, sum, sum.plus(sum), sum.minus(sum));
        Spaces spaces = Spaces.NONE
                .claimed(new EmbeddingSpace("e", 3))
                .begun(new EmbeddingSpace("f", 2))
                .staged(7);
        Rows.Head head = new Rows.Head(owner, 5, 2, spaces, 1, 4, totals);
        assertThat(Rows.Head.decode(head.encode())).isEqualTo(head);
        Rows.Head erased = new Rows.Head(null, 5, 5, Spaces.NONE, 0, 0, totals);
        assertThat(Rows.Head.decode(erased.encode())).isEqualTo(erased);
        Rows.Shard shard = new Rows.Shard(Instant.ofEpochMilli(7), 1, 2, 3, 4, 5, ShardTotals.NONE, null);
        assertThat(Rows.Shard.decode(shard.encode())).isEqualTo(shard);
        assertThat(Rows.Shard.decode(null)).isEqualTo(Rows.Shard.NEW);
        ShardTotals shardTotals = new ShardTotals(6, 7, Collections.nCopies(ShardTotals.GROUPS, sum), 8, sum);
        Rows.Shard governed = new Rows.Shard(Instant.ofEpochMilli(7), 1, 2, 3, 4, 5, shardTotals, GOVERN);
        assertThat(Rows.Shard.decode(governed.encode())).isEqualTo(governed);
        assertThat(Rows.Shard.withoutTotals(governed.encode())).isEqualTo(governed.withTotals(ShardTotals.NONE));
        assertThat(Rows.Shard.totals(governed.encode())).isEqualTo(shardTotals);
        for (Rows.Shard each : List.of(governed, shard.withTotals(shardTotals))) {
            byte[] without = each.withTotals(ShardTotals.NONE).encode();
            assertThat(Rows.Shard.filled(without, shardTotals)).isEqualTo(each.encode());
        }
        for (Rows.Head each : List.of(head, erased)) {
            byte[] without = each.withTotals(OwnerTotals.NONE).encode();
            assertThat(Rows.Head.filled(without, totals)).isEqualTo(each.encode());
        }
        for (ChangeType type : ChangeType.values()) {
            ChangeRow change = new ChangeRow(
                    type, new Ref.OfMemory(1, 2), true, Instant.EPOCH, new Provenance("k", "phone", true), 8, 3);
            assertThat(ChangeRow.decode(change.encode())).isEqualTo(change);
        }
        for (ErrorCode code : ErrorCode.values()) {
            IdempotencyRow.Kept kept = new IdempotencyRow.Kept.Rejected(code, "why", "field", List.of("/a"), null);
            IdempotencyRow row = new IdempotencyRow(new byte[] {1}, Instant.EPOCH, 2, 3, List.of(kept));
            assertThat(IdempotencyRow.decode(row.encode()).outcomes()).containsExactly(kept);
        }
        Rows.EntityRow entity = new Rows.EntityRow(3, Instant.ofEpochMilli(-1), Instant.ofEpochMilli(-2));
        assertThat(Rows.EntityRow.decode(entity.encode())).isEqualTo(entity);
        Rows.EntityRow earlier = new Rows.EntityRow(3, Instant.EPOCH, null); // as it was before createdAt
        assertThat(Rows.EntityRow.decode(earlier.encode())).isEqualTo(earlier);
        assertThat(Rows.arrival(Rows.encode(77L))).isEqualTo(77);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedBytesAreSaidToBeDamaged(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] batch = BatchCodec.encode(batch(random));
        damage(random, batch, BatchCodec::decode);
        Rows.Version version =
                new Rows.Version(MemoryEvent.ADD, memory(random), 1, 1, time(random), Provenance.ofKey("k"));
        damage(random, version.encode(), Rows.Version::decode);
        damage(random, Rows.encode(embedding(random), 7), Rows::embedding);
        damage(random, Rows.encode(apiKey()), Rows::apiKey);
        damage(random, Rows.Head.of(Owner.user("alice")).encode(), Rows.Head::decode);
        damage(
                random,
                new Rows.Shard(Instant.EPOCH, 1, 2, 3, 4, 5, ShardTotals.NONE, GOVERN).encode(),
                Rows.Shard::decode);
        IdempotencyRow.Kept kept = new IdempotencyRow.Kept.Rejected(ErrorCode.NOT_FOUND, "m", null, List.of(), null);
        damage(
                random,
                new IdempotencyRow(new byte[32], Instant.EPOCH, 1, 2, List.of(kept)).encode(),
                IdempotencyRow::decode);
    }

    @Test
    void nestingWithoutEndIsDamageAndExhaustsNothing() {
        byte[] deep = new byte[100_000];
        for (int i = 0; i < deep.length; i += 2) {
            deep[i] = 5; // an array
            deep[i + 1] = 1; // of one
        }
        assertThatThrownBy(() -> ModelCodec.json(new ByteReader(deep)))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }

    /// Cuts, and flips, and noise: each is read as something, or refused as damage.
    private static void damage(SplittableRandom random, byte[] bytes, Consumer<byte[]> decode) {
        for (int n = 0; n < 300; n++) {
            byte[] damaged = bytes.clone();
            switch (random.nextInt(3)) {
                case 0 -> damaged = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
                case 1 -> damaged[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    for (int i = 0; i < 4; i++) {
                        damaged[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                }
            }
            try {
                decode.accept(damaged);
            } catch (MnemeException refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION);
            }
        }
    }

    private static ShardBatch batch(SplittableRandom random) {
        List<Command> commands = new ArrayList<>();
        for (int n = random.nextInt(6); n >= 0; n--) {
            commands.add(command(random));
        }
        Write.Idempotency key = random.nextBoolean() ? new Write.Idempotency("key", new byte[] {1, 2}) : null;
        Write write = new Write(Owner.user("alice"), new Provenance("k", "i", random.nextBoolean()), key, commands);
        return new ShardBatch(time(random), List.of(write, Fixtures.write(Owner.user("bob"))));
    }

    private static Command command(SplittableRandom random) {
        return switch (random.nextInt(15)) {
            case 0 -> add(random);
            case 1 ->
                new Command.UpdateMemory(
                        id(random),
                        text(random),
                        random.nextBoolean() ? embedding(random) : null,
                        random.nextBoolean() ? object(random, 2) : null,
                        random.nextBoolean() ? List.of("a", "") : null,
                        random.nextBoolean() ? new Command.UpdateMemory.Expiry(null) : null,
                        timestamp(random),
                        random.nextLong(),
                        random.nextBoolean() ? Command.NO_LIMIT : 1 + random.nextInt(1 << 20));
            case 2 -> new Command.DeleteMemory(id(random), Command.ANY_VERSION);
            case 3 ->
                new Command.DeleteMatching(new Filter.Not(new Filter.Or(List.of(
                        Fixtures.user("alice"), Fixtures.category("x"), Fixtures.metadata("/a", json(random, 1))))));
            case 4 -> new Command.EraseOwner();
            case 5 -> new Command.PutKey(apiKey());
            case 6 -> new Command.Import(imported(random));
            case 7 ->
                new Command.Import(new Exported.OfTransition(new Transition(
                        "alice", "desk", null, Mode.PARALLEL, json(random, 1), 5L, true, null, time(random), 7, true)));
            case 8 -> put(random);
            case 9 -> new Command.DeleteDocument("a-b", "id", Command.ANY_VERSION);
            case 10, 11 -> revise(random);
            case 12 ->
                new Command.DeleteUnchanged(List.of(
                        new Command.ForgetVersions.Version(id(random), 3),
                        new Command.ForgetVersions.Version(id(random), 600)));
            case 13 -> GOVERN;
            default -> new Command.DeleteKey("k9");
        };
    }

    private static Command.AddMemory add(SplittableRandom random) {
        Memory memory = memory(random);
        return new Command.AddMemory(
                memory.id(),
                memory.scope(),
                memory.text(),
                memory.role(),
                memory.name(),
                memory.metadata(),
                memory.categories(),
                memory.timestamp(),
                memory.expiresAt(),
                random.nextBoolean() ? embedding(random) : null,
                switch (random.nextInt(3)) {
                    case 0 -> Command.Dedupe.OFF;
                    case 1 -> Command.Dedupe.BY_TEXT;
                    default -> Command.Dedupe.BY_CONTENT;
                },
                random.nextBoolean() ? Command.NO_LIMIT : 1 + random.nextInt(1 << 20));
    }

    private static Command.PutDocument put(SplittableRandom random) {
        return new Command.PutDocument("webhooks", text(random) + "x", object(random, 2), random.nextLong());
    }

    private static Command.Revise revise(SplittableRandom random) {
        List<Command.Revision> revisions = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            revisions.add(
                    switch (random.nextInt(3)) {
                        case 0 -> new Command.Revision.Add(add(random));
                        case 1 -> new Command.Revision.Replace(id(random), add(random));
                        default -> new Command.Revision.Remove(id(random));
                    });
        }
        List<Command.Seen> seen = random.nextBoolean()
                ? List.of()
                : List.of(new Command.Seen(id(random), random.nextLong()), new Command.Seen(id(random), 1));
        return new Command.Revise(
                seen,
                revisions,
                random.nextBoolean() ? List.of() : List.of(put(random), put(random)),
                random.nextBoolean());
    }

    @Test
    void aRevisionIsReadAsItWasWritten() {
        SplittableRandom random = new SplittableRandom(1);
        Command.Revise revise = new Command.Revise(
                List.of(new Command.Seen(id(random), 7)),
                List.of(
                        new Command.Revision.Add(Fixtures.add("alice", "likes tea")),
                        new Command.Revision.Replace(id(random), Fixtures.add("alice", "likes mate")),
                        new Command.Revision.Remove(id(random))),
                List.of(new Command.PutDocument("jobs", "j", Fixtures.json("a", 1), 3)));
        assertThat(readAgain(revise)).isEqualTo(revise);
    }

    @Test
    void moreThanARevisionMayHaveIsReadAllTheSame() {
        Command.Seen seen = new Command.Seen(Fixtures.id(Owner.user("alice")), 1);
        Command.Revise revise =
                new Command.Revise(Collections.nCopies(Command.Revise.MAX + 1, seen), List.of(), List.of());
        assertThat(readAgain(revise)).isEqualTo(revise);
    }

    @Test
    void rulesAreReadAsTheyWereWritten() {
        assertThat(readAgain(GOVERN)).isEqualTo(GOVERN);
    }

    @Test
    void conflictsAreReadAsTheyWereWritten() {
        MemoryId id = Fixtures.id(Fixtures.ALICE, 1);
        Conflict.Side base = new Conflict.Side(1, Fixtures.json("a", 1), false, Instant.ofEpochMilli(5), "k1", "desk");
        Conflict.Side mine = new Conflict.Side(0, Fixtures.json("a", 2), false, Instant.ofEpochMilli(6), "k2", "tab");
        Conflict.Side theirs = new Conflict.Side(2, null, true, Instant.ofEpochMilli(7), "k3", "phone");
        for (Conflict.Kind kind : Conflict.Kind.values()) {
            for (Conflict.Side from : new Conflict.Side[] {base, null}) {
                Conflict.About about = new Conflict.About(kind, "key");
                Command record = new Command.RecordConflict(id, about, from, mine, theirs, from == null);
                assertThat(readAgain(record)).isEqualTo(record);
            }
        }
        for (Conflict.Take take : Conflict.Take.values()) {
            Command write = take == Conflict.Take.THEIRS ? null : new Command.DeleteContext("key", 3);
            Command resolve = new Command.ResolveConflict(id, take, write);
            assertThat(readAgain(resolve)).isEqualTo(resolve);
        }
        Conflict resolved = new Conflict(
                id,
                Fixtures.ALICE,
                new Conflict.About(Conflict.Kind.MODE, "desk"),
                base,
                mine,
                theirs,
                Instant.ofEpochMilli(8),
                new Conflict.Resolution(Conflict.Take.MINE, 3, Instant.ofEpochMilli(9), "k4", "desk"),
                2,
                true);
        Command imported = new Command.Import(new Exported.OfConflict(resolved));
        assertThat(readAgain(imported)).isEqualTo(imported);
        Command expire = new Command.Expire(List.of(new Command.Expired.OfConflict(id, 2)));
        assertThat(readAgain(expire)).isEqualTo(expire);
    }

    private static Command readAgain(Command command) {
        ShardBatch batch = new ShardBatch(Instant.EPOCH, List.of(Fixtures.write(Owner.user("alice"), command)));
        return BatchCodec.decode(BatchCodec.encode(batch))
                .writes()
                .getFirst()
                .commands()
                .getFirst();
    }

    private static Exported imported(SplittableRandom random) {
        Memory memory = memory(random, new MemoryId(UUID.nameUUIDFromBytes(new byte[] {1}))); // of no slot
        MemoryVersion added = new MemoryVersion(MemoryEvent.ADD, memory, memory.version(), time(random), "k", "desk");
        MemoryVersion deleted =
                new MemoryVersion(MemoryEvent.DELETE, memory, memory.version() + 1, time(random), "k", "key:k");
        return new Exported.OfMemory(
                random.nextBoolean() ? List.of(added, deleted) : List.of(added),
                random.nextBoolean() ? embedding(random) : null);
    }

    private static ApiKey apiKey() {
        return new ApiKey(
                "k1",
                "nämé",
                Role.WRITE,
                Fixtures.only(OwnerKind.AGENT, "bot", "cat"),
                Instant.EPOCH,
                null,
                new ApiKey.Rate(3, 9),
                new byte[32]);
    }

    private static Memory memory(SplittableRandom random) {
        return memory(random, id(random));
    }

    private static Memory memory(SplittableRandom random, MemoryId id) {
        return new Memory(
                id,
                new ScopeIds("u" + random.nextInt(), null, random.nextBoolean() ? "app" : null, null),
                String.valueOf(text(random)),
                text(random),
                text(random),
                object(random, 3),
                List.of("x", "y"),
                timestamp(random),
                time(random),
                time(random),
                null,
                1 + random.nextLong(1L << 40),
                random.nextBoolean() ? id(random) : null);
    }

    /// As embeddings were written when tokens were all that could follow the vector: a boolean.
    @Test
    void anEmbeddingOfTheFirstFormIsRead() {
        byte[] rows = new byte[TokenVectors.DIMENSION];
        rows[0] = 7;
        for (boolean hasTokens : new boolean[] {false, true}) {
            ByteWriter out = new ByteWriter(64).string("e").unsigned(2);
            out.floats(new float[] {.6f, .8f}).bool(hasTokens);
            if (hasTokens) {
                out.bytes(rows);
            }
            Embedding read = ByteReader.decode(out.toByteArray(), ModelCodec::embedding);
            assertThat(read.vector()).containsExactly(.6f, .8f);
            assertThat(read.passages()).isNull();
            assertThat(read.tokens() == null ? null : read.tokens().rows()).isEqualTo(hasTokens ? rows : null);
        }
    }

    @Test
    void aTimestampOfBeforeOffsetsIsStillRead() {
        Instant at = Instant.parse("2026-05-08T22:30:00Z");

        assertThat(new ByteWriter(16).nullableTimestamp(Timestamp.of(at)).toByteArray())
                .isEqualTo(new ByteWriter(16).nullableInstant(at).toByteArray());
        Timestamp read = ByteReader.decode(
                new ByteWriter(16).nullableInstant(at).toByteArray(),
                in -> Objects.requireNonNull(in.nullableTimestamp()));
        assertThat(read).isEqualTo(Timestamp.of(at));
    }

    @ParameterizedTest
    @ValueSource(ints = {-64_800, -3_600, 0, 1, 64_800})
    void anOffsetIsKeptToTheSecond(int seconds) {
        byte[] bytes =
                new ByteWriter(16).u8(2).instant(Instant.EPOCH).signed(seconds).toByteArray();

        Timestamp read = ByteReader.decode(bytes, in -> Objects.requireNonNull(in.nullableTimestamp()));
        assertThat(read).isEqualTo(new Timestamp(Instant.EPOCH, ZoneOffset.ofTotalSeconds(seconds)));
        assertThat(new ByteWriter(16).nullableTimestamp(read).toByteArray()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {-64_801, 64_801, Long.MIN_VALUE})
    void anOffsetThatNoClockHasIsDamage(long seconds) {
        assertDamaged(
                new ByteWriter(16).u8(2).instant(Instant.EPOCH).signed(seconds).toByteArray());
        assertDamaged(new ByteWriter(16).u8(3).instant(Instant.EPOCH).toByteArray());
    }

    private static void assertDamaged(byte[] timestamp) {
        assertThatThrownBy(() -> new ByteReader(timestamp).nullableTimestamp())
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTEGRITY_VIOLATION));
    }

    private static @Nullable Timestamp timestamp(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> Timestamp.of(time(random));
            default -> new Timestamp(time(random), ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801)));
        };
    }

    private static MemoryId id(SplittableRandom random) {
        return new MemoryId(new UUID(random.nextLong(), random.nextLong()));
    }

    private static Instant time(SplittableRandom random) {
        return Instant.ofEpochMilli(random.nextLong(-1L << 45, 1L << 45));
    }

    private static @Nullable String text(SplittableRandom random) {
        return random.nextInt(4) == 0 ? null : "tea 👋 café\n".repeat(random.nextInt(20));
    }

    private static Embedding embedding(SplittableRandom random) {
        float[] vector = new float[3];
        IntStream.range(0, 3).forEach(i -> vector[i] = (float) random.nextDouble());
        TokenVectors tokens = random.nextBoolean() ? new TokenVectors(new byte[2 * TokenVectors.DIMENSION]) : null;
        byte[] passages = new byte[3 * (1 + random.nextInt(4))];
        random.nextBytes(passages);
        return new Embedding(
                new EmbeddingSpace("e", 3),
                vector,
                tokens,
                random.nextBoolean() ? new PassageVectors(3, passages) : null);
    }

    private static Json.JsonObject object(SplittableRandom random, int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            members.put("m" + n, json(random, depth - 1));
        }
        return new Json.JsonObject(members);
    }

    private static Json json(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> new Json.JsonNull();
            case 1 -> new Json.JsonBoolean(random.nextBoolean());
            case 2 -> new Json.JsonNumber(new BigDecimal(random.nextLong()).movePointLeft(random.nextInt(30)));
            case 3 -> new Json.JsonString("s" + random.nextInt());
            case 4 -> new Json.JsonArray(List.of(json(random, depth - 1), json(random, depth - 1)));
            default -> object(random, depth);
        };
    }
}
