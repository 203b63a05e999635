package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.BeginSpace;
import dev.mneme.core.command.Command.DeleteMatching;
import dev.mneme.core.command.Command.DeleteMemory;
import dev.mneme.core.command.Command.EraseOwner;
import dev.mneme.core.command.Command.Revise;
import dev.mneme.core.command.Command.StageEmbedding;
import dev.mneme.core.command.Command.SwitchSpace;
import dev.mneme.core.command.Command.UpdateMemory;
import dev.mneme.core.command.Command.UpdateMemory.Expiry;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Random histories of a store, the same for the same seed. Values are drawn from few, so that
/// duplicates, conflicts, merges and matches happen often. A history speaks of ids that it made
/// earlier, whatever became of them.
public final class Histories {
    /// One step of a history.
    public sealed interface Step {
        record Apply(Write write) implements Step {
            /// What was asked, without the memories' texts.
            @Override
            public String toString() {
                return write.owner().kind() + " " + write.owner().id() + ": "
                        + write.commands().stream()
                                .map(command -> command.getClass().getSimpleName())
                                .toList();
            }
        }

        record Advance(Duration by) implements Step {}

        record Reopen() implements Step {}
    }

    private static final List<String> TEXTS = List.of(
            "likes green tea",
            " likes green tea\n",
            "likes black coffee",
            "visits the caf\u00e9",
            "visits the cafe\u0301 ",
            "plays chess badly",
            "plays chess",
            "Plays Chess",
            "owns two zebras",
            "\u00fcbt Klavier",
            "\u5f7c\u306f\u8336\u304c\u597d\u304d",
            "said \ud83d\udc4b hello");
    private static final List<String> CATEGORIES = List.of("drinks", "games", "music", "pets");
    private static final List<Owner> OWNERS = List.of(
            Owner.user("alice"),
            Owner.user("bob"),
            owner(OwnerKind.AGENT, "bot"),
            owner(OwnerKind.APP, "chat"),
            owner(OwnerKind.RUN, "r1"),
            owner(OwnerKind.AGENT, "alice"));

    private final SplittableRandom random;
    private final List<Owner> owners;
    private final RandomAudit audit;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Owner, List<MemoryId>> ids = new LinkedHashMap<>();
    private final RandomContexts contexts;
    private final RandomDocuments documents;
    private final RandomRevisions revisions;
    private final List<Write> repeatable = new ArrayList<>();
    private Instant now = ManualClock.START;
    private long lastId;
    private final RandomModes modes;

    private Histories(long seed) {
        random = new SplittableRandom(seed);
        modes = new RandomModes(random);
        contexts = new RandomContexts(random);
        documents = new RandomDocuments(random);
        revisions = new RandomRevisions(random, documents);
        owners = OWNERS.subList(0, chance(4) ? 1 : OWNERS.size());
        owners.forEach(owner -> ids.put(owner, new ArrayList<>()));
        audit = new RandomAudit(random, owners.size() > 1);
    }

    /// A history of `length` steps.
    public static List<Step> random(long seed, int length) {
        Histories history = new Histories(seed);
        for (int i = 0; i < length; i++) {
            history.steps.add(history.step());
        }
        return List.copyOf(history.steps);
    }

    /// As [#random], and with imports of records among its steps for every third seed, with conflicts for the
    /// next ones.
    public static List<Step> randomWithImports(long seed, int length) {
        List<Step> plain = random(seed, length);
        return switch ((int) (seed % 3)) {
            case 0 -> RandomImports.among(seed, plain);
            case 1 -> RandomConflicts.among(seed, plain);
            default -> plain;
        };
    }

    /// The owners that histories are about.
    public static List<Owner> owners() {
        return OWNERS;
    }

    private static Owner owner(OwnerKind kind, String id) {
        return new Owner(Owner.DEFAULT_PROJECT, kind, id);
    }

    private Step step() {
        int dice = random.nextInt(100);
        if (dice < 15) {
            return advance();
        }
        if (dice < 17) {
            return new Step.Reopen();
        }
        if (dice < 22 && !repeatable.isEmpty()) {
            return new Step.Apply(repeated());
        }
        return new Step.Apply(write());
    }

    /// Back only where there is one owner: command times of owners in other shards may then differ by store.
    private Step advance() {
        Duration by = switch (random.nextInt(owners.size() == 1 ? 7 : 6)) {
            case 0, 1 -> Duration.ofMillis(1);
            case 2 -> Duration.ofSeconds(random.nextInt(100));
            case 3 -> Duration.ofHours(random.nextInt(30));
            case 4 -> Duration.ofDays(random.nextInt(10));
            case 5 -> Duration.ofNanos(random.nextInt(3_000_000));
            default -> Duration.ofSeconds(-random.nextInt(100));
        };
        now = now.plus(by);
        return new Step.Advance(by);
    }

