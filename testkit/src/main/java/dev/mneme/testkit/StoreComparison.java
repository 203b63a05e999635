package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Store;
import dev.mneme.testkit.Histories.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Lives one random history in two stores at once, the model and the one under test, and says where they part.
///
/// Compared are every outcome and position and, every few steps, all that can be read: by id, history,
/// lists in every order with random filters and page sizes, entities, contexts, response sources, sync
/// events, changes from random positions, the operator's feed, and which memories a search may and must
/// give. What the port leaves open (epochs, cursors, messages, scores, how much more than it must a
/// store retains) is not.
public final class StoreComparison {
    private static final int CHECK_EVERY = 7;

    private final ManualClock clock = new ManualClock();
    private final SplittableRandom random;
    private final StoreSettings settings;
    private final StoreOpener opener;
    private final ModelHome modelHome = new ModelHome();
    private final List<MemoryId> ids = new ArrayList<>();
    private final Map<Owner, Long> erasedAt = new HashMap<>();
    private Store model;
    private Store subject;
    private StoreReads reads;
    private AuditReads audit;
    private final boolean ofOperator;
    private OperatorReads operator;
    private ModeReads modes;

    private StoreComparison(long seed, StoreOpener opener, boolean ofOperator) {
        this.ofOperator = ofOperator;
        this.opener = opener;
        random = new SplittableRandom(~seed);
        StoreSettings defaults = StoreSettings.of("history-" + seed, clock);
        StoreSettings feed = random.nextInt(3) == 0 ? defaults.withChangesPerOwner(20) : defaults;
        StoreSettings memories = switch (random.nextInt(6)) {
            case 0 -> feed.withVersions(2, Duration.ZERO);
            case 1 -> feed.withVersions(0, Duration.ofDays(3));
            case 2 -> feed.withVersions(1, Duration.ofDays(5));
            default -> feed;
        };
        settings = random.nextInt(3) == 0 ? memories.withContextVersions(random.nextInt(3)) : memories;
        model = new ModelStore(modelHome, settings);
        subject = opener.open(settings);
        reads = new StoreReads(random, clock, model, subject);
        audit = new AuditReads(random, clock, model, subject);
        operator = new OperatorReads(model, subject, erasedAt);
        modes = new ModeReads(random, clock, model, subject);
    }

    /// Lives the history of `seed`, `length` steps long.
    ///
    /// @param opener opens the store under test, under the home `history-<seed>`, which must be new
    /// @throws AssertionError where the stores differ; its message begins with the seed and the step
    public static void run(long seed, int length, StoreOpener opener) {
        run(seed, length, opener, true);
    }

    /// As above.
    ///
    /// @param ofOperator whether the operator's feed is compared, too
    static void run(long seed, int length, StoreOpener opener, boolean ofOperator) {
        List<Step> steps = Histories.randomWithImports(seed, length);
        StoreComparison comparison = new StoreComparison(seed, opener, ofOperator);
        int at = 0;
        try {
            for (Step step : steps) {
                comparison.live(step);
                if (++at % CHECK_EVERY == 0 || at == steps.size()) {
                    comparison.check();
                }
            }
        } catch (AssertionError | RuntimeException e) {
            int failed = Math.min(at, steps.size() - 1);
            throw new AssertionError(
                    "history %d of %d steps, step %d, %s: %s"
                            .formatted(seed, length, failed, steps.get(failed), e.getMessage()),
                    e);
        } finally {
            comparison.subject.close();
        }
    }

    private void live(Step step) {
        switch (step) {
            case Step.Apply(Write write) -> apply(write);
            case Step.Advance(Duration by) -> clock.advance(by);
            case Step.Reopen reopen -> reopen();
        }
    }

    private void reopen() {
        subject.close();
        subject = opener.open(settings);
        model = new ModelStore(modelHome, settings);
        reads = new StoreReads(random, clock, model, subject);
        audit = new AuditReads(random, clock, model, subject);
        operator = operator.reopened(model, subject);
        modes = new ModeReads(random, clock, model, subject);
    }

    /// What a write gave, or why it failed as a whole.
    private record Answer(
            List<?> outcomes,
            long sequence,
            boolean replayed,
            @Nullable ErrorCode failure) {}

    private void apply(Write write) {
        write.commands().stream()
                .flatMap(StoreComparison::added)
                .filter(id -> !ids.contains(id))
                .forEach(ids::add);
        Answer expected = answer(model, write);
        Answer actual = answer(subject, write);
        assertThat(actual).as("the answer to the write").isEqualTo(expected);
        boolean erased = write.commands().stream().anyMatch(command -> command instanceof Command.EraseOwner);
        if (erased && !expected.replayed() && expected.failure() == null) {
            erasedAt.put(write.owner(), expected.sequence());
        }
    }

    private static Stream<MemoryId> added(Command command) {
        return switch (command) {
            case Command.AddMemory add -> Stream.of(add.id());
            case Command.Revise revise -> revise.facts().stream().map(Command.AddMemory::id);
            default -> Stream.empty();
        };
    }

    private static Answer answer(Store store, Write write) {
        try {
            WriteResult result = store.write(write);
            assertThat(result.position().epoch()).isEqualTo(store.epoch());
            assertThat(result.position().slot()).isEqualTo(write.owner().slot());
            List<?> outcomes = result.outcomes().stream()
                    .map(StoreComparison::withoutMessage)
                    .toList();
            return new Answer(outcomes, result.position().sequence(), result.replayed(), null);
        } catch (MnemeException e) {
            return new Answer(List.of(), 0, false, e.code());
        }
    }

    private static Outcome withoutMessage(Outcome outcome) {
        return outcome instanceof Outcome.Rejected rejected
                ? new Outcome.Rejected(rejected.code(), "", rejected.field(), rejected.current(), rejected.paths())
                : outcome;
    }

    private void check() {
        for (Owner owner : Histories.owners()) {
            assertThat(subject.head(owner).sequence())
                    .as("head of %s", owner)
                    .isEqualTo(model.head(owner).sequence());
            reads.compareLists(owner);
            reads.compareSearches(owner);
            reads.compareSpaces(owner);
            reads.compareCounts(owner);
            ExportReads.compare(owner, model, subject);
            audit.compare(owner);
            reads.compareChanges(owner, erasedAt.getOrDefault(owner, 0L));
            modes.compare(owner);
            RandomConflicts.compare(random, clock.instant(), model, subject, owner);
            RandomDocuments.compare(model.documents(), subject.documents(), owner);
            ContextReads.compare(random, clock.instant(), model.contexts(), subject.contexts(), owner);
        }
        reads.compareLists(null);
        reads.compareSearches(null);
        reads.compareEntities();
        reads.compareOwners();
        if (ofOperator) {
            operator.compare();
        }
        for (int i = 0; i < 10 && !ids.isEmpty(); i++) {
            compare(ids.get(random.nextInt(ids.size())));
        }
        assertThat(subject.status().memories())
                .as("memories in all")
                .isEqualTo(model.status().memories());
    }

    private void compare(MemoryId id) {
        assertAlike("memory " + id, subject.find(id), model.find(id));
        assertAlike("history of " + id, subject.history(id), model.history(id));
    }

    private static <T> void assertAlike(String what, Optional<At<T>> actual, Optional<At<T>> expected) {
        assertThat(actual.map(At::value)).as(what).isEqualTo(expected.map(At::value));
        assertThat(actual.map(at -> at.position().sequence()))
                .as("position of %s", what)
                .isEqualTo(expected.map(at -> at.position().sequence()));
    }
}
