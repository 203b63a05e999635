package dev.mneme.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Subject;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.Execution;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreReads;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.HeapHubDatabase;
import dev.mneme.testkit.HeapHubDatabase.Call;
import dev.mneme.testkit.SimulatedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Several nodes of one hub in one thread, from one seed: a database that is slow, away, loses answers and does things
/// late, bells that are lost, doubled and late, and nodes that are killed at any call, under clients who write to any
/// node, repeat their requests on others and follow from others. All are held to what clients were told.
final class HubSimulation {
    private static final Owner ERASED = Owner.user("dan");
    private static final Owner INSPIRED = Owner.user("eve");
    private static final List<Owner> OWNERS =
            List.of(Owner.user("ann"), Owner.user("bea"), Owner.user("cid"), ERASED, INSPIRED);
    private static final List<Owner> FOLLOWED = OWNERS.subList(0, 3);
    private static final Provenance MUSE = new Provenance("k1", "muse", true);
    private static final Retention RETENTION = new Retention(
            100_000, Duration.ofDays(7), 100_000, Duration.ofHours(24), 0, Duration.ZERO, 100_000, 1 << 20);
    private static final Duration ROUGH = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int CLIENTS = 4;
    private static final int MANY = 100_000;

    private final SplittableRandom random;
    private final SimulatedRuntime runtime;
    private final TestNodes hub = new TestNodes();
    private final SimulatedProcess.Stack stack = new SimulatedProcess.Stack();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final Map<Owner, Long> followed = new LinkedHashMap<>();
    private final Map<Owner, List<Change>> seen = new LinkedHashMap<>();
    private int numbers;
    private int kills;
    private boolean rough = true;

    /// What happened, for whoever wants to know that it did.
    record Lived(String digest, int acknowledged, int pending, int replayed, int kills, int followed, int conflicts) {}

    /// A write that a client asked for, on one node or several, and the last answer.
    private static final class Asked {
        private final Write write;
        private final List<SimulatedNode> on = new ArrayList<>();
        private @Nullable WriteResult done;
        private boolean pending;
        private boolean replayed;
        private boolean refused;

        Asked(Write write) {
            this.write = write;
        }

        boolean isRepeatable() {
            return write.idempotency() != null;
        }
    }

    HubSimulation(long seed) {
        random = new SplittableRandom(seed);
        runtime = new SimulatedRuntime(seed);
        int count = 2 + random.nextInt(3);
        for (int n = 0; n < count; n++) {
            nodes.add(new SimulatedNode("n" + n, Duration.ofMillis(random.nextInt(-200, 201))));
        }
        hub.bus.faults(seed, 0.2, 0.2);
    }

    Lived live() {
        Execution world = runtime.execution("world");
        SplittableRandom fate = random.split();
        again(world, fate, Duration.ofMillis(150), () -> change(world, fate));
        nodes.forEach(SimulatedNode::keepOpen);
        for (int n = 0; n < CLIENTS; n++) {
            SplittableRandom own = random.split();
            again(runtime.execution("client"), own, Duration.ofMillis(30), () -> ask(own));
        }
        for (Owner owner : FOLLOWED) {
            SplittableRandom own = random.split();
            again(runtime.execution("follower"), own, Duration.ofMillis(60), () -> follow(owner, anyNode(own), own));
        }
        runtime.pause(ROUGH);
        settle();
        requireNoFailure();
        check();
        return new Lived(
                runtime.digest(),
                (int) asked.stream().filter(each -> each.done != null).count(),
                (int) asked.stream().filter(each -> each.pending).count(),
                (int) asked.stream().filter(each -> each.replayed).count(),
                kills,
                seen.values().stream().mapToInt(List::size).sum(),
                OWNERS.stream()
                        .mapToInt(owner -> conflicts(changes(nodes.getFirst().open(), owner)))
                        .sum());
    }

    private static int conflicts(List<Change> changes) {
        return (int) changes.stream()
                .filter(each -> each.type() == ChangeType.CONFLICT_RECORDED)
                .count();
    }