    /// The same request again, in most cases (a repeated add comes with a fresh id); else another one under its
    /// key.
    private Write repeated() {
        Write earlier = pick(repeatable);
        Owner owner = earlier.owner();
        Idempotency idempotency = Objects.requireNonNull(earlier.idempotency());
        if (chance(4)) {
            Idempotency another = new Idempotency(idempotency.key(), Fixtures.hash("another " + random.nextInt()));
            return new Write(owner, earlier.by(), another, List.of(command(owner)));
        }
        List<Command> commands = earlier.commands().stream()
                .map(command -> withFreshIds(command, owner))
                .toList();
        return new Write(owner, earlier.by(), idempotency, commands);
    }

    private Command withFreshIds(Command command, Owner owner) {
        return switch (command) {
            case AddMemory add -> Fixtures.withId(add, freshId(owner));
            case Revise revise -> RandomRevisions.renamed(revise, () -> freshId(owner));
            default -> command;
        };
    }

    private Write write() {
        Owner owner = pick(owners);
        List<Command> commands = new ArrayList<>();
        if (chance(60)) {
            commands.add(new EraseOwner());
        } else if (chance(25)) {
            moveVectors(owner, commands);
        } else if (chance(15)) {
            reviseWhatIsNew(owner, commands);
        } else {
            int count = chance(3) ? random.nextInt(9) : 1;
            for (int i = 0; i < count; i++) {
                commands.add(command(owner));
            }
        }
        Provenance by = chance(2)
                ? Provenance.ofKey(chance(3) ? "k2" : "k1")
                : new Provenance("k1", chance(2) ? "desk" : "phone", true);
        if (!chance(5)) {
            return new Write(owner, by, null, commands);
        }
        String key = "key-" + random.nextInt(1_000_000);
        Write write = new Write(owner, by, new Idempotency(key, Fixtures.hash("body of " + key)), commands);
        repeatable.add(write);
        return write;
    }

    /// To the space of two dimensions or of three: begun, staged in part or in whole, and tried.
    private void moveVectors(Owner owner, List<Command> commands) {
        Embedding to = chance(2) ? Fixtures.vector(1, 2) : Fixtures.vector(1, 2, 1);
        commands.add(new BeginSpace(to.space()));
        boolean whole = chance(2);
        for (MemoryId id : Objects.requireNonNull(ids.get(owner))) {
            if (whole || chance(2)) {
                for (int version = 1; version <= 4; version++) {
                    commands.add(new StageEmbedding(id, version, to));
                }
            }
        }
        if (chance(2)) {
            commands.add(command(owner));
        }
        commands.add(new SwitchSpace(to.space()));
    }

    /// A guess that is right more often than not, and one that is not; by facts that say the same, in part.
    private void reviseWhatIsNew(Owner owner, List<Command> commands) {
        AddMemory fresh = add(owner);
        Supplier<AddMemory> facts = () -> chance(2) ? add(owner) : Fixtures.withId(fresh, freshId(owner));
        commands.add(Fixtures.withoutDedupe(fresh));
        commands.add(revisions.of(fresh::id, facts));
        if (chance(2)) {
            commands.add(revisions.of(fresh::id, facts));
        }
    }

    private Command command(Owner owner) {
        if (chance(12)) {
            return documents.of(someId(owner));
        }
        if (chance(10)) {
            return revisions.of(() -> someId(owner), () -> add(owner));
        }
        if (owner.kind() == OwnerKind.USER && chance(8)) {
            return modes.of();
        }
        if (owner.kind() == OwnerKind.USER && chance(3)) {
            return chance(2) ? contexts.of(now) : audit.command(owner, now);
        }
        int dice = random.nextInt(100);
        if (dice < 55 || ids.get(owner) == null) {
            return add(owner);
        }
        if (dice < 80) {
            return update(owner);
        }
        if (dice < 96) {
            return new DeleteMemory(someId(owner), expectedVersion());
        }
        if (chance(2)) {
            return new Command.DeleteUnchanged(Stream.generate(() -> someId(owner))
                    .limit(3)
                    .map(id -> new Command.ForgetVersions.Version(id, 1 + random.nextInt(2)))
                    .toList());
        }
        return new DeleteMatching(chance(8) ? Filter.And.ALL : Filter.and(filter(2), filter(1)));
    }

    private AddMemory add(Owner owner) {
        AddMemory add = addWithoutLimit(owner);
        return add.text().length() % 3 == 0 ? Fixtures.within(add, 30) : add;
    }

    private AddMemory addWithoutLimit(Owner owner) {
        return new AddMemory(
                freshId(owner),
                scope(owner),
                pick(TEXTS),
                chance(3) ? "user" : null,
                chance(5) ? "Alice" : null,
                chance(2) ? JsonObject.EMPTY : metadata(2),
                categories(),
                timestamp(),
                chance(4) ? expiry() : null,
                chance(2) ? vector() : null,
                !chance(6));
    }

