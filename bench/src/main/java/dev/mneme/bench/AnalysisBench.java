package dev.mneme.bench;

import dev.mneme.bench.LocomoData.Conversation;
import dev.mneme.bench.LocomoData.Turn;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MemoryId;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.engine.index.AnalyzedMemory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// The CPU cost of analysing a memory, by the script of its text.
///
/// `java dev.mneme.bench.AnalysisBench [LOCOMO]`
public final class AnalysisBench {
    private static final int ROUNDS = 30;
    private static final int TEXTS = 2_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final Map<String, String> SENTENCES = new LinkedHashMap<>();

    static {
        SENTENCES.put("English, 1 KB", "");
        SENTENCES.put(
                "English with typographic apostrophes", "My sister\u2019s flight doesn\u2019t leave until noon. ");
        SENTENCES.put("French", "L\u2019été dernier, nous avons réservé une chambre à l\u2019hôtel près de la mer. ");
        SENTENCES.put("Russian", "Моя сестра живёт в Москве и не ест арахис. ");
        SENTENCES.put("Hindi", "मेरी बहन दिल्ली में रहती है और मूंगफली नहीं खाती। ");
        SENTENCES.put("Arabic", "أختي تسكن في القاهرة ولا تأكل الفول السوداني. ");
        SENTENCES.put("Korean", "내 동생은 서울에서 살고 땅콩을 먹지 않는다. ");
        SENTENCES.put("Japanese", "妹は東京に住んでいて、ピーナッツを食べません。");
        SENTENCES.put("Chinese", "我妹妹住在北京，她不吃花生。");
        SENTENCES.put("Thai", "น้องสาวของฉันอยู่กรุงเทพและไม่กินถั่วลิสง ");
        SENTENCES.put("Khmer", "ខ្ញុំចូលចិត្តកាហ្វេនៅពេលព្រឹក ");
    }

    private AnalysisBench() {}

    public static void main(String[] args) throws IOException {
        if (args.length > 0) {
            List<String> turns = new ArrayList<>();
            for (Conversation conversation : LocomoData.read(Path.of(args[0]))) {
                conversation.turns().stream().map(Turn::text).forEach(turns::add);
            }
            measure("LoCoMo's turns", turns);
        }
        EnglishTexts english = new EnglishTexts(1);
        SENTENCES.forEach((name, sentence) -> {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < TEXTS; i++) {
                texts.add(sentence.isEmpty() ? english.text(1_024) : sentence.repeat(1 + i % 3));
            }
            measure(name, texts);
        });
    }

    private static void measure(String name, List<String> texts) {
        List<Memory> memories = texts.stream().map(AnalysisBench::memory).toList();
        double[] micros = new double[ROUNDS];
        long terms = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            terms = 0;
            for (Memory memory : memories) {
                terms += AnalyzedMemory.of(memory).terms().size();
            }
            micros[round] = (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / memories.size();
        }
        Arrays.sort(micros);
        System.out.printf(
                Locale.ROOT,
                "%-38s %6.1f µs of CPU a memory (median of %d rounds, least %.1f), %.0f characters, %.1f terms%n",
                name,
                micros[ROUNDS / 2],
                ROUNDS,
                micros[0],
                texts.stream().mapToInt(String::length).average().orElse(0),
                (double) terms / memories.size());
    }

    private static Memory memory(String text) {
        Instant at = Instant.EPOCH;
        return new Memory(
                MemoryId.create(at, 0, new Random(1)),
                ScopeIds.user("u"),
                text,
                null,
                null,
                JsonObject.EMPTY,
                List.of(),
                null,
                at,
                at,
                null,
                1,
                null);
    }
}