    private void requireNoFailure() {
        runtime.failures().forEach(failure -> {
            throw new AssertionError("A step failed: " + failure, failure);
        });
    }

    /// Does it now and then, when it would not lie above a step of a node.
    private void again(Execution lane, SplittableRandom own, Duration most, Runnable what) {
        lane.after(Duration.ofNanos(own.nextLong(most.toNanos())), () -> {
            if (rough && stack.isFree()) {
                try {
                    what.run();
                } catch (SimulatedProcess.Died died) {
                    runtime.note("no answer");
                }
            }
            if (rough) {
                again(lane, own, most, what);
            }
        });
    }

    private SimulatedNode anyNode(SplittableRandom own) {
        return nodes.get(own.nextInt(nodes.size()));
    }

    // What goes wrong.

    private void change(Execution world, SplittableRandom own) {
        SimulatedNode node = anyNode(own);
        switch (own.nextInt(8)) {
            case 0 -> node.awayFor(world, Duration.ofMillis(own.nextInt(900)));
            case 1 -> nodes.forEach(each -> each.awayFor(world, Duration.ofMillis(own.nextInt(900))));
            case 2, 3 -> node.database.loseAnswers(anyCall(own), 1 + own.nextInt(3));
            case 4 -> {
                HeapHubDatabase database = node.database;
                database.delay(anyCall(own), 1 + own.nextInt(2));
                world.after(Duration.ofMillis(own.nextInt(700)), database::releaseDelayed);
            }
            case 5 -> {
                hub.bus.hold();
                long seed = own.nextLong();
                world.after(Duration.ofMillis(own.nextInt(300)), () -> hub.bus.release(seed));
            }
            case 6 -> node.dieAt = 1 + own.nextInt(40);
            default -> {
                hub.bus.away(true, runtime.now());
                world.after(Duration.ofMillis(own.nextInt(300)), () -> hub.bus.away(false, runtime.now()));
            }
        }
    }

    private static Call anyCall(SplittableRandom own) {
        List<Call> calls = List.of(Call.COMMIT, Call.COMMIT, Call.HEAD, Call.SPREAD, Call.SETTLE, Call.LOAD);
        return calls.get(own.nextInt(calls.size()));
    }

    /// One node: its lives, and its disk, which outlives them.
    private final class SimulatedNode {
        private final String id;
        private final Duration clockAhead;
        private final SplittableRandom own = random.split();
        private SimulatedProcess process;
        private HeapHubDatabase database = new HeapHubDatabase(hub.home);
        private @Nullable HubStore store;
        private int dieAt;
        private boolean away;

        SimulatedNode(String id, Duration clockAhead) {
            this.id = id;
            this.clockAhead = clockAhead;
            this.process = new SimulatedProcess(runtime, clockAhead, stack);
            process.kill();
        }

        HubStore open() {
            HubStore there = store;
            if (there == null || process.isDead()) {
                throw new MnemeException(ErrorCode.OVERLOADED, "The node is down (told by a test).");
            }
            return there;
        }

        boolean isOpen() {
            return store != null && !process.isDead();
        }

        void keepOpen() {
            Execution lane = runtime.execution("init-" + id);
            lane.execute(() -> openAgain(lane));
        }

        private void openAgain(Execution lane) {
            if (process.isDead() && stack.isFree()) {
                store = null;
                process = new SimulatedProcess(runtime, clockAhead, stack);
                database = new HeapHubDatabase(hub.home);
                database.setAway(away && rough);
                database.hook(new Faults(process));
                SimulatedProcess mine = process;
                try {
                    HubStore opened = hub.open(
                            id,
                            mine,
                            RETENTION,
                            database,
                            hub.bus.node(id, 100, mine.light("bells")),
                            5,
                            Duration.ofMillis(100));
                    mine.requireAlive();
                    store = opened;
                    runtime.note("opened " + id);
                } catch (MnemeException | SimulatedProcess.Died failed) {
                    mine.kill();
                }
            }
            lane.after(Duration.ofMillis(20 + own.nextInt(200)), () -> openAgain(lane));
        }

