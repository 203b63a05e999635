package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.At;
import dev.mneme.core.model.Context;
import dev.mneme.core.model.ContextVersion;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Position;
import dev.mneme.core.spi.Contexts;
import dev.mneme.core.spi.MemoryPage;
import dev.mneme.core.spi.SearchResult;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.Store.ChangeBatch;
import dev.mneme.core.spi.Store.OperatorBatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A comparison that finds nothing proves nothing unless it finds what is wrong.
final class StoreComparisonTest {
    private static final int HISTORIES = 8;

    /// What a store could get wrong, and only now and then.
    enum Fault {
        LIST_LACKS_ITS_LAST,
        CURSOR_BEYOND_THE_END,
        MEMORY_OF_ANOTHER_POSITION,
        HISTORY_LACKS_ITS_FIRST,
        ENTITY_COUNTS_ONE_TOO_MANY,
        CHANGE_LEFT_OUT,
        RESET_WITHOUT_NEED,
        OPERATORS_CHANGE_TWICE,
        SEARCH_LACKS_ITS_BEST,
        HIT_BELOW_A_WORSE_ONE,
        REPLAY_NOT_SAID,
        EVENT_OF_ANOTHER_KIND,
        OWNER_LEFT_OUT,
        CONTEXT_OF_AN_EARLIER_VERSION,
        PATHS_OF_A_CLASH_NOT_SAID;

        Object spoil(Object answer) {
            return switch (this) {
                case LIST_LACKS_ITS_LAST ->
                    answer instanceof MemoryPage page && page.items().size() > 2
                            ? new MemoryPage(
                                    page.items().subList(0, page.items().size() - 1),
                                    page.nextCursor(),
                                    page.position())
                            : answer;
                case CURSOR_BEYOND_THE_END ->
                    answer instanceof MemoryPage page
                                    && page.nextCursor() == null
                                    && !page.items().isEmpty()
                            ? new MemoryPage(page.items(), "more", page.position())
                            : answer;
                case MEMORY_OF_ANOTHER_POSITION ->
                    answer instanceof Optional<?> found
                                    && found.orElse(null) instanceof At<?>(Object value, Position at)
                            ? Optional.of(new At<>(value, at.withSequence(at.sequence() + 1)))
                            : answer;
                case HISTORY_LACKS_ITS_FIRST ->
                    answer instanceof Optional<?> found
                                    && found.orElse(null) instanceof At<?>(List<?> versions, Position at)
                                    && versions.size() > 2
                            ? Optional.of(new At<>(versions.subList(1, versions.size()), at))
                            : answer;
                case ENTITY_COUNTS_ONE_TOO_MANY ->
                    answer instanceof List<?> list && list.size() == 3 && list.get(1) instanceof Entity e
                            ? List.of(
                                    list.get(0),
                                    new Entity(e.kind(), e.id(), e.memories() + 1, e.createdAt(), e.updatedAt()),
                                    list.get(2))
                            : answer;
                case CHANGE_LEFT_OUT ->
                    answer instanceof ChangeBatch batch && batch.changes().size() > 3
                            ? new ChangeBatch(
                                    batch.changes().subList(1, batch.changes().size()),
                                    batch.after(),
                                    batch.position(),
                                    false)
                            : answer;
                case RESET_WITHOUT_NEED ->
                    answer instanceof ChangeBatch batch && batch.changes().size() == 3
                            ? new ChangeBatch(List.of(), batch.after(), batch.position(), true)
                            : answer;
                case OPERATORS_CHANGE_TWICE ->
                    answer instanceof OperatorBatch batch && batch.changes().size() > 1
                            ? new OperatorBatch(
                                    Stream.concat(
                                                    batch.changes().stream(),
                                                    batch.changes().stream().limit(1))
                                            .toList(),
                                    batch.cursor(),
                                    false)
                            : answer;
                case SEARCH_LACKS_ITS_BEST ->
                    answer instanceof SearchResult result && !result.hits().isEmpty()
                            ? new SearchResult(
                                    result.hits().subList(1, result.hits().size()), result.position(), false)
                            : answer;
                case HIT_BELOW_A_WORSE_ONE ->
                    answer instanceof SearchResult result && result.hits().size() > 2
                            ? new SearchResult(result.hits().reversed(), result.position(), false)
                            : answer;
                case REPLAY_NOT_SAID ->
                    answer instanceof WriteResult result && result.replayed()
                            ? new WriteResult(result.outcomes(), result.position(), false)
                            : answer;
                case EVENT_OF_ANOTHER_KIND ->
                    answer instanceof WriteResult result
                                    && result.outcomes().stream().anyMatch(Fault::isNone)
                            ? new WriteResult(
                                    result.outcomes().stream()
                                            .map(o -> isNone(o)
                                                    ? new Outcome.Stored(
                                                            dev.mneme.core.model.MemoryEvent.UPDATE,
                                                            ((Outcome.Stored) o).subject())
                                                    : o)
                                            .toList(),
                                    result.position(),
                                    result.replayed())
                            : answer;
                case OWNER_LEFT_OUT ->
                    answer instanceof List<?> list && list.size() > 1 && list.getFirst() instanceof Owner
                            ? list.subList(1, list.size())
                            : answer;
                case CONTEXT_OF_AN_EARLIER_VERSION ->
                    answer instanceof Contexts contexts
                            ? proxy(Contexts.class, contexts, Fault::withEarlierVersion)
                            : answer;
                case PATHS_OF_A_CLASH_NOT_SAID ->
                    answer instanceof WriteResult result
                            ? new WriteResult(
                                    result.outcomes().stream()
                                            .map(Fault::withoutPaths)
                                            .toList(),
                                    result.position(),
                                    result.replayed())
                            : answer;
            };
        }

