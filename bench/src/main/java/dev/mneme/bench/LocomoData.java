package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The LoCoMo data set (Maharana et al., 2024), as far as retrieval needs it: long chats of two people, and questions
/// with the turns that answer them.
final class LocomoData {
    private static final DateTimeFormatter SESSION_TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("h:mm a 'on' d MMMM, uuuu")
            .toFormatter(Locale.ENGLISH);

    /// Categories that have an answer: multi-hop, temporal, open-domain, single-hop. 5 is adversarial.
    private static final int LAST_CATEGORY = 4;

    private LocomoData() {}

    record Turn(String id, String text, Instant at) {}

    /// @param evidence ids of the turns that answer it, at least one
    record Question(String text, int category, Set<String> evidence) {}

    record Conversation(String id, List<Turn> turns, List<Question> questions) {}

    /// Reads the conversations of a file as LoCoMo publishes it. Questions without evidence among the turns are left
    /// out.
    static List<Conversation> read(Path file) throws IOException {
        List<Conversation> conversations = new ArrayList<>();
        for (JsonNode sample : new ObjectMapper().readTree(file.toFile())) {
            List<Turn> turns = turns(sample.get("conversation"));
            conversations.add(
                    new Conversation(sample.get("sample_id").asText(), turns, questions(sample.get("qa"), turns)));
        }
        return conversations;
    }

    /// The same conversations with every so many consecutive turns of a session joined to one long turn. The evidence
    /// of a question is the long turns that hold it.
    static List<Conversation> joined(List<Conversation> conversations, int turns) {
        return conversations.stream().map(each -> joined(each, turns)).toList();
    }

    private static Conversation joined(Conversation conversation, int size) {
        List<Turn> joined = new ArrayList<>();
        Map<String, String> holder = new HashMap<>();
        int held = 0;
        for (Turn turn : conversation.turns()) {
            Turn last = joined.isEmpty() ? null : joined.getLast();
            if (last == null || held == size || !last.at().equals(turn.at())) {
                joined.add(turn);
                held = 1;
            } else {
                joined.set(joined.size() - 1, new Turn(last.id(), last.text() + "\n" + turn.text(), turn.at()));
                held++;
            }
            holder.put(turn.id(), joined.getLast().id());
        }
        List<Question> questions = conversation.questions().stream()
                .map(each -> new Question(
                        each.text(),
                        each.category(),
                        each.evidence().stream().map(holder::get).collect(Collectors.toSet())))
                .toList();
        return new Conversation(conversation.id(), joined, questions);
    }

    private static List<Turn> turns(JsonNode conversation) {
        List<Turn> turns = new ArrayList<>();
        for (int session = 1; conversation.has("session_" + session); session++) {
            String time = conversation.get("session_" + session + "_date_time").asText();
            Instant at = LocalDateTime.parse(time, SESSION_TIME).toInstant(ZoneOffset.UTC);
            for (JsonNode turn : conversation.get("session_" + session)) {
                String caption = turn.path("blip_caption").asText("");
                String text = turn.get("speaker").asText() + ": "
                        + turn.get("text").asText() + (caption.isEmpty() ? "" : " " + caption);
                turns.add(new Turn(turn.get("dia_id").asText(), text, at));
            }
        }
        return turns;
    }

    private static List<Question> questions(JsonNode all, List<Turn> turns) {
        Set<String> known = new HashSet<>();
        turns.forEach(turn -> known.add(turn.id()));
        List<Question> questions = new ArrayList<>();
        for (JsonNode question : all) {
            Set<String> evidence = new HashSet<>();
            for (JsonNode ids : question.path("evidence")) {
                Stream.of(ids.asText().split("[;,\\s]+", -1))
                        .filter(known::contains)
                        .forEach(evidence::add);
            }
            int category = question.get("category").asInt();
            if (category <= LAST_CATEGORY && !evidence.isEmpty()) {
                questions.add(new Question(question.get("question").asText(), category, Set.copyOf(evidence)));
            }
        }
        return questions;
    }
}