        void awayFor(Execution world, Duration time) {
            away = true;
            database.setAway(true);
            world.after(time, this::back);
        }

        void back() {
            away = false;
            database.setAway(false);
        }

        /// What happens around a call: others come in between, or the process dies.
        private final class Faults implements HeapHubDatabase.Hook {
            private final SimulatedProcess mine;

            Faults(SimulatedProcess mine) {
                this.mine = mine;
            }

            @Override
            public void before(Call call, @Nullable Owner owner) {
                point(call, owner);
            }

            @Override
            public void after(Call call, @Nullable Owner owner) {
                point(call, owner);
            }

            private void point(Call call, @Nullable Owner owner) {
                mine.requireAlive();
                if (!rough || owner == null || owner.isOfServer()) {
                    return;
                }
                if (dieAt > 0 && --dieAt == 0) {
                    mine.kill();
                    kills++;
                    runtime.note("killed " + id + call);
                    throw new SimulatedProcess.Died();
                }
                if (own.nextInt(3) == 0) {
                    mine.pauseInCall(Duration.ofMillis(own.nextInt(12)));
                }
            }
        }
    }

    // What clients do.

    private void ask(SplittableRandom own) {
        SimulatedNode node = anyNode(own);
        if (!node.isOpen()) {
            return;
        }
        List<Asked> repeatable = asked.stream()
                .filter(each -> each.isRepeatable() && !each.refused)
                .toList();
        if (!repeatable.isEmpty() && own.nextInt(4) == 0) {
            Asked one = repeatable.get(repeatable.size() - 1 - own.nextInt(Math.min(8, repeatable.size())));
            // What an inspired instance was answered is known on its own node alone.
            ask(one.write.owner().equals(INSPIRED) ? one.on.getFirst() : node, one);
            return;
        }
        Owner owner = OWNERS.get(own.nextInt(OWNERS.size()));
        try {
            boolean muse = owner.equals(INSPIRED) && own.nextBoolean();
            Command command = muse ? add(owner) : command(node.open(), owner, own);
            Provenance by = muse ? MUSE : Fixtures.BY;
            boolean keyed = own.nextInt(3) > 0;
            String key = "key-" + ++numbers;
            Asked one = new Asked(new Write(
                    owner, by, keyed ? new Write.Idempotency(key, Fixtures.hash(key)) : null, List.of(command)));
            asked.add(one);
            ask(node, one);
        } catch (MnemeException failed) {
            note(failed);
        }
    }

    private void note(MnemeException failed) {
        runtime.note(failed.code().wireName());
        assertThat(failed.code().isPassing() || failed.code() == ErrorCode.NOT_FOUND)
                .as("%s: %s", failed.code(), failed.getMessage())
                .isTrue();
    }

    private Command command(Store store, Owner owner, SplittableRandom own) {
        int choice = own.nextInt(20);
        if (choice < 7) {
            return add(owner);
        }
        if (choice < 10) {
            String key = "c" + own.nextInt(2);
            long version = store.contexts()
                    .find(owner, key)
                    .value()
                    .map(Context::version)
                    .orElse(0L);
            return new Command.PutContext(
                    key,
                    ContextType.CUSTOM,
                    null,
                    Fixtures.json("n", "" + ++numbers),
                    List.of(),
                    null,
                    own.nextInt(4) == 0 ? Command.ANY_VERSION : version,
                    Command.MergeStrategy.REPLACE);
        }
        if (choice == 10) {
            return new Command.DeleteContext("c" + own.nextInt(2), Command.ANY_VERSION);
        }
        if (choice == 11 && owner.equals(INSPIRED)) {
            return new Command.SwitchMode(
                    "muse",
                    own.nextBoolean() ? Mode.INSPIRED : Mode.PARALLEL,
                    null,
                    null,
                    null,
                    null,
                    null,
                    Command.ANY_VERSION);
        }
        if (choice == 12 && owner.equals(ERASED)) {
            return new Command.EraseOwner();
        }
        List<Memory> there = store.list(Fixtures.everything(owner, runtime.now())).items().stream()
                .filter(each -> !each.localOnly())
                .toList();
        if (there.isEmpty()) {
            return add(owner);
        }
        Memory memory = there.get(own.nextInt(there.size()));
        if (choice < 15) {
            return new Command.DeleteMemory(memory.id(), own.nextBoolean() ? Command.ANY_VERSION : memory.version());
        }
        Command.UpdateMemory any = Fixtures.retext(memory.id(), "text number " + ++numbers);
        return own.nextInt(3) == 0
                ? any
                : new Command.UpdateMemory(
                        any.id(),
                        any.text(),
                        any.embedding(),
                        any.metadataPatch(),
                        any.categories(),
                        any.expiry(),
                        any.timestamp(),
                        memory.version(),
                        any.metadataLimit());
    }

