package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// `kill -9` in the middle of writes, again and again on the same data folder. After every start each acknowledged
/// write is read back. At the end, each live client, which resumed after every kill from the position that it held,
/// must have received its owner's changes once each and in order.
final class KillBench {
    private static final int USERS = 20;
    private static final int SOCKETS_EACH = 2;
    private static final int CONNECTIONS = 32;
    private static final int TEXT_BYTES = 200;
    private static final int LEAST_MILLIS = 500;
    private static final int SPREAD_MILLIS = 1_500;
    private static final int PAGE = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private KillBench() {}

    /// Adds without end; remembers which were acknowledged.
    private static final class Writer implements LoadGenerator.Workload {
        private final AddRequests requests;
        private final BitSet acknowledged = new BitSet();
        private int number;

        Writer(AddRequests requests) {
            this.requests = requests;
        }

        @Override
        public int next(byte[] target, LoadGenerator.Connection connection) {
            connection.about = number;
            return requests.write(target, number % USERS, number++);
        }

        @Override
        public void answered(LoadGenerator.Connection connection, int status, long elapsed) {
            if (status == 201) {
                acknowledged.set((int) connection.about);
            } else if (status < 500) {
                throw new IllegalStateException("an add was answered with " + connection.text());
            }
        }
    }

    /// What one live client holds. Used by the sockets' thread, and by the main one while that is stopped.
    private static final class Client {
        private @Nullable String position;
        private final List<Integer> numbers = new ArrayList<>();
        private int gaps;
        private int resets;
    }

    private static final class Clients implements LiveSockets.Listener {
        private static final byte[] MARK = AddRequests.MARK.getBytes(StandardCharsets.US_ASCII);
        private static final byte[] POSITION = "\"position\":\"".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] PREVIOUS = "\"previous\":\"".getBytes(StandardCharsets.US_ASCII);
        private static final byte[] RESET = "\"reset\":true".getBytes(StandardCharsets.US_ASCII);

        private final AtomicInteger received = new AtomicInteger();
        private final List<Client> clients = IntStream.range(0, USERS * SOCKETS_EACH)
                .mapToObj(i -> new Client())
                .toList();

        @Override
        public void received(LiveSockets.Socket socket, byte[] frame, int from, int to) {
            Client client = clients.get(socket.number);
            String position = string(frame, from, to, POSITION);
            String previous = string(frame, from, to, PREVIOUS);
            client.gaps += previous != null && !previous.equals(client.position) ? 1 : 0;
            client.resets += LiveSockets.indexOf(frame, from, to, RESET) >= 0 ? 1 : 0;
            int mark = LiveSockets.indexOf(frame, from, to, MARK);
            if (mark >= 0) {
                received.incrementAndGet();
                client.numbers.add(AddRequests.number(frame, mark + MARK.length));
            }
            if (position != null) {
                client.position = position;
            }
        }

