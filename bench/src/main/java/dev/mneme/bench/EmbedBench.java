package dev.mneme.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// The bare embedder: how long it takes to load, what one text takes, and how many it does in a second with 1 and 2
/// workers and 32 callers on virtual threads; beside that, how late another virtual thread wakes up meanwhile.
///
/// ```
/// java --enable-native-access=ALL-UNNAMED -cp ... dev.mneme.bench.EmbedBench
/// ```
public final class EmbedBench {
    private static final List<String> TEXTS = List.of(
            "What does she drink at breakfast?",
            "Maria: I usually have green tea with honey before I go to work.",
            "We booked two window seats on the morning flight to Lisbon in May.",
            "Sam: The build is written in Python, but I would rather move it to Java this year.");
    private static final int WARM_UP = 400;
    private static final int RUNS = 2_000;
    private static final int CALLERS = 32;

    private EmbedBench() {}

    public static void main(String[] args) throws Exception {
        for (int workers = 1; workers <= 2; workers++) {
            long start = System.nanoTime();
            try (OnnxEmbedder embedder = OnnxEmbedder.open(new OnnxEmbedder.Config(workers, 2 * CALLERS))) {
                embedder.embed(TEXTS.getFirst());
                System.out.printf("workers %d: load and first text %.0f ms%n", workers, millis(start));
                single(embedder);
                throughput(embedder);
                longText(embedder);
            }
        }
        System.out.println(residentMemory());
    }

    private static void single(Embedder embedder) {
        embedAll(embedder, WARM_UP);
        double[] millis = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            long start = System.nanoTime();
            embedder.embed(TEXTS.get(i % TEXTS.size()));
            millis[i] = millis(start);
        }
        Arrays.sort(millis);
        System.out.printf("  one caller: p50 %.2f ms, p99 %.2f ms%n", at(millis, .5), at(millis, .99));
    }

    private static void throughput(Embedder embedder) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<double[]> ticks = callers.submit(() -> lateness(done));
            long start = System.nanoTime();
            long startCpu = cpuNanos();
            List<Future<?>> running = IntStream.range(0, CALLERS)
                    .<Future<?>>mapToObj(i -> callers.submit(() -> embedAll(embedder, RUNS / CALLERS * 2)))
                    .toList();
            for (Future<?> caller : running) {
                caller.get();
            }
            double seconds = millis(start) / 1_000;
            double cpuMillis = (cpuNanos() - startCpu) / 1e6;
            done.countDown();
            double[] late = ticks.get();
            int texts = RUNS / CALLERS * 2 * CALLERS;
            System.out.printf(
                    "  %d callers: %.0f texts/s, %.2f ms of CPU each; a sleep of 1 ms beside them is late by p50 %.2f,"
                            + " p99 %.2f ms%n",
                    CALLERS, texts / seconds, cpuMillis / texts, at(late, .5), at(late, .99));
        }
    }

    /// @param cpuMillis of a text
    record Speed(double textsPerSecond, double cpuMillis) {}

    /// How many English texts of `textBytes` the bare embedder does in a second for `callers` virtual threads, with a
    /// worker for each core, as the server has them.
    static Speed speed(int callers, int textBytes, Duration time) {
        EnglishTexts english = new EnglishTexts(7);
        List<String> texts =
                IntStream.range(0, 1_000).mapToObj(i -> english.text(textBytes)).toList();
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        int all = 4 * callers; // one owner may have a third of the places
        try (OnnxEmbedder embedder =
                OnnxEmbedder.open(new OnnxEmbedder.Config(OnnxEmbedder.Config.cores(), all, all))) {
            embedder.embed(texts.getFirst());
            long startCpu = cpuNanos();
            long start = System.nanoTime();
            try (ExecutorService running = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int caller = 0; caller < callers; caller++) {
                    running.execute(() -> {
                        while (System.nanoTime() - start < time.toNanos()) {
                            embedder.embed(texts.get(next.getAndIncrement() % texts.size()));
                            done.incrementAndGet();
                        }
                    });
                }
            }
            double cpuMillis = (cpuNanos() - startCpu) / 1e6 / done.get();
            return new Speed(done.get() * 1e9 / (System.nanoTime() - start), cpuMillis);
        }
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) (sorted.length * share)];
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static void longText(Embedder embedder) {
        String text = "I have green tea with honey for breakfast. ".repeat(1_524);
        long start = System.nanoTime();
        embedder.embed(text);
        System.out.printf("  a text of 64 KiB: %.0f ms%n", millis(start));
    }

    private static void embedAll(Embedder embedder, int times) {
        for (int i = 0; i < times; i++) {
            embedder.embed(TEXTS.get(i % TEXTS.size()));
        }
    }

    /// How many milliseconds after their time sleeps of 1 ms end, sorted.
    private static double[] lateness(CountDownLatch done) throws InterruptedException {
        double[] late = new double[100_000];
        int count = 0;
        while (done.getCount() > 0 && count < late.length) {
            long start = System.nanoTime();
            Thread.sleep(1);
            late[count++] = millis(start) - 1;
        }
        double[] sorted = Arrays.copyOf(late, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private static String residentMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return "resident memory: unknown here";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .findFirst()
                .orElse("resident memory: unknown here");
    }

    private static double millis(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e6;
    }
}
