package dev.mneme.api.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.mneme.api.json.JsonReader.Reading;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.AddRequest;
import dev.mneme.wire.SearchRequest;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What JSON takes of the heap is counted before it is there, and at least at what it takes.
class JsonReaderTest {
    private static final int MANY = 30_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String list(String item, int times) {
        return "[" + String.join(",", java.util.Collections.nCopies(times, item)) + "]";
    }

    /// Each with many small values, the ones that take the most for their bytes.
    static Stream<String> shapes() {
        return Stream.of(
                list("{}", MANY),
                list("[]", MANY),
                list("[0]", MANY),
                list("{\"a\":{}}", MANY),
                list("{\"a\":null}", MANY),
                list("{\"a\":1,\"b\":2,\"c\":3}", MANY / 2),
                list("0", MANY),
                list("-1.5e7", MANY),
                list("9".repeat(200), MANY),
                list("\"\"", MANY),
                list("\"ab\"", MANY),
                list("\"\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587\"", MANY),
                list("true", MANY),
                list("null", MANY),
                IntStream.range(0, MANY).mapToObj(i -> "\"n" + i + "\":0").collect(Collectors.joining(",", "{", "}")),
                IntStream.range(0, MANY).mapToObj(i -> "\"n" + i + "\":{}").collect(Collectors.joining(",", "{", "}")),
                list("{\"a\":".repeat(40) + "0" + "}".repeat(40), MANY / 40));
    }

    private static long used() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void atLeastWhatItTakesIsCounted(String shape) {
        AtomicLong counted = new AtomicLong();
        byte[] document = bytes(shape);
        long before = used();
        List<Object> kept = new ArrayList<>();
        Object plain = JsonReader.read(document, "body", new ParsedHeap(counted::addAndGet, 0), JsonReader::plain);
        kept.add(plain);
        kept.add(PlainJson.toJson(plain)); // as a service gets it, while the request holds the first
        long taken = used() - before;
        assertThat(kept).hasSize(2);
        assertThat(taken).as("of %s bytes", document.length).isLessThan(counted.get());
        assertThat(JsonReader.read(shape, "body")).isEqualTo(kept.getLast());
    }

    /// Neither reader has built more than the budget allows when it is refused.
    @ParameterizedTest
    @MethodSource("shapes")
    void whatIsRefusedWasNotBuilt(String shape) {
        long room = 256 << 10;
        byte[] document = bytes(shape);
        for (Reading<?> reading : List.<Reading<?>>of(JsonReader::plain, JsonReader::value)) {
            long first = THREADS.getCurrentThreadAllocatedBytes();
            JsonReader.read(document, "body", ParsedHeap.unlimited(), reading);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(() -> JsonReader.read(document, "body", budget(room), reading))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                    .as("where all of it allocates %s", before - first)
                    .isLessThan((before - first) / 2);
        }
    }

    private static ParsedHeap budget(long room) {
        AtomicLong left = new AtomicLong(room);
        return new ParsedHeap(
                bytes -> {
                    if (left.addAndGet(-bytes) < 0) {
                        throw new MnemeException(ErrorCode.OVERLOADED, "no room");
                    }
                },
                0);
    }