    private Command add(Owner owner) {
        int number = ++numbers;
        return Fixtures.withoutDedupe(
                Fixtures.withId(Fixtures.add(owner.id(), "text number " + number), Fixtures.id(owner, number)));
    }

    private void ask(SimulatedNode node, Asked one) {
        try {
            one.on.add(node);
            WriteResult result = node.open().write(one.write);
            answered(one, result);
        } catch (MnemeException failed) {
            note(failed);
        }
    }

    private void answered(Asked one, WriteResult result) {
        runtime.note(result.position().toString());
        if (result.outcomes().getFirst() instanceof Outcome.Rejected) {
            one.refused = one.done == null && !one.pending;
            return;
        }
        if (result.position().isPending()) {
            one.pending = true;
            return;
        }
        WriteResult before = one.done;
        if (before != null && !one.write.owner().equals(ERASED)) {
            assertThat(result.replayed() || one.replayed)
                    .as("one of the repeats was told so: %s, before %s, now %s", one.write, before, result)
                    .isTrue();
            assertThat(result.position()).as("a repeat of %s", one.write).isEqualTo(before.position());
        }
        one.replayed |= result.replayed();
        one.done = result;
    }

    /// Somebody goes on from where he was, on whichever node.
    private void follow(Owner owner, SimulatedNode node, SplittableRandom own) {
        if (!node.isOpen()) {
            return;
        }
        long from = followed.getOrDefault(owner, 0L);
        try {
            Store.ChangeBatch batch = node.open().changes(owner, from, 1 + own.nextInt(10));
            if (batch.position().sequence() < from) {
                return; // this node is behind
            }
            assertThat(batch.reset()).as("reset of %s after %d", owner, from).isFalse();
            for (Change change : batch.changes()) {
                assertThat(change.position().sequence()).as("no gap").isEqualTo(++from);
                seen.computeIfAbsent(owner, none -> new ArrayList<>()).add(change);
            }
            followed.put(owner, from);
        } catch (MnemeException failed) {
            note(failed);
        }
    }

    // How it ends.

    private void settle() {
        rough = false;
        hub.bus.faults(0, 0, 0);
        hub.bus.away(false, runtime.now());
        hub.bus.release(null);
        for (SimulatedNode node : nodes) {
            node.dieAt = 0;
            node.database.loseAnswers(Call.COMMIT, 0);
            Stream.of(Call.values()).forEach(call -> {
                node.database.loseAnswers(call, 0);
                node.database.delay(call, 0);
            });
            node.database.releaseDelayed();
            node.back();
        }
        boolean settled = runtime.until(() -> whatIsLeft().isEmpty(), LONG);
        requireNoFailure();
        assertThat(settled).as("at rest: %s", whatIsLeft()).isTrue();
    }

