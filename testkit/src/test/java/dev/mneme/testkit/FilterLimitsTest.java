package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.access.Caller;
import dev.mneme.core.command.Command;
import dev.mneme.core.command.Write;
import dev.mneme.core.command.Write.Idempotency;
import dev.mneme.core.memory.FilterParser;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.NewMemory;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Filter.Compare;
import dev.mneme.core.model.Filter.Field;
import dev.mneme.core.model.Filter.Name;
import dev.mneme.core.model.Filter.Operator;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.request.Limits;
import dev.mneme.core.request.ReadOptions;
import dev.mneme.core.spi.MemoryQuery.Order;
import dev.mneme.core.spi.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a filter costs ends the request that sent it, at every door; and a deletion by a filter names what it deletes,
/// so that no write waits for the filter.
class FilterLimitsTest {
    private static final Idempotency KEY = new Idempotency("once", new byte[32]);
    private static final Caller ADMIN = Caller.of(
            new ApiKey("k1", "test", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);
    private static final Filter ALICE = Filter.scope(OwnerKind.USER, "alice");
    private static final Filter DEAR = Filter.and(
            ALICE,
            new Filter.Or(IntStream.range(0, 900)
                    .<Filter>mapToObj(i ->
                            new Compare(new Field.Named(Name.TEXT), Operator.ICONTAINS, new JsonString("none" + i)))
                    .toList()));

    private final Store store = new ModelStore(new ManualClock());
    private final List<Command> written = new ArrayList<>();
    private Consumer<Write> before = write -> {};
    private final MemoryService memories =
            new MemoryService(watched(), new HashingEmbedder(), new ManualClock(), new Random(1), Limits.DEFAULTS);

    private Store watched() {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        Write write = (Write) arguments[0];
                        before.accept(write);
                        written.addAll(write.commands());
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }

    private void add(String user, String text) {
        memories.add(
                ADMIN,
                new NewMemory(
                        ScopeIds.user(user),
                        text,
                        null,
                        null,
                        JsonObject.EMPTY,
                        List.of(),
                        null,
                        null,
                        null,
                        null,
                        false),
                null);
    }

    private static void assertTooMuch(ThrowingCallable request) {
        assertThatThrownBy(request).isInstanceOfSatisfying(MnemeException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE);
            assertThat(e.field()).isEqualTo("filter");
        });
    }

    @Test
    void everyRequestWithADearFilterEndsWithAnErrorThatNamesIt() {
        for (int i = 0; i < 40; i++) {
            add("alice", "x".repeat(30_000) + i);
        }
        written.clear();

        assertTooMuch(() -> memories.list(ADMIN, DEAR, Order.CREATED_AT, 100, null, true, ReadOptions.DEFAULT));
        assertTooMuch(() -> memories.pages(ADMIN, DEAR, true).next());
        assertTooMuch(() -> memories.deleteMatching(ADMIN, DEAR, null));
        assertTooMuch(() -> memories.deleteMatching(ADMIN, DEAR, KEY));
        assertThat(written).as("what reached a shard").isEmpty();
    }

    /// Each owner's memories are within the limit, all together are not.
    @Test
    void theWorkOfARequestIsCountedOverAllItsOwnersAndPages() {
        for (int i = 0; i < 40; i++) {
            add("user" + i, "x".repeat(30_000) + i);
        }
        Filter anybody = new Filter.Not(((Filter.And) DEAR).parts().get(1));

        assertTooMuch(() -> memories.pages(ADMIN, anybody, true).forEachRemaining(page -> {}));
        assertTooMuch(() -> memories.deleteMatching(ADMIN, anybody, null));
    }

    @Test
    void aDeletionNamesWhatItDeletesInSmallSteps() {
        for (int i = 0; i < 300; i++) {
            add("alice", "note " + i);
        }
        written.clear();

        assertThat(memories.deleteMatching(ADMIN, ALICE, null).count()).isEqualTo(300);

        assertThat(written)
                .hasSize(3)
                .allSatisfy(command -> assertThat(command)
                        .isInstanceOfSatisfying(
                                Command.DeleteUnchanged.class,
                                step -> assertThat(step.memories())
                                        .hasSizeLessThanOrEqualTo(Command.DeleteUnchanged.MAX_MEMORIES)));
    }

    @Test
    void whatIsExpiredIsDeletedToo() {
        Command.AddMemory gone = Fixtures.expiring(Fixtures.add("alice", "gone"), ManualClock.START.plusMillis(-1));
        store.write(new Write(Owner.user("alice"), ADMIN.by(), null, List.of(gone)));
        add("alice", "note");

        assertThat(memories.deleteMatching(ADMIN, ALICE, null).count()).isEqualTo(2);
        assertThat(texts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"200, 1", "200, 2", "400, 1"})
    void whatChangedMeanwhileIsLookedAtAgain(int count, int times) {
        for (int i = 0; i < count; i++) {
            add("alice", "note " + i);
        }
        int[] changed = {0};
        before = write -> {
            if (write.commands().getFirst() instanceof Command.DeleteUnchanged(var named)
                    && !named.isEmpty()
                    && changed[0]++ < times) {
                changeAndDelete(named);
            }
        };

        Filter notes =
                Filter.and(ALICE, new Compare(new Field.Named(Name.TEXT), Operator.CONTAINS, new JsonString("note")));
        long deleted = memories.deleteMatching(ADMIN, notes, KEY).count();

        assertThat(deleted).isEqualTo(count - 3L * times);
        assertThat(texts()).hasSize(times).containsOnly("kept");
    }

    /// One is changed so that it matches no more, one so that it still does, two are deleted by others.
    private void changeAndDelete(List<Command.ForgetVersions.Version> named) {
        store.write(new Write(
                Owner.user("alice"),
                ADMIN.by(),
                null,
                List.of(
                        update(named.get(0), "kept"),
                        update(named.get(1), "another note"),
                        new Command.DeleteMemory(named.get(2).id(), Command.ANY_VERSION),
                        new Command.DeleteMemory(named.getLast().id(), Command.ANY_VERSION))));
    }

    private static Command update(Command.ForgetVersions.Version memory, String text) {
        return new Command.UpdateMemory(memory.id(), text, null, null, null, null, Command.ANY_VERSION);
    }

    private List<String> texts() {
        return memories.list(ADMIN, ALICE, Order.CREATED_AT, 100, null, true, ReadOptions.DEFAULT).items().stream()
                .map(dev.mneme.core.model.Memory::text)
                .toList();
    }

    @Test
    void aDeletionThatWasBrokenOffGoesOnWhenItIsRepeated() {
        for (int i = 0; i < 300; i++) {
            add("alice", "note " + i);
        }
        int[] steps = {0};
        before = write -> {
            if (write.commands().getFirst() instanceof Command.DeleteUnchanged && ++steps[0] == 2) {
                throw new MnemeException(ErrorCode.OVERLOADED, "Too much at once.");
            }
        };

        assertThatThrownBy(() -> memories.deleteMatching(ADMIN, ALICE, KEY)).isInstanceOf(MnemeException.class);
        assertThat(memories.deleteMatching(ADMIN, ALICE, KEY).count()).isEqualTo(300);
        assertThat(texts()).isEmpty();
        add("alice", "later");
        assertThat(memories.deleteMatching(ADMIN, ALICE, KEY).count()).isEqualTo(300);
        assertThat(texts()).containsExactly("later");
    }

    @Test
    void valuesOfAllListsCountTogether() {
        assertThat(FilterParser.parse(lists(2, 500), "filter")).isNotNull();
        assertThatThrownBy(() -> FilterParser.parse(lists(2, 501), "filter"))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("1000 values together");
    }

    private static Json lists(int count, int each) {
        Json values = new JsonArray(IntStream.range(0, each)
                .<Json>mapToObj(i -> new JsonNumber(BigDecimal.valueOf(i)))
                .toList());
        return new JsonObject(Map.of(
                "OR",
                new JsonArray(IntStream.range(0, count)
                        .<Json>mapToObj(
                                i -> new JsonObject(Map.of("metadata./a", new JsonObject(Map.of("in", values)))))
                        .toList())));
    }
}
