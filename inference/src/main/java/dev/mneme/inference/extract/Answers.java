package dev.mneme.inference.extract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.FactExtractor;
import dev.mneme.core.spi.FactExtractor.Decision;
import dev.mneme.core.spi.FactExtractor.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads a model's answer. Small slips are ignored, such as words around the JSON or an unknown category. Where a guess
/// could do harm, the whole answer is refused.
///
/// **Failures**: `OVERLOADED`, with a message that contains nothing of the answer.
final class Answers {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Answers() {}

    /// @param messages how many messages the model was given
    /// @param categories the names that a fact may have
    static List<Fact> facts(String answer, int messages, List<String> categories) {
        JsonNode items = list(answer, "facts");
        if (items.size() > FactExtractor.MAX_FACTS) {
            throw nonsense("more than " + FactExtractor.MAX_FACTS + " facts");
        }
        List<Fact> facts = new ArrayList<>();
        for (JsonNode item : items) {
            String text = item.path("text").asText("").strip();
            if (text.isEmpty()) {
                throw nonsense("a fact without a text");
            }
            facts.add(new Fact(
                    text, message(item.path("message"), messages), known(item.path("categories"), categories)));
        }
        return facts;
    }

    /// The index of a fact's message. If it is missing, it is the last one.
    private static int message(JsonNode number, int messages) {
        if (number.isMissingNode() || number.isNull()) {
            return messages - 1;
        }
        return number(number, messages, "a fact of no message");
    }

    private static List<String> known(JsonNode names, List<String> categories) {
        List<String> known = new ArrayList<>();
        for (JsonNode name : names) {
            if (categories.contains(name.asText()) && !known.contains(name.asText())) {
                known.add(name.asText());
            }
        }
        return known;
    }

    /// @return a decision for each fact; those that the model forgot are added
    static List<Decision> decisions(String answer, List<String> facts, int memories) {
        List<Decision> decisions = new ArrayList<>();
        facts.forEach(_ -> decisions.add(new Decision.Add()));
        boolean[] decided = new boolean[facts.size()];
        for (JsonNode item : list(answer, "decisions")) {
            int fact = number(item.path("fact"), facts.size(), "a decision on no fact");
            if (decided[fact]) {
                throw nonsense("two decisions on one fact");
            }
            decided[fact] = true;
            decisions.set(fact, decision(item, facts.get(fact), memories));
        }
        return decisions;
    }

    private static Decision decision(JsonNode item, String fact, int memories) {
        return switch (item.path("event").asText("").strip().toUpperCase(Locale.ROOT)) {
            case "ADD" -> new Decision.Add();
            case "NONE", "NOOP" -> new Decision.None();
            case "UPDATE" -> {
                String text = item.path("text").asText("").strip();
                yield new Decision.Update(memory(item, memories), text.isEmpty() ? fact : text);
            }
            case "DELETE" -> new Decision.Delete(memory(item, memories));
            default -> throw nonsense("an event that is none of ADD, UPDATE, DELETE, NONE");
        };
    }

    private static int memory(JsonNode item, int memories) {
        return number(item.path("memory"), memories, "a decision on a memory that was not shown");
    }

    /// A number below a limit; some models write it as a string.
    private static int number(JsonNode value, int limit, String otherwise) {
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw nonsense(otherwise);
        }
        int number = value.asInt(-1);
        if (number < 0 || number >= limit || !value.asText().strip().equals(Integer.toString(number))) {
            throw nonsense(otherwise);
        }
        return number;
    }

    private static JsonNode list(String answer, String name) {
        int begin = answer.indexOf('{');
        int end = answer.lastIndexOf('}');
        if (begin < 0 || end < begin) {
            throw nonsense("no JSON object");
        }
        try {
            JsonNode list = MAPPER.readTree(answer.substring(begin, end + 1)).path(name);
            if (list.isArray()) {
                return list;
            }
        } catch (JsonProcessingException e) {
            throw nonsense("broken JSON"); // its message would quote the answer
        }
        throw nonsense("no list of " + name);
    }

    private static MnemeException nonsense(String what) {
        return new MnemeException(
                ErrorCode.OVERLOADED, "The language model gave an answer that makes no sense: " + what + ".");
    }
}