        private static @Nullable String string(byte[] frame, int from, int to, byte[] name) {
            int at = LiveSockets.indexOf(frame, from, to, name);
            if (at < 0) {
                return null;
            }
            int end = at + name.length;
            while (frame[end] != '"') {
                end++;
            }
            return new String(frame, at + name.length, end - at - name.length, StandardCharsets.US_ASCII);
        }
    }

    /// What went wrong, over all rounds.
    private static final class Faults {
        private long lost;
        private long wrongClients;
    }

    static void run(int times) throws IOException {
        Random random = new Random(20);
        Clients clients = new Clients();
        Faults faults = new Faults();
        try (ServerProcess server = ServerProcess.start()) {
            Writer writer = new Writer(new AddRequests(server.key(), TEXT_BYTES, true));
            MachineLoad watch = MachineLoad.watch();
            double slowest = 0;
            for (int round = 0; round < times; round++) {
                int millis = LEAST_MILLIS + random.nextInt(SPREAD_MILLIS);
                killUnderLoad(server, writer, clients, Duration.ofMillis(millis));
                server.start(List.of());
                slowest = Math.max(slowest, server.millisToReady());
                faults.lost += lost(server, writer.acknowledged);
            }
            resumed(server, clients, faults);
            report(times, writer, clients, faults, slowest, watch.soFar());
        }
    }

    private static void killUnderLoad(ServerProcess server, Writer writer, Clients clients, Duration after)
            throws IOException {
        try (LiveSockets sockets = subscribe(server, clients);
                LoadGenerator load = new LoadGenerator(server.port(), CONNECTIONS, writer)) {
            awaitSubscribed(sockets);
            Thread killer = Thread.ofPlatform().start(() -> {
                ServerProcess.pause(after);
                try {
                    server.kill();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            int broken = load.run(PATIENCE, 0);
            if (broken != CONNECTIONS) {
                throw new IllegalStateException(CONNECTIONS - broken + " connections outlived the kill");
            }
            killer.join();
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    /// Every client connects and resumes from what it holds.
    private static LiveSockets subscribe(ServerProcess server, Clients clients) throws IOException {
        LiveSockets sockets = new LiveSockets(server.port(), List.of(server.key()), clients);
        for (int i = 0; i < USERS * SOCKETS_EACH; i++) {
            sockets.subscribe(AddRequests.user(i % USERS), i, clients.clients.get(i).position);
        }
        return sockets;
    }

    private static void awaitSubscribed(LiveSockets sockets) {
        long start = System.nanoTime();
        while (sockets.subscribed() < USERS * SOCKETS_EACH) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                throw new IllegalStateException("only " + sockets.subscribed() + " clients could subscribe");
            }
            ServerProcess.pause(Duration.ofMillis(5));
        }
    }

    /// How many acknowledged writes cannot be read.
    private static int lost(ServerProcess server, BitSet acknowledged) throws IOException {
        BitSet missing = (BitSet) acknowledged.clone();
        try (HttpConnection client = server.connect()) {
            for (int user = 0; user < USERS; user++) {
                String cursor = "";
                do {
                    JsonNode page = client.get(
                                    "/api/v1/memories?userId=" + AddRequests.user(user) + "&limit=" + PAGE + cursor)
                            .json();
                    for (JsonNode memory : page.get("items")) {
                        missing.clear(number(memory));
                    }
                    String next = page.path("nextCursor").asText("");
                    cursor = next.isEmpty() || next.equals("null") ? "" : "&cursor=" + next;
                } while (!cursor.isEmpty());
            }
        }
        return missing.cardinality();
    }

    private static int number(JsonNode memory) {
        return Integer.parseInt(memory.get("text").asText().substring(1, 1 + AddRequests.NUMBER_DIGITS));
    }

    /// Lets every client catch up and compares what it got, from first to last, with its owner's changes.
    private static void resumed(ServerProcess server, Clients clients, Faults faults) throws IOException {
        List<List<Integer>> owed = new ArrayList<>();
        try (HttpConnection client = server.connect()) {
            for (int user = 0; user < USERS; user++) {
                owed.add(changes(client, AddRequests.user(user)));
            }
        }
        int wanted = owed.stream().mapToInt(List::size).sum() * SOCKETS_EACH;
        try (LiveSockets sockets = subscribe(server, clients)) {
            awaitSubscribed(sockets);
            long start = System.nanoTime();
            while (clients.received.get() < wanted && System.nanoTime() - start < PATIENCE.toNanos()) {
                ServerProcess.pause(Duration.ofMillis(20));
            }
            ServerProcess.pause(Duration.ofSeconds(1)); // for what should not come
        }
        for (int i = 0; i < USERS * SOCKETS_EACH; i++) {
            faults.wrongClients += clients.clients.get(i).numbers.equals(owed.get(i % USERS)) ? 0 : 1;
        }
    }

    private static List<Integer> changes(HttpConnection client, String user) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        String after = "";
        while (true) {
            JsonNode page = client.get("/api/v1/changes?userId=" + user + "&limit=" + PAGE + after)
                    .json();
            for (JsonNode change : page.get("changes")) {
                numbers.add(number(change.get("memory")));
            }
            if (page.get("changes").size() < PAGE) {
                return numbers;
            }
            after = "&after=" + page.get("position").asText();
        }
    }

    private static void report(
            int times, Writer writer, Clients clients, Faults faults, double slowest, MachineLoad.Shares shares) {
        int gaps = clients.clients.stream().mapToInt(client -> client.gaps).sum();
        int resets = clients.clients.stream().mapToInt(client -> client.resets).sum();
        int acknowledged = writer.acknowledged.cardinality();
        Report.title("kill: -9 under load, " + times + " times");
        Report.row("writes sent, acknowledged", writer.number + ", " + acknowledged, "");
        Report.row("acknowledged and not there", String.valueOf(faults.lost), "0");
        Report.row("live clients: gaps, resets", gaps + ", " + resets, "0, 0");
        Report.row(
                "live clients whose changes are not the owner's",
                faults.wrongClients + " of " + USERS * SOCKETS_EACH,
                "0");
        Report.row("slowest start after a kill", Report.number(slowest) + " ms", "");
        Report.load(shares);
    }
}