    /// A record's free parts, its lists and what is made of them.
    @Test
    void aRecordIsCountedToo() {
        byte[] search = bytes("{\"userId\":\"alice\",\"filter\":{\"metadata./a\":{\"eq\":" + list("{}", MANY) + "}}}");
        byte[] items = bytes("{\"userId\":\"alice\",\"items\":" + list("{\"text\":\"x\"}", MANY) + "}");
        byte[] words = bytes("{\"text\":\"x\",\"categories\":" + list("\"x\"", MANY) + "}");
        assertThatThrownBy(() -> RecordReader.read(SearchRequest.class, search, "body", budget(1 << 20)))
                .hasMessage("no room");
        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, items, "body", budget(1 << 20)))
                .hasMessage("no room");
        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, words, "body", budget(1 << 20)))
                .hasMessage("no room");
    }

    /// That there is no room is no fault of the item at which it showed.
    @Test
    void toleranceIsForItemsAlone() {
        Map<Integer, MnemeException> refused = new HashMap<>();
        byte[] items = bytes("{\"items\":" + list("{\"text\":\"x\"}", MANY) + "}");
        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, items, "body", budget(1 << 20), refused))
                .hasMessage("no room");
        assertThat(refused).isEmpty();
    }

    /// Nor is it forgotten when there is room again a moment later.
    @Test
    void oneRefusalByTheBudgetEndsTheReading() {
        AtomicLong asked = new AtomicLong();
        ParsedHeap once = new ParsedHeap(
                bytes -> {
                    if (asked.incrementAndGet() == 10) {
                        throw new MnemeException(ErrorCode.OVERLOADED, "no room");
                    }
                },
                0);
        Map<Integer, MnemeException> refused = new HashMap<>();
        byte[] items = bytes("{\"items\":" + list("{\"text\":\"x\"}", MANY) + "}");

        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, items, "body", once, refused))
                .hasMessage("no room");
        assertThat(refused).isEmpty();
    }

    /// Too many values are the body's fault, whichever item they stand in: the others are not read on.
    @Test
    void tooManyValuesInAnItemEndTheReading() {
        String item = "{\"text\":\"x\",\"metadata\":{\"a\":" + list("0", JsonReader.MAX_VALUES + 1) + "}}";
        byte[] items = bytes("{\"items\":[" + item + ",{\"text\":\"y\"}]}");
        Map<Integer, MnemeException> refused = new HashMap<>();
        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, items, "body", ParsedHeap.unlimited(), refused))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE);
                    assertThat(e.field()).isEqualTo("body");
                });
        assertThat(refused).isEmpty();
    }

    /// A refusal takes more than the item that it refuses.
    @Test
    void refusedItemsAreCounted() {
        byte[] items = bytes("{\"items\":" + list("{}", 1_000) + "}");
        Map<Integer, MnemeException> refused = new HashMap<>();
        RecordReader.read(AddRequest.class, items, "body", budget(8 << 20), refused);
        assertThat(refused).hasSize(1_000);
        assertThatThrownBy(() -> RecordReader.read(AddRequest.class, items, "body", budget(4 << 20), new HashMap<>()))
                .hasMessage("no room");
    }

    /// What most requests are made of costs about what it takes.
    @Test
    void vectorsCostTheirFloats() {
        String vector = list("0.125", 384);
        byte[] items = bytes("{\"items\":" + list("{\"text\":\"x\",\"vector\":" + vector + "}", 100) + "}");
        AtomicLong counted = new AtomicLong();
        RecordReader.read(AddRequest.class, items, "body", new ParsedHeap(counted::addAndGet, 0));
        assertThat(counted.get()).isBetween(100 * 384 * 4L, 100 * (384 * 4L + 1_500));
    }

    @Test
    void theBudgetIsAskedInSteps() {
        AtomicLong asked = new AtomicLong();
        AtomicLong counted = new AtomicLong();
        ParsedHeap heap = new ParsedHeap(
                bytes -> {
                    asked.incrementAndGet();
                    counted.addAndGet(bytes);
                },
                8 << 10);
        JsonReader.read(bytes(list("0", 50)), "body", heap, JsonReader::value);
        assertThat(asked).hasValue(0); // it was granted
        JsonReader.read(bytes(list("0", MANY)), "body", heap, JsonReader::value);
        assertThat(asked.get()).isBetween(1L, counted.get() / (16 << 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "{}", "\"x\""})
    void moreValuesThanAnybodySendsAreTooMany(String item) {
        String most = list(item, JsonReader.MAX_VALUES);
        assertThat(JsonReader.read(most, "body")).isNotNull();
        for (Reading<?> reading : List.<Reading<?>>of(JsonReader::plain, JsonReader::value)) {
            assertThatThrownBy(() -> JsonReader.read(
                            bytes(list(item, JsonReader.MAX_VALUES + 1)), "body", ParsedHeap.unlimited(), reading))
                    .isInstanceOfSatisfying(MnemeException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE);
                        assertThat(e.field()).isEqualTo("body");
                    })
                    .hasMessageContaining("100000 values");
        }
    }

    /// Members that nobody asks for take nothing but their names, however many values they have.
    @Test
    void whatIsPassedOverIsNotBuilt() {
        byte[] document = bytes("{\"zzz\":" + list("{}", 10 * MANY) + ",\"a\":[1]}");
        JsonReader.read(bytes("{\"a\":1}"), "body", ParsedHeap.unlimited(), JsonReader::slices);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Map<String, JsonReader.Slice> slices = JsonReader.read(document, "body", budget(16 << 10), JsonReader::slices);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(256 << 10);
        assertThat(slices).containsOnlyKeys("zzz", "a");
    }

    /// The parser keeps each name of a document, looked at or not.
    @Test
    void namesOfWhatIsPassedOverAreCounted() {
        byte[] document = bytes(IntStream.range(0, MANY)
                .mapToObj(i -> "\"n" + i + "\":0")
                .collect(Collectors.joining(",", "{\"zzz\":{", "}}")));
        assertThatThrownBy(() -> JsonReader.read(document, "body", budget(1 << 20), JsonReader::slices))
                .hasMessage("no room");
    }

    static IntStream seeds() {
        return IntStream.range(0, 50);
    }

    /// A member that was passed over is found again, whatever stands around it.
    @ParameterizedTest
    @MethodSource("seeds")
    void aSliceIsTheMember(int seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(space(random)).append('{');
        for (int i = 0; i < 12; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(space(random))
                    .append("\"m")
                    .append(i)
                    .append("é\"");
            text.append(space(random)).append(':').append(space(random));
            value(random, 3, text);
            text.append(space(random));
        }
        byte[] document = bytes(text.append('}').append(space(random)).toString());
        JsonObject whole = (JsonObject) JsonReader.read(text.toString(), "body");
        Map<String, JsonReader.Slice> slices =
                JsonReader.read(document, "body", ParsedHeap.unlimited(), JsonReader::slices);
        assertThat(slices.keySet()).isEqualTo(whole.members().keySet());
        slices.forEach((name, slice) -> {
            Json member = JsonReader.read(document, slice, "body", name, ParsedHeap.unlimited());
            assertThat(member).isEqualTo(whole.members().get(name));
        });
    }

    private static String space(Random random) {
        return " \n\t\r ".substring(0, random.nextInt(6));
    }

    private static void value(Random random, int depth, StringBuilder text) {
        switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0 -> text.append(random.nextInt());
            case 1 -> text.append(random.nextDouble());
            case 2 ->
                text.append("\"é\\\"}\\u4e2d]")
                        .append("x".repeat(random.nextInt(5_000)))
                        .append('"');
            case 3 -> text.append("true");
            case 4 -> text.append("null");
            case 5 -> text.append("\"\"");
            case 6 -> {
                text.append('[').append(space(random));
                for (int i = random.nextInt(4); i > 0; i--) {
                    value(random, depth - 1, text);
                    text.append(space(random)).append(i == 1 ? "" : ",");
                }
                text.append(']');
            }
            default -> {
                text.append('{').append(space(random));
                for (int i = random.nextInt(4); i > 0; i--) {
                    text.append("\"k").append(i).append("\":").append(space(random));
                    value(random, depth - 1, text);
                    text.append(i == 1 ? "" : ",");
                }
                text.append('}');
            }
        }
    }

    @Test
    void aSliceSaysItsPlace() {
        byte[] document = bytes("{\"filters\":{\"AND\":[1,{\"a\":\"\\ud800\"}]}}");
        JsonReader.Slice slice = JsonReader.read(document, "body", ParsedHeap.unlimited(), JsonReader::slices)
                .get("filters");
        assertThatThrownBy(() -> JsonReader.read(
                        document, java.util.Objects.requireNonNull(slice), "body", "filters", ParsedHeap.unlimited()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.field()).isEqualTo("filters.AND[1].a"));
    }

    /// The way to a place is put into words only for a message: for each value it would cost more than the document.
    @Test
    void deepNamesCostNothingForEachValue() {
        String name = "{\"" + "n".repeat(1_000) + "\":";
        byte[] document = bytes(name.repeat(60) + list("0", MANY) + "}".repeat(60));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThat(JsonReader.read(document, "body", ParsedHeap.unlimited(), JsonReader::plain))
                .isNotNull();
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(64L << 20);
    }
}
