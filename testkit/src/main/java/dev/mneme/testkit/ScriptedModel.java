package dev.mneme.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;

/// A language model's service on loopback that speaks the protocols of OpenAI, Ollama and Anthropic,
/// and answers what the test says.
///
/// **Threads**: any number may call; a script is called by the server's threads.
public final class ScriptedModel implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;
    private volatile Script script;
    private volatile boolean stalls;

    /// What it was asked.
    ///
    /// @param key as it was sent, by whatever header
    /// @param instructions the system's message
    /// @param data the user's message
    public record Asked(String path, String key, String model, String instructions, JsonNode data) {
        /// Whether facts are to be compared with memories; else facts are to be found.
        public boolean decides() {
            return data.has("memories");
        }

        /// The texts of one of the data's lists.
        public List<String> texts(String list) {
            return StreamSupport.stream(data.path(list).spliterator(), false)
                    .map(item -> item.path("text").asText())
                    .toList();
        }
    }

    /// The content of an answer; it may take its time, or throw, and then nothing is answered.
    public interface Script {
        String answer(Asked asked) throws InterruptedException;
    }

    public ScriptedModel(Script script) {
        this.script = script;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /// One that takes each message for a fact, and each fact for new.
    public static ScriptedModel verbatim() {
        return new ScriptedModel(ScriptedModel::verbatim);
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// What it was asked so far.
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /// From now on it answers so.
    public void say(Script next) {
        script = next;
    }

    /// The next requests are answered with these statuses.
    public void fail(Integer... next) {
        statuses.addAll(List.of(next));
    }

    /// From now on it begins each answer and does not end it.
    public void stall() {
        stalls = true;
    }

    /// Each message is a fact, and each fact is new.
    public static String verbatim(Asked asked) {
        if (asked.decides()) {
            return "{\"decisions\":[]}";
        }
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode facts = answer.putArray("facts");
        asked.data()
                .path("messages")
                .forEach(message -> facts.addObject()
                        .put("text", message.path("text").asText())
                        .put("message", message.path("number").asInt()));
        return answer.toString();
    }

    /// The answer with these facts, all of the first message.
    public static String facts(String... texts) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode facts = answer.putArray("facts");
        for (String text : texts) {
            facts.addObject().put("text", text).put("message", 0);
        }
        return answer.toString();
    }

    /// The answer that decides one fact.
    ///
    /// @param memory the text of the memory that it names
    public static String decision(Asked asked, String event, String memory, String text) {
        int number = asked.texts("memories").indexOf(memory);
        ObjectNode answer = JSON.createObjectNode();
        answer.putArray("decisions")
                .addObject()
                .put("fact", 0)
                .put("event", event)
                .put("memory", number)
                .put("text", text);
        return answer.toString();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Asked request = read(exchange);
            asked.add(request);
            Integer status = statuses.poll();
            String content = status == null ? script.answer(request) : "";
            byte[] body = wrapped(request.path(), content).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(status == null ? 200 : status, body.length);
            exchange.getResponseBody().write(body, 0, stalls ? 1 : body.length);
            exchange.getResponseBody().flush();
            if (stalls) {
                new CountDownLatch(1).await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Asked read(HttpExchange exchange) throws IOException {
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        String instructions = body.path("system").isMissingNode() ? "" : text(body.path("system"));
        String data = "";
        for (JsonNode message : body.path("messages")) {
            if (message.path("role").asText().equals("system")) {
                instructions = text(message.path("content"));
            } else {
                data = text(message.path("content"));
            }
        }
        String bearer = exchange.getRequestHeaders().getFirst("Authorization");
        String key = exchange.getRequestHeaders().getFirst("x-api-key");
        return new Asked(
                exchange.getRequestURI().getPath(),
                key != null ? key : String.valueOf(bearer),
                body.path("model").asText(),
                instructions,
                JSON.readTree(data));
    }

    /// A content is a string, or parts with a text.
    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText()));
        return text.toString();
    }

    private static String wrapped(String path, String content) {
        ObjectNode answer = JSON.createObjectNode().put("id", "a1").put("model", "m");
        if (path.endsWith("/api/chat")) {
            answer.put("done", true).put("done_reason", "stop");
            answer.putObject("message").put("role", "assistant").put("content", content);
        } else if (path.endsWith("/messages")) {
            answer.put("type", "message").put("role", "assistant").put("stop_reason", "end_turn");
            answer.putArray("content").addObject().put("type", "text").put("text", content);
            answer.putObject("usage").put("input_tokens", 1).put("output_tokens", 1);
        } else {
            answer.put("object", "chat.completion");
            ObjectNode choice =
                    answer.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
            choice.putObject("message").put("role", "assistant").put("content", content);
        }
        return answer.toString();
    }

    /// Whoever waits for an answer gets none.
    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
