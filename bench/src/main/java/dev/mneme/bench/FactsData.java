package dev.mneme.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Single facts, each with a question that it answers: what an owner holds who is no conversation.
///
/// ```text
/// {"owners": [OWNER, …]}
///   OWNER  a list of facts, or {"name": …, "facts": [fact, …]}; a user holds all of them, without a timestamp
///   fact   {"fact": text, "question": text, "half": "fit" | "aside"}
/// ```
/// `preference` is read as `fact`, which is how PrefEval's published pairs are kept; what else is there is ignored.
/// `half` says whether the weights were fitted on the question; without it, it counts as `aside`.
final class FactsData {
    private static final String OWN = "facts.json";

    private FactsData() {}

    record Fact(String text, String question, Half half) {}

    enum Half {
        FIT,
        ASIDE
    }

    /// The everyday facts that were written for this project: two people's lives, work, code and operations.
    static List<List<Fact>> own() throws IOException {
        try (InputStream in = FactsData.class.getResourceAsStream(OWN)) {
            if (in == null) {
                throw new IOException("no resource " + OWN + " on the class path");
            }
            return owners(new ObjectMapper().readTree(in));
        }
    }

    static List<List<Fact>> read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return owners(new ObjectMapper().readTree(in));
        }
    }

    /// Whether a JSON file has `owners` at its top.
    static boolean isFacts(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new ObjectMapper().readTree(in).has("owners");
        }
    }

    private static List<List<Fact>> owners(JsonNode root) throws IOException {
        List<List<Fact>> owners = new ArrayList<>();
        for (JsonNode owner : root.path("owners")) {
            List<Fact> facts = new ArrayList<>();
            for (JsonNode fact : owner.isArray() ? owner : owner.path("facts")) {
                facts.add(fact(fact));
            }
            owners.add(facts);
        }
        if (owners.isEmpty()) {
            throw new IOException("a file of facts needs \"owners\": a list of lists of {\"fact\", \"question\"}");
        }
        return owners;
    }

    private static Fact fact(JsonNode fact) throws IOException {
        JsonNode text = fact.has("fact") ? fact.path("fact") : fact.path("preference");
        if (!text.isTextual() || !fact.path("question").isTextual()) {
            throw new IOException("a fact needs \"fact\" (or \"preference\") and \"question\": " + fact);
        }
        Half half = fact.path("half").asText().equals("fit") ? Half.FIT : Half.ASIDE;
        return new Fact(text.asText(), fact.path("question").asText(), half);
    }
}
