package dev.mneme.bench;

import dev.mneme.bench.SyntheticMemories.Query;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.engine.index.AnalyzedMemory;
import dev.mneme.engine.index.IndexQuery;
import dev.mneme.engine.index.OwnerIndex;
import dev.mneme.engine.index.SearchHit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.apache.lucene.util.VectorUtil;

/// Searches over HTTP by one client: words and a given vector, k = 10, over synthetic chats.
final class SearchBench {
    private static final int TOP_K = 10;
    private static final int WARM_UP = 2_000;
    private static final int SEARCHES = 5_000;
    private static final int ADDS_PER_SECOND = 500;

    private SearchBench() {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Ask(byte[] request, Query query) {}

    private static Ask ask(String key, SyntheticMemories synthetic, int owner) {
        Query query = synthetic.query();
        String body = "{\"userId\":\"" + AddRequests.user(owner) + "\",\"query\":\"" + query.text() + "\",\"topK\":"
                + TOP_K + ",\"vector\":"
                + Vectors.json(query.embedding().embedding().vector()) + "}";
        return new Ask(HttpConnection.post("/api/v1/memories/search", key, body), query);
    }

    private static List<Ask> asks(String key, int owners, int count) {
        SyntheticMemories synthetic = new SyntheticMemories(2);
        List<Ask> asks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asks.add(ask(key, synthetic, i % owners));
        }
        return asks;
    }

    /// Whole requests, whose owners take turns.
    static List<byte[]> requests(String key, int owners, int count) {
        return asks(key, owners, count).stream().map(Ask::request).toList();
    }

    private static Histogram search(HttpConnection server, List<Ask> asks, int count) throws IOException {
        return time(server, asks.stream().map(Ask::request).toList(), count);
    }