    /// Unique, but not in the order of arrival.
    private MemoryId freshId(Owner owner) {
        lastId++;
        MemoryId id = Fixtures.id(owner, lastId ^ 5);
        Objects.requireNonNull(ids.get(owner)).add(id);
        return id;
    }

    /// The owner's id, and now and then lower ones.
    private ScopeIds scope(Owner owner) {
        Map<OwnerKind, String> scope = new EnumMap<>(OwnerKind.class);
        for (OwnerKind kind : OwnerKind.values()) {
            if (kind == owner.kind()) {
                scope.put(kind, owner.id());
            } else if (kind.compareTo(owner.kind()) > 0 && chance(4)) {
                scope.put(kind, chance(2) ? "bot" : "r1");
            }
        }
        return new ScopeIds(
                scope.get(OwnerKind.USER),
                scope.get(OwnerKind.AGENT),
                scope.get(OwnerKind.APP),
                scope.get(OwnerKind.RUN));
    }

    private UpdateMemory update(Owner owner) {
        UpdateMemory update = updateWithoutLimit(owner);
        return (update.id().hashCode() & 3) == 0 ? Fixtures.within(update, 20) : update;
    }

    private UpdateMemory updateWithoutLimit(Owner owner) {
        boolean text = chance(3);
        return new UpdateMemory(
                someId(owner),
                text ? pick(TEXTS) : null,
                chance(text ? 2 : 6) ? vector() : null,
                chance(3) ? metadata(2) : null,
                chance(4) ? categories() : null,
                chance(5) ? new Expiry(chance(2) ? null : expiry()) : null,
                chance(5) ? timestamp() : null,
                expectedVersion());
    }

    /// Of this owner, mostly; of another, or of nobody, sometimes.
    private MemoryId someId(Owner owner) {
        List<MemoryId> known = Objects.requireNonNull(ids.get(chance(20) ? pick(owners) : owner));
        if (known.isEmpty() || chance(25)) {
            return Fixtures.id(owner, 900_000_000L + random.nextInt(1_000));
        }
        int recent = Math.min(known.size(), 12);
        return chance(3) ? pick(known) : known.get(known.size() - 1 - random.nextInt(recent));
    }

    private long expectedVersion() {
        return chance(3) ? random.nextInt(4) : Command.ANY_VERSION;
    }

    private JsonObject metadata(int depth) {
        Map<String, Json> members = new LinkedHashMap<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            members.put(pick(List.of("a", "b", "c", "d/e")), value(depth));
        }
        return new JsonObject(members);
    }

    private Json value(int depth) {
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> new JsonString(pick(List.of("mail", "chat", "Mail")));
            case 1 -> new Json.JsonNumber(new java.math.BigDecimal(pick(List.of("1", "1.0", "2", "-3.5e2"))));
            case 2 -> new Json.JsonBoolean(chance(2));
            case 3 -> new JsonNull();
            case 4 -> new JsonArray(List.of(new JsonString("mail"), Fixtures.json("n", random.nextInt(3))));
            default -> metadata(depth - 1);
        };
    }

    private List<String> categories() {
        List<String> categories = new ArrayList<>();
        int count = chance(2) ? 0 : random.nextInt(4);
        for (int i = 0; i < count; i++) {
            categories.add(pick(CATEGORIES));
        }
        return categories;
    }

    private @Nullable Timestamp timestamp() {
        return chance(3) ? new Timestamp(ManualClock.START.minus(Duration.ofDays(random.nextInt(3))), offset()) : null;
    }

    /// Without a draw of its own, so that the rest of a history stays as it is.
    private @Nullable ZoneOffset offset() {
        return switch ((int) Math.floorMod(now.toEpochMilli(), 3L)) {
            case 0 -> null;
            case 1 -> ZoneOffset.ofHours(14);
            default -> ZoneOffset.ofHours(-12);
        };
    }

    private Instant expiry() {
        long seconds = chance(2) ? random.nextInt(200) : random.nextInt(1_000_000) - 1_000L;
        return Instant.ofEpochMilli(now.toEpochMilli()).plusSeconds(seconds);
    }

    /// Three dimensions, mostly: two are another space.
    private Embedding vector() {
        float x = 1 + random.nextInt(3);
        float y = random.nextInt(3);
        return chance(15) ? Fixtures.vector(x, y) : Fixtures.vector(x, y, 1);
    }

    private Filter filter(int depth) {
        return filter(random, depth);
    }

    /// A random filter over what histories write, `depth` levels deep at most.
    public static Filter filter(SplittableRandom random, int depth) {
        return new RandomFilter(random).of(depth);
    }

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
