package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SubjectSizeTest {
    private static final int ITEMS = 5_000;

    static List<Arguments> shapes() {
        return List.of(
                shape("empty objects", i -> new JsonObject(Map.of())),
                shape("small objects", i -> new JsonObject(Map.of("k" + i, new JsonString("v" + i)))),
                shape("empty arrays", i -> new JsonArray(List.of())),
                shape("short strings", i -> new JsonString("v" + i)),
                shape("numbers", i -> new JsonNumber(BigDecimal.valueOf(i, 3))));
    }

    private static Arguments shape(String name, IntFunction<Json> item) {
        return Arguments.of(name, item);
    }

    /// What making the items allocates, which is at least what they keep, is no more than what is counted for them.
    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void countsWhatTheHeapHolds(String name, IntFunction<Json> item) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Json> items = new ArrayList<>(ITEMS);
        assertThat(item.apply(0)).isNotNull(); // loads what it needs
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < ITEMS; i++) {
            items.add(item.apply(1_000 + i));
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        Context context = context(new JsonObject(Map.of("items", new JsonArray(items))));
        assertThat(SubjectSize.bytes(context)).as(name).isGreaterThan(allocated * 3 / 4);
    }

    private static Context context(Json data) {
        return new Context(
                "u",
                "k",
                ContextType.CHAT,
                null,
                data,
                List.of(),
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                "",
                "",
                null,
                false);
    }
}