    /// What each of so many requests takes, from the first on and round again.
    static Histogram time(HttpConnection server, List<byte[]> requests, int count) throws IOException {
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < count; i++) {
            byte[] request = requests.get(i % requests.size());
            long start = System.nanoTime();
            HttpConnection.Response response = server.exchange(request);
            nanos.recordValue(System.nanoTime() - start);
            if (response.status() != 200) {
                throw new IOException("a search was answered with " + response.status());
            }
        }
        return nanos;
    }

    /// The floor: what the smallest answer of the same server takes on the same connection.
    static Histogram roundTrips(HttpConnection server) throws IOException {
        Histogram nanos = new Histogram(3);
        for (int i = 0; i < SEARCHES; i++) {
            long start = System.nanoTime();
            server.get("/health/live");
            nanos.recordValue(System.nanoTime() - start);
        }
        return nanos;
    }

    /// 100,000 memories of 1,000 owners: alone, and with 500 adds a second beside it.
    static void manyOwners(int owners, int memories) throws IOException {
        try (ServerProcess server = ServerProcess.start();
                HttpConnection client = server.connect()) {
            Corpus.fill(client, owners, memories, (owner, item) -> {});
            List<Ask> asks = asks(server.key(), owners, Math.min(SEARCHES, 2 * owners));
            search(client, asks, WARM_UP);
            MachineLoad quiet = MachineLoad.watch(server.pid());
            Histogram nanos = search(client, asks, SEARCHES);
            MachineLoad.Shares shares = quiet.soFar();
            Histogram floor = roundTrips(client);
            Report.title("search: " + owners * memories + " memories of " + owners + " owners, hybrid, k = " + TOP_K);
            Report.row("a search, no writes", Latency.of(nanos), "p50 under 3 ms, p99 under 10 ms");
            Report.row("floor: GET /health/live", Latency.of(floor), "");
            Report.load(shares);
            withAdds(server, client, asks);
        }
    }

    private static void withAdds(ServerProcess server, HttpConnection client, List<Ask> asks) throws IOException {
        AddsBench.Adds adds =
                new AddsBench.Adds(new AddRequests(server.key(), AddsBench.TEXT_BYTES, true), AddsBench.OWNERS);
        MachineLoad watch = MachineLoad.watch(server.pid());
        long start = System.nanoTime();
        Thread writer = Thread.ofPlatform().start(() -> write(server.port(), adds));
        Histogram nanos = new Histogram(3);
        while (writer.isAlive()) {
            nanos.add(search(client, asks, 100));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Histogram added = adds.take();
        Report.row(
                "a search beside " + Report.number(added.getTotalCount() / seconds) + " adds/s",
                Latency.of(nanos),
                "(told)");
        Report.row("an add beside the searches", Latency.of(added), "");
        Report.load(watch.soFar());
    }

    private static void write(int port, AddsBench.Adds adds) {
        try (LoadGenerator load = new LoadGenerator(port, 16, adds)) {
            load.run(Duration.ofSeconds(15), ADDS_PER_SECOND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One owner of 100,000, with recall against the same formula over exact vectors, and the bare scan of them.
    static void oneOwner(int memories) throws IOException {
        try (ServerProcess server = ServerProcess.start();
                HttpConnection client = server.connect()) {
            OwnerIndex exact = new OwnerIndex(Integer.MAX_VALUE);
            List<String> texts = new ArrayList<>();
            float[][] vectors = new float[memories][];
            Corpus.fill(client, 1, memories, (owner, item) -> {
                Embedding given = Embedding.ofCaller(
                        EmbeddingSpace.CALLER, item.embedding().vector());
                exact.put(texts.size(), item.memory(), AnalyzedMemory.of(item.memory()), given);
                vectors[texts.size()] = given.vector();
                texts.add(item.memory().text());
            });
            List<Ask> asks = asks(server.key(), 1, 200);
            search(client, asks, 1_000);
            MachineLoad watch = MachineLoad.watch(server.pid());
            Histogram nanos = search(client, asks, 1_000);
            MachineLoad.Shares shares = watch.soFar();
            Histogram floor = scans(vectors, asks);
            double recall = recall(client, asks, exact, texts);
            Report.title("one-owner: " + memories + " memories of one owner, hybrid, k = " + TOP_K);
            Report.row("a search", Latency.of(nanos), "p50 under 10 ms, p99 under 25 ms");
            Report.row("recall against exact vectors", Report.percent(recall), "at least 99 %");
            Report.row("floor: bare scan of the same vectors", Latency.of(floor), "");
            Report.row(
                    "a search / floor, p50",
                    Report.number(nanos.getValueAtPercentile(50) / (double) floor.getValueAtPercentile(50)),
                    "");
            Report.load(shares);
        }
    }

    /// The product of a query with every vector, one thread, with the incubating vector module.
    private static Histogram scans(float[][] vectors, List<Ask> asks) {
        Histogram nanos = new Histogram(3);
        float best = 0;
        for (int round = 0; round < 3; round++) {
            nanos.reset();
            for (Ask ask : asks) {
                float[] query = ask.query().embedding().embedding().vector();
                long start = System.nanoTime();
                for (float[] vector : vectors) {
                    best = Math.max(best, VectorUtil.dotProduct(query, vector));
                }
                nanos.recordValue(System.nanoTime() - start);
            }
        }
        if (best <= 0) {
            throw new IllegalStateException("no vector is near any query");
        }
        return nanos;
    }

    private static double recall(HttpConnection server, List<Ask> asks, OwnerIndex exact, List<String> texts)
            throws IOException {
        int found = 0;
        int wanted = 0;
        for (Ask ask : asks) {
            Embedding vector = Embedding.ofCaller(
                    EmbeddingSpace.CALLER, ask.query().embedding().embedding().vector());
            Set<String> served = new HashSet<>();
            for (var result : server.exchange(ask.request()).json().get("results")) {
                served.add(result.get("memory").get("text").asText());
            }
            IndexQuery request = new IndexQuery(
                    ask.query().text(),
                    new QueryEmbedding(vector, List.of()),
                    TOP_K,
                    0,
                    Instant.now(),
                    false,
                    null,
                    false);
            for (SearchHit hit : exact.search(request)) {
                found += served.contains(texts.get((int) hit.ordinal())) ? 1 : 0;
                wanted++;
            }
        }
        return (double) found / wanted;
    }
}
