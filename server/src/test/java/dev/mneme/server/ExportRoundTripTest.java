package dev.mneme.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.json.ExportReading;
import dev.mneme.api.json.ExportWriting;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.api.json.ParsedHeap;
import dev.mneme.core.access.Caller;
import dev.mneme.core.context.ContextRules;
import dev.mneme.core.model.ApiKey;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Retention;
import dev.mneme.core.model.Role;
import dev.mneme.core.request.Limits;
import dev.mneme.core.spi.SystemRuntime;
import dev.mneme.core.transfer.RecordExportService;
import dev.mneme.core.transfer.RecordImportService;
import dev.mneme.core.transfer.RecordImportService.Item;
import dev.mneme.core.transfer.RecordImportService.Result;
import dev.mneme.engine.integrity.IntegrityFiles;
import dev.mneme.engine.log.LogConfig;
import dev.mneme.engine.log.LogMetrics;
import dev.mneme.engine.node.LocalEngine;
import dev.mneme.engine.replica.ShardMetrics;
import dev.mneme.engine.store.LocalStore;
import dev.mneme.engine.store.StoreConfig;
import dev.mneme.testkit.Histories;
import dev.mneme.testkit.Histories.Step;
import dev.mneme.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What an export has is what an import brings: histories of a store, exported, imported into an empty one, and
/// exported again.
class ExportRoundTripTest {
    private static final int STEPS = 300;
    private static final Caller OPERATOR = Caller.of(
            new ApiKey("k", "operator", Role.ADMIN, Restriction.NONE, Instant.EPOCH, null, null, new byte[32]), null);

    @TempDir
    Path home = Path.of("");

    private final ManualClock clock = new ManualClock();

    static LongStream seeds() {
        String range = System.getProperty("mneme.seeds", "1-12");
        String[] ends = range.split("-", 2);
        return LongStream.rangeClosed(Long.parseLong(ends[0]), Long.parseLong(ends[1]));
    }

    private LocalStore open(String name) {
        LogConfig log = new LogConfig(1 << 20, 256 << 10, 256 << 10, 1_000, 4 << 20, 16, Duration.ofSeconds(1));
        StoreConfig store = new StoreConfig(Retention.DEFAULTS, 10_000, Duration.ofSeconds(60), 0, 16 << 20, false);
        return LocalEngine.open(
                home.resolve(name),
                new LocalEngine.Settings(
                        4,
                        16 << 20,
                        log,
                        store,
                        new SystemRuntime(clock),
                        LogMetrics.NONE,
                        ShardMetrics.NONE,
                        IntegrityFiles.DEFAULTS));
    }

    private void live(LocalStore store, long seed) {
        for (Step step : Histories.random(seed, STEPS)) {
            switch (step) {
                case Step.Apply(var write) -> {
                    try {
                        store.write(write);
                    } catch (MnemeException refused) {
                        assertThat(refused.code())
                                .isEqualTo(ErrorCode.IDEMPOTENCY_KEY_REUSED); // a history has bad requests, too
                    }
                }
                case Step.Advance(Duration by) -> clock.advance(by);
                case Step.Reopen reopen -> {}
            }
        }
    }

    private static List<String> export(LocalStore store) {
        List<String> lines = new ArrayList<>();
        try (RecordExportService.Export export = new RecordExportService(store).begin(OPERATOR, null)) {
            export.read(exported -> lines.add(JsonWriter.string(ExportWriting.line(exported))));
        }
        return lines;
    }

    private List<Result> take(LocalStore store, List<String> lines) {
        List<Item> items = new ArrayList<>();
        for (String line : lines) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            items.add(new Item.Valid(ExportReading.record(bytes, new ParsedHeap(more -> {}, 0)), bytes.length));
        }
        return new RecordImportService(store, clock, Limits.DEFAULTS, ContextRules.DEFAULTS)
                .take(OPERATOR, items, false);
    }

    private static List<Long> heads(LocalStore store) {
        return Histories.owners().stream()
                .map(owner -> store.head(owner).sequence())
                .toList();
    }

    private static void assertAll(MemoryEvent event, List<Result> results, int lines) {
        assertThat(results).hasSize(lines).containsOnly(new Result.Done(event));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void anExportThatIsImportedAndExportedAgainIsTheSame(long seed) {
        List<String> lines;
        try (LocalStore source = open("source")) {
            live(source, seed);
            lines = export(source);
            assertThat(lines).isNotEmpty();
        }
        try (LocalStore target = open("target")) {
            assertAll(MemoryEvent.ADD, take(target, lines), lines.size());
            assertThat(export(target)).isEqualTo(lines);
            List<Long> before = heads(target);
            assertAll(MemoryEvent.NONE, take(target, lines), lines.size());
            assertThat(heads(target)).as("a second import changes nothing").isEqualTo(before);
            assertThat(export(target)).isEqualTo(lines);
        }
    }

    @Test
    void anImportThatWasCutOffGoesOnWhereItWas() {
        List<String> lines;
        try (LocalStore source = open("source")) {
            live(source, 3);
            lines = export(source);
        }
        int half = lines.size() / 2;
        try (LocalStore target = open("target")) {
            assertAll(MemoryEvent.ADD, take(target, lines.subList(0, half)), half);
        }
        try (LocalStore target = open("target")) {
            List<Result> results = take(target, lines);
            assertAll(MemoryEvent.NONE, results.subList(0, half), half);
            assertAll(MemoryEvent.ADD, results.subList(half, lines.size()), lines.size() - half);
            assertThat(export(target)).isEqualTo(lines);
        }
    }

    /// What is there wins.
    @Test
    void anImportIntoAStoreThatWentOnLeavesWhatIsThere() {
        List<String> early;
        try (LocalStore source = open("source")) {
            live(source, 5);
            early = export(source);
        }
        try (LocalStore store = open("target")) {
            take(store, early);
            clock.advance(Duration.ofDays(1));
            live(store, 6);
            List<String> late = export(store);
            assertThat(late).isNotEqualTo(early);
            List<Long> before = heads(store);
            List<Result> results = take(store, early);
            List<String> after = export(store);
            assertThat(after).containsAll(late);
            long added = results.stream()
                    .filter(new Result.Done(MemoryEvent.ADD)::equals)
                    .count();
            assertThat(after).as("only what had been erased came back").hasSize(late.size() + (int) added);
            assertThat(heads(store).stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(before.stream().mapToLong(Long::longValue).sum() + added);
        }
    }

    @Test
    void anIdThatAnotherOwnerHasStaysThatOwners() {
        String line = """
            {"memory":{"id":"0193a000-0000-4000-8000-000000000001","userId":"alice",\
            "createdAt":"2025-01-01T00:00:00.000Z","versions":[{"version":1,"event":"ADD",\
            "at":"2025-01-01T00:00:00.000Z","key":"k9","instance":"desk","text":"likes tea","metadata":{},\
            "categories":[],"updatedAt":"2025-01-01T00:00:00.000Z"}]}}\
            """;
        try (LocalStore store = open("target")) {
            String another = Stream.iterate(0, n -> n + 1)
                    .map(n -> "user" + n)
                    .filter(id ->
                            Owner.user(id).slot() / 1024 == Owner.user("alice").slot() / 1024)
                    .findFirst()
                    .orElseThrow(); // of the same shard
            take(store, List.of(line));
            List<Result> results = take(store, List.of(line.replace("alice", another)));
            assertThat(results.getFirst())
                    .isInstanceOfSatisfying(
                            Result.Refused.class,
                            refused -> assertThat(refused.failure().code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
            assertThat(export(store)).containsExactly(line);
        }
    }
}