    private String whatIsLeft() {
        if (!stack.isFree()) {
            return "steps";
        }
        for (SimulatedNode node : nodes) {
            if (!node.isOpen()) {
                return node.id + " is down";
            }
            if (node.open().hubStatus().waiting() > 0) {
                return node.open().hubStatus().waiting() + " writes in the outbox of " + node.id;
            }
        }
        List<Owner> unfinished =
                new HeapHubDatabase(hub.home).unfinished(runtime.now().plusSeconds(60), 10);
        return unfinished.isEmpty() ? "" : "unfinished: " + unfinished;
    }

    private void check() {
        SimulatedNode fresh = new SimulatedNode("fresh", Duration.ZERO);
        nodes.add(fresh);
        fresh.keepOpen();
        assertThat(runtime.until(() -> fresh.isOpen(), LONG)).isTrue();
        for (Owner owner : OWNERS) {
            List<Change> changes = changes(fresh.open(), owner);
            checkDense(owner, changes);
            checkAnswers(owner, changes);
            String reads = reads(fresh.open(), owner);
            for (SimulatedNode node : nodes) {
                assertThat(shared(changes(node.open(), owner)))
                        .as("changes of %s on %s", owner, node.id)
                        .isEqualTo(shared(changes));
                assertThat(reads(node.open(), owner))
                        .as("reads of %s on %s", owner, node.id)
                        .isEqualTo(reads);
            }
            if (owner.equals(INSPIRED)) {
                checkOwn();
            } else {
                checkReplayed(owner, changes, fresh.open());
            }
        }
        for (Owner owner : FOLLOWED) {
            List<Change> all = changes(fresh.open(), owner);
            List<Change> heard = seen.getOrDefault(owner, List.of());
            assertThat(heard).as("what a follower of %s saw", owner).isEqualTo(all.subList(0, heard.size()));
        }
    }

    private static StoreReads newest(HubStore store) {
        return store.reading(Freshness.linearizable(Duration.ofSeconds(5)));
    }

    private static List<Change> changes(HubStore store, Owner owner) {
        return newest(store).changes(owner, Store.OLDEST, MANY).changes();
    }

    private static void checkDense(Owner owner, List<Change> changes) {
        for (int i = 1; i < changes.size(); i++) {
            assertThat(changes.get(i).position().sequence())
                    .as("dense positions of %s", owner)
                    .isEqualTo(changes.get(i - 1).position().sequence() + 1);
        }
        if (!changes.isEmpty() && !owner.equals(ERASED)) {
            assertThat(changes.getFirst().position().sequence()).isEqualTo(1);
        }
    }

    /// What others may see of them.
    private static List<Object> shared(List<Change> changes) {
        return changes.stream()
                .<Object>map(each -> each.localOnly() ? each.position() + " local" : each)
                .toList();
    }

    private String reads(HubStore store, Owner owner) {
        StoreReads newest = newest(store);
        return newest.head(owner)
                + "\n"
                + newest.list(Fixtures.everything(owner, runtime.now())).items().stream()
                        .filter(each -> !each.localOnly())
                        .toList()
                + "\n"
                + contexts(newest, owner).stream()
                        .filter(each -> !each.localOnly())
                        .toList()
                + "\n"
                + newest.modes().all(owner).value().stream()
                        .map(ModeState::announced)
                        .toList();
    }

    private List<Context> contexts(StoreReads reads, Owner owner) {
        return reads.contexts()
                .list(new Contexts.Query(owner, null, null, null, Instant.EPOCH, null, 1_000))
                .value();
    }

