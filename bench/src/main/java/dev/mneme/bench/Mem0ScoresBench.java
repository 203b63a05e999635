package dev.mneme.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.api.mem0.Mem0Score;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/// Mneme's scores on mem0's scale: those of memories that answer a question, those of memories that have nothing to do
/// with it, and how much of both mem0's usual thresholds leave. The two constants of [Mem0Score] come from here; it
/// prints what they would be by this data.
///
/// Each question of the file (PrefEval's form: owners, each a list of preferences with questions) is asked of its own
/// owner, for the memory that counts, and of Alice's everyday notes below, which answer none of them.
final class Mem0ScoresBench {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ALL = 1_000;
    private static final String NOTES = "everyday notes";

    /// All but this share of the right memories reach .3 for mem0; this share of the others stays below .1.
    private static final double RIGHT_BELOW = .05;

    private static final double NOISE_BELOW = .9;

    private Mem0ScoresBench() {}

    static void run(Path file) throws IOException {
        JsonNode data = JSON.readTree(file.toFile());
        List<Double> right = new ArrayList<>();
        List<Double> unrelated = new ArrayList<>();
        List<Double> bestUnrelated = new ArrayList<>();
        int questions = 0;
        try (ServerProcess server = ServerProcess.start();
                HttpConnection connection = server.connect()) {
            MachineLoad load = MachineLoad.watch(server.pid());
            Notes.LINES.forEach(note -> add(connection, NOTES, note));
            int owner = 0;
            for (JsonNode preferences : data.get("owners")) {
                String user = "owner " + owner++;
                Map<String, JsonNode> byMemory = new HashMap<>();
                for (JsonNode each : preferences) {
                    byMemory.put(add(connection, user, each.get("preference").asText()), each);
                }
                for (Map.Entry<String, JsonNode> each : byMemory.entrySet()) {
                    String question = each.getValue().get("question").asText();
                    right.add(scores(connection, user, question).getOrDefault(each.getKey(), 0.0));
                    List<Double> others =
                            List.copyOf(scores(connection, NOTES, question).values());
                    unrelated.addAll(others);
                    bestUnrelated.add(others.stream().max(Double::compare).orElse(0.0));
                    questions++;
                }
            }
            Report.title("mem0-scores: " + questions + " questions of " + owner + " owners, and " + Notes.LINES.size()
                    + " notes that answer none");
            Report.line("our scores, quantiles .01 .05 .1 .25 .5 .75 .9 .95 .99");
            Report.row("the memory that answers", quantiles(right, x -> x), "");
            Report.row("one that does not", quantiles(unrelated, x -> x), "");
            Report.row("the best of those, for each question", quantiles(bestUnrelated, x -> x), "");
            Report.line("the same on mem0's scale");
            Report.row("the memory that answers", quantiles(right, Mem0Score::of), "");
            Report.row("one that does not", quantiles(unrelated, Mem0Score::of), "");
            Report.row("the best of those, for each question", quantiles(bestUnrelated, Mem0Score::of), "");
            for (double threshold : new double[] {.1, .3}) {
                String at = " at " + threshold;
                Report.row(
                        "answers found" + at, Report.percent(above(right, threshold)), threshold == .3 ? "95 %" : "");
                Report.row(
                        "other memories found" + at,
                        Report.percent(above(unrelated, threshold)),
                        threshold == .1 ? "10 %" : "");
                Report.row("questions with any other found" + at, Report.percent(above(bestUnrelated, threshold)), "");
            }
            Report.row("NOISE would be", number(quantile(unrelated, NOISE_BELOW)), "");
            Report.row("RIGHT would be", number(quantile(right, RIGHT_BELOW)), "");
            Report.load(load.soFar());
        }
    }

    private static double above(List<Double> scores, double threshold) {
        return scores.stream().filter(score -> Mem0Score.of(score) >= threshold).count() / (double) scores.size();
    }

    private static String quantiles(List<Double> scores, DoubleUnaryOperator scale) {
        StringBuilder line = new StringBuilder();
        for (double q : new double[] {.01, .05, .1, .25, .5, .75, .9, .95, .99}) {
            line.append(number(scale.applyAsDouble(quantile(scores, q)))).append(' ');
        }
        return line.toString().strip();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static double quantile(List<Double> scores, double q) {
        double[] sorted = scores.stream().mapToDouble(x -> x).toArray();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
    }

    private static String add(HttpConnection server, String user, String text) {
        return post(server, "/api/v1/memories", Map.of("userId", user, "text", text))
                .at("/memory/id")
                .asText();
    }

    private static Map<String, Double> scores(HttpConnection server, String user, String question) {
        Map<String, Double> scores = new HashMap<>();
        post(server, "/api/v1/memories/search", Map.of("userId", user, "query", question, "topK", ALL))
                .get("results")
                .forEach(hit -> scores.put(
                        hit.at("/memory/id").asText(), hit.get("score").asDouble()));
        return scores;
    }

    private static JsonNode post(HttpConnection server, String path, Map<String, Object> body) {
        try {
            HttpConnection.Response response = server.post(path, JSON.writeValueAsString(body));
            if (response.status() >= 300) {
                throw new IllegalStateException(path + " was answered with " + response.status());
            }
            return response.json();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + path, e);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// What a household and a small team note down.
    private static final class Notes {
        static final List<String> LINES = List.of(
                "The boiler was serviced on the third of March by Mr. Lindqvist.",
                "Rosa's locker number at the pool is 218.",
                "The spare key hangs behind the fuse box.",
                "The staging database moved to port 5433.",
                "Deploys are frozen from the twentieth of December.",
                "Our bin is collected on Tuesdays, paper every second week.",
                "Grandma's birthday is the ninth of October.",
                "The printer in the corridor takes A3 as well.",
                "The invoice for the roof was 4,300 euros.",
                "Tomas drives a grey van with a dent in its door.",
                "The backup job writes its log to /var/log/nightly.",
                "The neighbour's cat is called Biscuit.",
                "The lease ends in August of next year.",
                "The dishwasher needs salt about every six weeks.",
                "Our build takes eleven minutes, most of it tests.",
                "The alarm code changed after the break-in.",
                "Henrik is on call in the second week of each month.",
                "The electricity meter reads 48,112 kilowatt hours.",
                "The garden hose leaks where it meets the tap.",
                "The certificate of the mail server expires in May.",
                "Lena lent us her ladder; it stands in the shed.",
                "The parking permit is renewed at the town hall.",
                "The piano was last tuned before we moved.",
                "The wiki's search ignores words of two letters.",
                "The car's winter tyres are stored at Olsson's.",
                "Nadia's extension is 4471.",
                "The basement window does not lock.",
                "The retry limit of the queue is five.",
                "The school closes at noon on Fridays.",
                "The washing machine is under guarantee until 2028.",
                "The team meets on Mondays at half past nine.",
                "The smoke detector upstairs has a new battery.",
                "The old laptop's password is in the blue notebook.",
                "The chimney sweep comes in the last week of September.",
                "Error 17 means that the disk quota is used up.",
                "The dentist moved to Harbour Street 12.",
                "The fence was painted with the dark green from the garage.",
                "The health check answers on /status, not on /health.",
                "Oskar's passport is in the second drawer.",
                "The metrics are kept for thirty days.");

        private Notes() {}
    }
}
