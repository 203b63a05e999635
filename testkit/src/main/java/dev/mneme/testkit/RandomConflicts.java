package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.AddMemory;
import dev.mneme.core.command.Command.Expired;
import dev.mneme.core.command.Command.MergeStrategy;
import dev.mneme.core.command.Command.PutContext;
import dev.mneme.core.command.Command.SwitchMode;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Conflict.About;
import dev.mneme.core.model.Conflict.Kind;
import dev.mneme.core.model.Conflict.Side;
import dev.mneme.core.model.Conflict.Take;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Conflicts;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Histories.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Conflicts among the steps of a history, about records that the history wrote, and their resolution: at the
/// version that the record has, or at another.
final class RandomConflicts {
    private final SplittableRandom random;
    private final Map<Owner, List<About>> written = new LinkedHashMap<>();
    private final Map<Owner, List<MemoryId>> recorded = new LinkedHashMap<>();
    private long lastId;

    private RandomConflicts(long seed) {
        random = new SplittableRandom(seed * 37);
    }

    /// The steps, with conflicts in between; the same for the same seed.
    static List<Step> among(long seed, List<Step> steps) {
        RandomConflicts conflicts = new RandomConflicts(seed);
        List<Step> all = new ArrayList<>();
        for (Step step : steps) {
            all.add(step);
            if (step instanceof Step.Apply(Write write)) {
                conflicts.heard(write);
                if (conflicts.random.nextInt(3) == 0) {
                    all.add(new Step.Apply(conflicts.write(write.owner(), write.by())));
                }
            }
        }
        return all;
    }

    private void heard(Write write) {
        write.commands().stream()
                .flatMap(RandomConflicts::about)
                .forEach(about -> written.computeIfAbsent(write.owner(), owner -> new ArrayList<>())
                        .add(about));
    }

    private static Stream<About> about(Command command) {
        return switch (command) {
            case AddMemory add -> Stream.of(new About(Kind.MEMORY, add.id().toString()));
            case PutContext put -> Stream.of(new About(Kind.CONTEXT, put.key()));
            case SwitchMode mode -> Stream.of(new About(Kind.MODE, mode.instanceId()));
            default -> Stream.empty();
        };
    }

    private Write write(Owner owner, Provenance by) {
        List<MemoryId> known = recorded.computeIfAbsent(owner, each -> new ArrayList<>());
        Command command = switch (known.isEmpty() ? 0 : random.nextInt(8)) {
            case 0, 1, 2 -> record(owner, known);
            case 7 ->
                new Command.Expire(
                        List.of(new Expired.OfConflict(pick(known), 2), new Expired.OfConflict(pick(known), 1)));
            default -> resolve(owner, pick(known));
        };
        return new Write(owner, by, null, List.of(command));
    }

    private Command record(Owner owner, List<MemoryId> known) {
        MemoryId id =
                !known.isEmpty() && random.nextInt(10) == 0 ? pick(known) : Fixtures.id(owner, 700_000_000L + ++lastId);
        known.add(id);
        return new Command.RecordConflict(
                id,
                someRecord(owner),
                random.nextBoolean() ? null : side(1),
                side(0),
                side(1 + random.nextInt(3)),
                random.nextInt(8) == 0);
    }

    private About someRecord(Owner owner) {
        List<About> records = written.getOrDefault(owner, List.of());
        return records.isEmpty() || random.nextInt(10) == 0
                ? new About(Kind.MEMORY, "no id")
                : records.get(records.size() - 1 - random.nextInt(Math.min(6, records.size())));
    }

    private Side side(long version) {
        boolean deleted = random.nextInt(5) == 0;
        return new Side(
                version,
                deleted ? null : Fixtures.json("text", "v" + random.nextInt(9)),
                deleted,
                ManualClock.START.plusSeconds(random.nextInt(100)),
                "k1",
                random.nextBoolean() ? "desk" : "phone");
    }

    private Command resolve(Owner owner, MemoryId id) {
        Command write = random.nextInt(3) == 0 ? null : write(someRecord(owner));
        return new Command.ResolveConflict(
                id, write == null ? Take.THEIRS : random.nextBoolean() ? Take.MINE : Take.VALUE, write);
    }

    private @Nullable Command write(About about) {
        long seen = random.nextInt(3) == 0 ? Command.ANY_VERSION : random.nextInt(4);
        boolean deletes = random.nextInt(4) == 0;
        return switch (about.kind()) {
            case MEMORY -> {
                if (about.key().length() != 36) {
                    yield null;
                }
                MemoryId id = MemoryId.parse(about.key());
                yield deletes
                        ? new Command.DeleteMemory(id, seen)
                        : new Command.UpdateMemory(id, "merged " + random.nextInt(3), null, null, null, null, seen);
            }
            case CONTEXT ->
                deletes
                        ? new Command.DeleteContext(about.key(), seen)
                        : new PutContext(
                                about.key(),
                                ContextType.CUSTOM,
                                null,
                                Fixtures.json("merged", random.nextInt(3)),
                                List.of(),
                                null,
                                seen,
                                MergeStrategy.REPLACE);
            case MODE -> new SwitchMode(about.key(), pick(List.of(Mode.values())), null, null, null, null, null, seen);
        };
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /// Compares the conflicts of two stores, page by page. An expired one may be there or not: the reader hides
    /// it.
    static void compare(SplittableRandom random, Instant now, Store model, Store subject, Owner owner) {
        Conflict.Status status = random.nextBoolean() ? null : Conflict.Status.OPEN;
        Kind kind = random.nextBoolean() ? null : Kind.MEMORY;
        int limit = 1 + random.nextInt(5);
        List<Conflict> expected = all(model, owner, status, kind, limit, now);
        assertThat(all(subject, owner, status, kind, limit, now))
                .as("conflicts of %s", owner)
                .isEqualTo(expected);
        expected.forEach(conflict -> assertThat(
                        subject.conflicts().find(owner, conflict.id()).value())
                .contains(conflict));
    }

    private static List<Conflict> all(
            Store store, Owner owner, Conflict.@Nullable Status status, @Nullable Kind kind, int limit, Instant now) {
        List<Conflict> all = new ArrayList<>();
        MemoryId after = null;
        int got = limit;
        while (got == limit) {
            At<List<Conflict>> page = store.conflicts().list(new Conflicts.Query(owner, status, kind, after, limit));
            assertThat(page.position()).isEqualTo(store.head(owner));
            got = page.value().size();
            after = got == 0 ? after : page.value().getLast().id();
            page.value().stream().filter(each -> !each.expired(now)).forEach(all::add);
        }
        return all;
    }
}