        private static Object withEarlierVersion(Contexts sound, Object answer) {
            return answer instanceof At<?>(Object value, Position position)
                            && value instanceof Optional<?> found
                            && found.orElse(null) instanceof Context context
                    ? new At<>(
                            sound.versions(Owner.user(context.userId()), context.key()).value().stream()
                                    .filter(version -> !version.deleted())
                                    .map(ContextVersion::context)
                                    .findFirst(),
                            position)
                    : answer;
        }

        private static Outcome withoutPaths(Outcome outcome) {
            return outcome instanceof Outcome.Rejected rejected
                    ? new Outcome.Rejected(
                            rejected.code(), rejected.message(), rejected.field(), rejected.current(), List.of())
                    : outcome;
        }

        private static boolean isNone(Outcome outcome) {
            return outcome instanceof Outcome.Stored stored && stored.event() == dev.mneme.core.model.MemoryEvent.NONE;
        }
    }

    @ParameterizedTest
    @EnumSource
    void noFaultGoesUnnoticed(Fault fault) {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= HISTORIES; seed++) {
                        StoreComparison.run(seed, 120, faulty(fault));
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("history ")
                .hasMessageContaining("step ");
    }

    private static StoreOpener faulty(Fault fault) {
        Map<String, ModelHome> homes = new HashMap<>();
        return settings -> {
            Store sound = new ModelStore(homes.computeIfAbsent(settings.home(), home -> new ModelHome()), settings);
            return proxy(Store.class, sound, (store, answer) -> fault.spoil(answer));
        };
    }

    /// @param spoiling makes something else of what `sound` answers
    private static <T> T proxy(Class<T> port, T sound, BiFunction<T, Object, Object> spoiling) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, args) -> {
            Object answer = call(sound, method, args);
            return answer == null ? null : spoiling.apply(sound, answer);
        }));
    }

    private static @Nullable Object call(Object store, Method method, @Nullable Object @Nullable [] args)
            throws Throwable {
        try {
            return method.invoke(store, args);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    @Test
    void aHistoryIsTheSameForTheSameSeed() {
        assertThat(Histories.random(7, 300).toString())
                .isEqualTo(Histories.random(7, 300).toString())
                .isNotEqualTo(Histories.random(8, 300).toString());
    }

    @Test
    void historiesBringAboutEveryKindOfOutcome() {
        Map<String, Integer> seen = new HashMap<>();
        for (long seed = 1; seed <= 60; seed++) {
            ManualClock clock = new ManualClock();
            try (Store store = new ModelStore(clock)) {
                Histories.random(seed, 200).forEach(step -> live(store, clock, step, seen));
            }
        }
        for (String kind : List.of(
                "ADD",
                "UPDATE",
                "NONE",
                "Deleted",
                "Removed",
                "PutContext",
                "clash",
                "DeletedMany",
                "EraseOwner",
                "replayed",
                "NOT_FOUND",
                "VERSION_CONFLICT",
                "EMBEDDER_MISMATCH",
                "IDEMPOTENCY_KEY_REUSED",
                "Revise Done",
                "Revise VERSION_CONFLICT",
                "Revise EMBEDDER_MISMATCH",
                "Revise INVALID_REQUEST")) {
            assertThat(seen.getOrDefault(kind, 0)).as("%s of %s", kind, seen).isGreaterThan(5);
        }
    }

    private static void live(Store store, ManualClock clock, Histories.Step step, Map<String, Integer> seen) {
        if (step instanceof Histories.Step.Advance(java.time.Duration by)) {
            clock.advance(by);
        } else if (step instanceof Histories.Step.Apply(dev.mneme.core.command.Write write)) {
            try {
                WriteResult result = store.write(write);
                result.outcomes().forEach(outcome -> seen.merge(kind(outcome), 1, Integer::sum));
                result.outcomes().stream()
                        .filter(o -> o instanceof Outcome.Rejected rejected
                                && !rejected.paths().isEmpty())
                        .forEach(clash -> seen.merge("clash", 1, Integer::sum));
                seen.merge(result.replayed() ? "replayed" : "first", 1, Integer::sum);
                for (int i = 0; i < write.commands().size(); i++) {
                    String command = write.commands().get(i).getClass().getSimpleName();
                    seen.merge(command, 1, Integer::sum);
                    seen.merge(command + " " + kind(result.outcomes().get(i)), 1, Integer::sum);
                }
            } catch (dev.mneme.core.model.MnemeException e) {
                seen.merge(e.code().name(), 1, Integer::sum);
            }
        }
    }

    private static String kind(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.event().name();
            case Outcome.Rejected rejected -> rejected.code().name();
            default -> outcome.getClass().getSimpleName();
        };
    }
}
