package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Write;
import dev.mneme.core.model.At;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Exported;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Store;
import dev.mneme.engine.backup.StoreBackup;
import dev.mneme.engine.codec.BatchCodec;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.node.HeapNode;
import dev.mneme.engine.table.Keys;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is exported from one store and imported into another is there as it was: over random histories of
/// every noun.
final class ExportTest {
    private static final Provenance IMPORTER = Provenance.ofKey("importer");

    @ParameterizedTest
    @MethodSource("dev.mneme.testkit.StoreContract#seeds")
    void whatIsImportedIsWhatWasExported(long seed) {
        ManualClock clock = new ManualClock();
        try (LocalStore source = new HeapNode(clock).open();
                LocalStore target = new HeapNode(clock).open()) {
            List<Histories.Step> steps = Histories.random(seed, 150);
            live(steps, source, clock);
            List<Exported> exported = exported(source);
            exported.forEach(each -> assertThat(bring(each, target)).isEqualTo(MemoryEvent.ADD));
            assertThat(placeless(exported(target))).isEqualTo(placeless(exported));
            assertThat(switches(exported(target))).isEqualTo(switches(exported));
            assertThat(expiries(target)).isEqualTo(expiries(source));
            ids(steps)
                    .forEach(id -> assertThat(target.history(id).map(At::value))
                            .isEqualTo(source.history(id).map(At::value)));

            long[] heads = heads(target);
            exported.forEach(each -> assertThat(bring(each, target)).isEqualTo(MemoryEvent.NONE));
            assertThat(heads(target)).isEqualTo(heads);
            for (Owner owner : Histories.owners()) {
                List<Exported> own = new ArrayList<>();
                source.export(owner, own::add);
                assertThat(Set.copyOf(placeless(own)))
                        .isEqualTo(Set.copyOf(placeless(exported.stream()
                                .filter(each -> each.owner().equals(owner))
                                .toList())));
                assertThat(target.space(owner).now()).isEqualTo(spaceOf(source, owner, own));
            }
        }
    }

    /// Owners are read a thousand at a time from each of two shards.
    @Test
    void everyOfManyOwnersIsExportedOnce() {
        List<String> names =
                IntStream.range(0, 2_500).mapToObj(n -> "owner" + n).toList();
        try (LocalStore store = new HeapNode().open()) {
            for (String name : names) {
                store.write(Fixtures.write(Owner.user(name), Fixtures.add(name, "likes tea")));
            }
            List<String> exported = new ArrayList<>();
            store.export(null, each -> exported.add(each.owner().id()));
            assertThat(exported).containsExactlyInAnyOrderElementsOf(names);
        }
    }

    /// An owner whose memories have lost their vectors has a space that no export shows.
    private static @Nullable EmbeddingSpace spaceOf(Store source, Owner owner, List<Exported> exported) {
        boolean hasVector = exported.stream()
                .anyMatch(each -> each instanceof Exported.OfMemory memory && memory.embedding() != null);
        return hasVector ? source.space(owner).now() : null;
    }

    private static void live(List<Histories.Step> steps, Store store, ManualClock clock) {
        for (Histories.Step step : steps) {
            switch (step) {
                case Histories.Step.Apply(Write write) -> apply(store, write);
                case Histories.Step.Advance(var by) -> clock.advance(by);
                case Histories.Step.Reopen reopen -> {}
            }
        }
    }

    private static void apply(Store store, Write write) {
        try {
            store.write(write);
        } catch (MnemeException refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED);
        }
    }

    /// Transitions that are alike in everything count as one: see `Exported`.
    private static List<Exported> exported(LocalStore store) {
        List<Exported> exported = new ArrayList<>();
        Set<String> transitions = new HashSet<>();
        store.export(null, each -> {
            if (!(each instanceof Exported.OfTransition) || transitions.add(placeless(each))) {
                exported.add(each);
            }
        });
        return exported;
    }

    private static List<MemoryId> ids(List<Histories.Step> steps) {
        return steps.stream()
                .<Write>mapMulti((step, ids) -> {
                    if (step instanceof Histories.Step.Apply(Write write)) {
                        ids.accept(write);
                    }
                })
                .flatMap(write -> write.commands().stream())
                .filter(Command.AddMemory.class::isInstance)
                .map(command -> ((Command.AddMemory) command).id())
                .distinct()
                .toList();
    }

    /// Whose mode was switched to which, the latest last.
    private static List<String> switches(List<Exported> exported) {
        return exported.stream()
                .filter(Exported.OfMode.class::isInstance)
                .map(each -> ((Exported.OfMode) each).mode())
                .sorted(Comparator.comparing(ModeState::userId).thenComparingLong(ModeState::activatedBy))
                .map(mode -> mode.userId() + " " + mode.instanceId() + " " + mode.current())
                .toList();
    }

    /// How many records are to expire.
    private static long expiries(LocalStore store) {
        long[] count = new long[1];
        try (StoreBackup backup = (StoreBackup) store.take()) {
            backup.cut()
                    .parts()
                    .forEach(part -> part.rows().scan(Keys.table('f'), Keys.end(Keys.table('f')), (k, v) -> {
                        count[0]++;
                        return true;
                    }));
        }
        return count[0];
    }

    private static MemoryEvent bring(Exported exported, Store target) {
        Write write = new Write(exported.owner(), IMPORTER, null, List.of(new Command.Import(exported)));
        Outcome outcome = target.write(write).outcomes().getFirst();
        return ((Outcome.Stored) outcome).event();
    }

    private static long[] heads(Store store) {
        return Histories.owners().stream()
                .mapToLong(owner -> store.head(owner).sequence())
                .toArray();
    }

    /// In bytes, but for the sequences, which are each store's own.
    private static List<String> placeless(List<Exported> exported) {
        return exported.stream().map(ExportTest::placeless).toList();
    }

    private static String placeless(Exported exported) {
        Exported same = switch (exported) {
            case Exported.OfMode(var mode) -> new Exported.OfMode(mode.activatedBy(0));
            case Exported.OfTransition(var transition) -> new Exported.OfTransition(transition.withSequence(0));
            case Exported.OfResponse(var response) -> new Exported.OfResponse(response.withSequence(0));
            case Exported.OfSyncEvent(var event) -> new Exported.OfSyncEvent(event.withSequence(0));
            case Exported.OfMemory memory -> memory;
            case Exported.OfContext context -> context;
            case Exported.OfConflict conflict -> conflict;
        };
        Write write = Fixtures.write(same.owner(), new Command.Import(same));
        return HexFormat.of().formatHex(BatchCodec.encode(new ShardBatch(Instant.EPOCH, List.of(write))));
    }
}
