package dev.mneme.core.service;

import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Role;
import dev.mneme.core.spi.FactExtractor.Guidance;
import dev.mneme.core.spi.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The settings of the one project that there is: what a language model is told when it extracts memories.
///
/// **Threads**: any number may call.
public final class ProjectService {
    private static final String ID = "default";
    private static final int ATTEMPTS = 10;

    private final ServerDocuments projects;

    public ProjectService(Store store) {
        this.projects = new ServerDocuments(store, "projects");
    }

    /// The settings with their times; empty while nothing was ever set.
    public Optional<Document> find(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return projects.find(ID);
    }

    /// Sets what the patch names (RFC 7396: null takes a setting away); two at a time do not overwrite one
    /// another.
    public void update(Caller caller, JsonObject patch) {
        Authorizer.requireOperator(caller);
        for (int attempt = 1; ; attempt++) {
            Optional<Document> now = projects.find(ID);
            JsonObject settings =
                    now.map(Document::data).orElse(JsonObject.EMPTY).mergePatch(patch);
            try {
                projects.put(
                        caller.by(), ID, settings, now.map(Document::version).orElse(0L));
                return;
            } catch (MnemeException e) {
                if (e.code() != ErrorCode.VERSION_CONFLICT || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /// What the settings ask of every extraction; whoever extracts needs no right to read them.
    ///
    /// @param ofAgent whether an agent's memories are made, which have instructions of their own
    Guidance guidance(boolean ofAgent) {
        JsonObject settings = projects.find(ID).map(Document::data).orElse(JsonObject.EMPTY);
        List<String> instructions = new ArrayList<>();
        List<String> names =
                ofAgent ? List.of("custom_instructions", "agent_custom_instructions") : List.of("custom_instructions");
        for (String name : names) {
            if (settings.members().get(name) instanceof JsonString(String text) && !text.isBlank()) {
                instructions.add(text);
            }
        }
        return new Guidance(instructions, categories(settings.members().get("custom_categories")));
    }

    /// Categories as mem0's clients write them: a list of `{name: description}`.
    ///
    /// @return none of what is anything else
    public static List<Guidance.Category> categories(@Nullable Json value) {
        if (!(value instanceof JsonArray(List<Json> items))) {
            return List.of();
        }
        List<Guidance.Category> categories = new ArrayList<>();
        for (Json item : items) {
            if (item instanceof JsonObject(Map<String, Json> members)) {
                members.forEach((name, about) -> categories.add(
                        new Guidance.Category(name, about instanceof JsonString(String text) ? text : "")));
            }
        }
        return List.copyOf(categories);
    }
}
