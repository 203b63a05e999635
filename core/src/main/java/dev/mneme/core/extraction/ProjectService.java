package dev.mneme.core.extraction;

import dev.mneme.core.access.Authorizer;
import dev.mneme.core.access.Caller;
import dev.mneme.core.document.ServerDocuments;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonNull;
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

/// The settings of the one project: what a language model is told when it extracts memories.
///
/// **Threads**: any number may call.
public final class ProjectService {
    private static final String ID = "default";
    private static final int ATTEMPTS = 10;

    /// Precedes instructions that hold for only one of the two sides.
    public static final String OF_ASSISTANT = "For facts that the assistant tells: ";

    /// The categories of facts until others are set, under the names that mem0 gives them.
    public static final List<Guidance.Category> DEFAULT_CATEGORIES = List.of(
            new Guidance.Category("personal_details", "name, age, birthday, home, language, character"),
            new Guidance.Category("family", "parents, partner, children, relatives, pets"),
            new Guidance.Category("professional_details", "work, employer, colleagues, studies, career"),
            new Guidance.Category("sports", "sports that one does or follows, training, matches"),
            new Guidance.Category("travel", "journeys, places visited or planned, lodging, transport"),
            new Guidance.Category("food", "dishes, drinks, diets, cooking, restaurants"),
            new Guidance.Category("music", "songs, bands, concerts, instruments"),
            new Guidance.Category("health", "illness, allergies, medicine, sleep, well-being"),
            new Guidance.Category("technology", "devices, software, programming"),
            new Guidance.Category("hobbies", "what one does in one's free time"),
            new Guidance.Category("fashion", "clothes, style, looks"),
            new Guidance.Category("entertainment", "films, series, books, games, events"),
            new Guidance.Category("milestones", "achievements, anniversaries, great changes in a life"),
            new Guidance.Category("user_preferences", "what one likes, dislikes or wants to be done in one's way"),
            new Guidance.Category("misc", "what fits nowhere else"));

    private final ServerDocuments projects;

    public ProjectService(Store store) {
        this.projects = new ServerDocuments(store, "projects");
    }

    /// The settings with their times; empty if they were never set.
    public Optional<Document> find(Caller caller) {
        Authorizer.require(caller, Role.READ);
        return projects.find(ID);
    }

    /// Changes the settings that the patch names (RFC 7396: null removes a setting). Two patches at the same time do
    /// not overwrite each other.
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

    /// What the settings ask of every extraction. Extracting needs no right to read them.
    ///
    /// @param ofAgent whether memories of an agent are made, which have instructions of their own
    /// @param split whether those instructions hold only for what the assistant says
    Guidance guidance(boolean ofAgent, boolean split) {
        JsonObject settings = projects.find(ID).map(Document::data).orElse(JsonObject.EMPTY);
        List<String> instructions = new ArrayList<>();
        List<String> names =
                ofAgent ? List.of("custom_instructions", "agent_custom_instructions") : List.of("custom_instructions");
        for (String name : names) {
            if (settings.members().get(name) instanceof JsonString(String text) && !text.isBlank()) {
                boolean ofOneSide = split && name.equals("agent_custom_instructions");
                instructions.add(ofOneSide ? OF_ASSISTANT + text : text);
            }
        }
        Json categories = settings.members().get("custom_categories");
        return new Guidance(
                instructions,
                categories == null || categories instanceof JsonNull ? DEFAULT_CATEGORIES : categories(categories));
    }

    /// Reads categories as mem0's clients write them: a list of `{name: description}`, or of names.
    ///
    /// @return the categories; entries of any other form are left out
    public static List<Guidance.Category> categories(@Nullable Json value) {
        if (!(value instanceof JsonArray(List<Json> items))) {
            return List.of();
        }
        List<Guidance.Category> categories = new ArrayList<>();
        for (Json item : items) {
            if (item instanceof JsonObject(Map<String, Json> members)) {
                members.forEach((name, about) -> categories.add(
                        new Guidance.Category(name, about instanceof JsonString(String text) ? text : "")));
            } else if (item instanceof JsonString(String name) && !name.isBlank()) {
                categories.add(new Guidance.Category(name, ""));
            }
        }
        return List.copyOf(categories);
    }
}
