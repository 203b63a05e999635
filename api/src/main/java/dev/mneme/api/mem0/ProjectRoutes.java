package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.PlainJson;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import dev.mneme.wire.mem0.Done;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/api/v1/orgs/organizations/…/projects/…`: the settings of the one project. It has no members, since the API keys
/// say who may do what.
final class ProjectRoutes {
    private static final String ORGANIZATIONS = "/api/v1/orgs/organizations/";
    private static final String PROJECTS = ORGANIZATIONS + "{org_id}/projects/";
    private static final String ONE = PROJECTS + "{project_id}/";
    private static final String MEMBERS = ONE + "members/";
    private static final Parameter ORGANIZATION =
            Parameter.string("org_id", "the organisation").withSlashes();
    static final Parameter PROJECT =
            Parameter.string("project_id", "the project").withSlashes();

    /// The settings. All of them are for a language model.
    private static final List<String> SETTINGS = List.of(
            "custom_instructions",
            "agent_custom_instructions",
            "custom_categories",
            "multilingual",
            "decay",
            "memory_depth",
            "usecase_setting",
            "retrieval_criteria",
            "enable_graph",
            "inclusion_prompt",
            "exclusion_prompt",
            "version");

    private final ProjectService projects;

    ProjectRoutes(ProjectService projects) {
        this.projects = projects;
    }

    List<Route> routes() {
        return List.of(
                Route.get(ORGANIZATIONS)
                        .in(Dialect.MEM0)
                        .named("mem0Organizations", Mem0Api.TAG, "The one organisation")
                        .by(_ -> Answer.json(200, List.of(organization()))),
                Route.post(ORGANIZATIONS)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0CreateOrganization", Mem0Api.TAG, "Refused: there is one organisation")
                        .by(request -> refused(request, "This server has one organisation, 'default'.")),
                Route.get(ORGANIZATIONS + "{org_id}/")
                        .in(Dialect.MEM0)
                        .named("mem0Organization", Mem0Api.TAG, "The one organisation")
                        .path(ORGANIZATION)
                        .by(request -> {
                            requireOnly(request);
                            return Answer.json(200, organization());
                        }),
                Route.get(ONE)
                        .in(Dialect.MEM0)
                        .named("mem0Project", Mem0Api.TAG, "The project's settings")
                        .path(ORGANIZATION, PROJECT)
                        .by(this::get),
                Route.patch(ONE)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0UpdateProject", Mem0Api.TAG, "Change the project's settings")
                        .path(ORGANIZATION, PROJECT)
                        .by(this::update),
                Route.delete(ONE)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0DeleteProject", Mem0Api.TAG, "Refused: there is one project")
                        .path(ORGANIZATION, PROJECT)
                        .by(request -> refused(request, "The one project of this server cannot be deleted.")),
                Route.post(PROJECTS)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0CreateProject", Mem0Api.TAG, "Refused: there is one project")
                        .path(ORGANIZATION)
                        .by(request -> refused(
                                request,
                                "This server has one project, 'default': tell memories apart by app_id or by"
                                        + " restricted keys.")),
                Route.get(PROJECTS)
                        .in(Dialect.MEM0)
                        .named("mem0Projects", Mem0Api.TAG, "The one project")
                        .path(ORGANIZATION)
                        .by(request -> Answer.json(200, List.of(project(request)))),
                Route.get(MEMBERS)
                        .in(Dialect.MEM0)
                        .named("mem0Members", Mem0Api.TAG, "Nobody: there are keys")
                        .path(ORGANIZATION, PROJECT)
                        .by(request -> {
                            requireOnly(request);
                            return Answer.json(200, Map.of("members", List.of()));
                        }),
                Route.post(MEMBERS)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0AddMember", Mem0Api.TAG, "Refused: there are keys")
                        .path(ORGANIZATION, PROJECT)
                        .by(ProjectRoutes::noMembers),
                Route.put(MEMBERS)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0UpdateMember", Mem0Api.TAG, "Refused: there are keys")
                        .path(ORGANIZATION, PROJECT)
                        .by(ProjectRoutes::noMembers),
                Route.delete(MEMBERS)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0RemoveMember", Mem0Api.TAG, "Refused: there are keys")
                        .path(ORGANIZATION, PROJECT)
                        .by(ProjectRoutes::noMembers));
    }

    private static Map<String, Object> organization() {
        return Map.of(
                "org_id",
                Mem0Api.ORGANIZATION,
                "name",
                Mem0Api.ORGANIZATION,
                "is_default",
                true,
                "members",
                List.of(),
                "invitations",
                List.of());
    }

    private static Answer noMembers(Request request) {
        return refused(request, "This server knows API keys, not people: make a key with POST /api/v1/keys.");
    }

    private static Answer refused(Request request, String why) {
        requireOnly(request);
        throw MnemeException.invalid("project", why);
    }

    /// @throws MnemeException `not_found` for any other organisation or project than the one that exists
    static void requireOnly(Request request) {
        boolean org = request.route().path().contains(ORGANIZATION);
        boolean project = request.route().path().contains(PROJECT);
        if ((org && !request.path(ORGANIZATION.name()).equals(Mem0Api.ORGANIZATION))
                || (project && !request.path(PROJECT.name()).equals(Mem0Api.PROJECT))) {
            throw new MnemeException(
                    ErrorCode.NOT_FOUND, "This server has one organisation and one project; both are 'default'.");
        }
    }

    private Answer get(Request request) {
        Map<String, @Nullable Object> project = project(request);
        List<String> wanted = request.query().all("fields").stream()
                .flatMap(fields -> Arrays.stream(fields.split(",", -1)))
                .toList();
        if (!wanted.isEmpty()) {
            project.keySet().removeIf(name -> !name.equals("project_id") && !wanted.contains(name));
        }
        return Answer.json(200, project);
    }

    private Map<String, @Nullable Object> project(Request request) {
        requireOnly(request);
        Optional<Document> found = projects.find(request.caller());
        Map<String, Json> settings =
                found.map(Document::data).orElse(JsonObject.EMPTY).members();
        Map<String, @Nullable Object> project = new LinkedHashMap<>();
        project.put("id", Mem0Api.PROJECT);
        project.put("project_id", Mem0Api.PROJECT);
        project.put("name", Mem0Api.PROJECT);
        project.put("description", null);
        project.put("org_id", Mem0Api.ORGANIZATION);
        SETTINGS.forEach(name -> {
            Json value = settings.get(name);
            project.put(name, value == null ? null : PlainJson.of(value));
        });
        project.put("members", List.of());
        project.put("created_at", found.map(d -> Times.format(d.createdAt())).orElse(null));
        project.put("updated_at", found.map(d -> Times.format(d.updatedAt())).orElse(null));
        return project;
    }

    private Answer update(Request request) {
        requireOnly(request);
        Body sent = Body.of(request);
        Map<String, Json> patch = new LinkedHashMap<>();
        for (String name : SETTINGS) {
            Json value = sent.exactly(name);
            if (value != null) {
                patch.put(name, value);
            }
        }
        if (patch.isEmpty()) {
            throw MnemeException.invalid("body", "Nothing to set: name one of " + String.join(", ", SETTINGS) + ".");
        }
        projects.update(request.caller(), new JsonObject(patch));
        return Answer.json(200, new Done("Project updated successfully"));
    }
}