    /// What was answered is what is there, at the position that was told.
    private void checkAnswers(Owner owner, List<Change> changes) {
        Map<Long, Change> bySequence = new TreeMap<>();
        changes.forEach(each -> bySequence.put(each.position().sequence(), each));
        long oldest = changes.isEmpty() ? 0 : changes.getFirst().position().sequence();
        Set<Long> taken = new HashSet<>();
        for (Asked one : asked) {
            if (!one.write.owner().equals(owner)) {
                continue;
            }
            WriteResult done = one.done;
            if (done == null) {
                continue;
            }
            long sequence = done.position().sequence();
            if (sequence < oldest) {
                assertThat(owner).as("whose changes are gone").isEqualTo(ERASED);
                continue;
            }
            if (done.outcomes().getFirst() instanceof Outcome.Stored(var event, ModeState mode)) {
                sequence--; // of the mode's change; then comes its transition's
            }
            Change change = Objects.requireNonNull(bySequence.get(sequence), () -> "no change at " + done.position());
            if (done.outcomes().getFirst() instanceof Outcome.Stored(var event, Subject subject)
                    && !change.localOnly()) {
                assertThat(change.subject())
                        .as("what was answered to %s", one.write)
                        .isEqualTo(subject);
            }
            assertThat(taken.add(sequence))
                    .as("nobody else was told %d", sequence)
                    .isTrue();
        }
        for (Asked one : asked) {
            if (one.write.owner().equals(owner) && one.write.commands().getFirst() instanceof Command.AddMemory add) {
                long times = changes.stream()
                        .filter(each -> each.type() == ChangeType.MEMORY_ADDED)
                        .filter(each -> add.text()
                                .equals(
                                        each.memory() == null
                                                ? ""
                                                : each.memory().text()))
                        .count();
                assertThat(times).as("%s was added", add.text()).isLessThanOrEqualTo(one.refused ? 0 : 1);
                if (one.pending && !owner.equals(ERASED) && !owner.equals(INSPIRED)) {
                    assertThat(times).as("%s waited and was added", add.text()).isEqualTo(1);
                }
            }
        }
    }

    /// What is there is what the changes come to, and of each version there was one.
    private void checkReplayed(Owner owner, List<Change> changes, HubStore store) {
        Map<MemoryId, Memory> memories = new LinkedHashMap<>();
        Map<String, Context> contexts = new TreeMap<>();
        Set<String> versions = new HashSet<>();
        for (Change change : changes) {
            switch (change.type()) {
                case MEMORY_ADDED, MEMORY_UPDATED -> {
                    Memory memory = (Memory) Objects.requireNonNull(change.subject());
                    memories.put(memory.id(), memory);
                    assertThat(versions.add(memory.id() + " " + memory.version()))
                            .as("one winner")
                            .isTrue();
                }
                case MEMORY_DELETED -> memories.remove(((Memory) Objects.requireNonNull(change.subject())).id());
                case CONTEXT_PUT -> {
                    Context context = (Context) Objects.requireNonNull(change.subject());
                    contexts.put(context.key(), context);
                    assertThat(versions.add(context.data().toString()))
                            .as("put once")
                            .isTrue();
                    assertThat(versions.add(context.key() + " " + context.version()))
                            .as("one winner")
                            .isTrue();
                }
                case CONTEXT_DELETED -> contexts.remove(change.key());
                default -> {}
            }
        }
        StoreReads newest = newest(store);
        assertThat(newest.list(Fixtures.everything(owner, runtime.now())).items())
                .as("memories of %s", owner)
                .containsExactlyInAnyOrderElementsOf(memories.values());
        assertThat(contexts(newest, owner)).as("contexts of %s", owner).isEqualTo(List.copyOf(contexts.values()));
    }

    /// What an inspired instance wrote is on the node that was asked, if nobody deleted it.
    private void checkOwn() {
        for (Asked one : asked) {
            WriteResult done = one.done;
            if (one.write.owner().equals(INSPIRED)
                    && done != null
                    && done.outcomes().getFirst() instanceof Outcome.Stored(var event, Subject subject)
                    && subject.localOnly()) {
                List<Change> told = new ArrayList<>();
                for (SimulatedNode node : Set.copyOf(one.on)) {
                    changes(node.open(), INSPIRED).stream()
                            .filter(each -> each.position().equals(done.position()) && each.subject() != null)
                            .forEach(told::add);
                }
                assertThat(told)
                        .as("what %s wrote stays on its node", one.write)
                        .isNotEmpty();
            }
        }
    }
}
