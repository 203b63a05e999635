package dev.mneme.api.mem0;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.HttpMethod;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Who may do what, for every route of the mem0 door: a route that is added is in the matrix by being in the table.
class Mem0AccessTest {
    private static final String MISSING = "0193a000-0000-8000-8000-000000000000";
    private static final String SECRET = "the rain in Spain";

    /// POST requests that change nothing.
    private static final Set<String> READING = Set.of(
            "/v3/memories/search/",
            "/v2/memories/search/",
            "/v1/memories/search/",
            "/search",
            "/v3/memories/",
            "/v2/memories/",
            "/v1/summary/",
            "/v1/exports/get/",
            "/v2/profiles/settings/",
            "/v2/profiles/jobs/",
            "/configure",
            "/generate-instructions");

    /// @param role null: not let in at all
    private record Identity(
            String name, @Nullable String key, @Nullable Role role, Restriction restriction) {}

    private final Mem0Server mem0 = new Mem0Server();
    private final List<Identity> identities = new ArrayList<>();
    private String alices = "";
    private String bobs = "";

    @BeforeEach
    void populate() {
        identities.add(new Identity("nobody", null, null, Restriction.NONE));
        identities.add(new Identity("an unknown key", "mk_unknown", null, Restriction.NONE));
        identity("a reader", Role.READ, Restriction.NONE);
        identity("a writer", Role.WRITE, Restriction.NONE);
        identities.add(new Identity("the admin", mem0.admin, Role.ADMIN, Restriction.NONE));
        identity("alice's key", Role.WRITE, Mem0Server.only(OwnerKind.USER, "alice"));
        identity("bob's key", Role.WRITE, Mem0Server.only(OwnerKind.USER, "bob"));
        identity("bot's key", Role.WRITE, Mem0Server.only(OwnerKind.AGENT, "bot"));
        identity("alice's admin", Role.ADMIN, Mem0Server.only(OwnerKind.USER, "alice"));
    }

    private void identity(String name, Role role, Restriction restriction) {
        identities.add(new Identity(name, mem0.key(role, restriction), role, restriction));
    }

    @AfterEach
    void stop() {
        mem0.close();
    }

    @TestFactory
    List<DynamicTest> everyRouteForEveryIdentity() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Route route : mem0.routes) {
            for (Identity identity : identities) {
                tests.add(DynamicTest.dynamicTest(
                        route.method() + " " + route.template() + " by " + identity.name(),
                        () -> check(route, identity)));
            }
        }
        return tests;
    }

    /// The role that a route needs, restated.
    private static @Nullable Role needed(Route route) {
        String path = route.template();
        boolean get = route.method() == HttpMethod.GET;
        if (path.startsWith("/auth/")) {
            return null;
        }
        if (path.startsWith("/api/v1/webhooks/") || path.startsWith("/api-keys") || path.equals("/reset")) {
            return Role.ADMIN;
        }
        if (path.startsWith("/api/v1/orgs/")) {
            return get ? Role.READ : Role.ADMIN;
        }
        return get || (route.method() == HttpMethod.POST && READING.contains(path)) ? Role.READ : Role.WRITE;
    }

    private void check(Route route, Identity identity) {
        Role needed = needed(route);
        assertThat(route.access().role()).isEqualTo(needed);
        assertThat(route.access() == Access.OPEN).isEqualTo(needed == null);
        if (needed == null) {
            assertThat(ask(route, identity, MISSING, "nobody").status()).isIn(200, 404);
            return;
        }
        if (identity.role() == null) {
            Mem0Server.Reply reply = ask(route, identity, MISSING, "nobody");
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.detail()).isNotEmpty().isEqualTo(reply.text("/error"));
            return;
        }
        boolean operators = needed == Role.ADMIN && !route.template().equals("/reset");
        boolean allowed = identity.role().includes(needed)
                && (!operators || identity.restriction().isNone());
        if (!allowed) {
            Mem0Server.Reply reply = ask(route, identity, MISSING, "nobody");
            boolean refusedAnyhow = reply.status() == 400 && identity.role() == Role.ADMIN;
            assertThat(refusedAnyhow || reply.status() == 403)
                    .as(reply.comparable())
                    .isTrue();
            return;
        }
        isolated(route, identity, "alice");
        isolated(route, identity, "bob");
    }

    /// Whoever may not see a user's memories neither reads nor changes any of them, whatever is asked.
    private void isolated(Route route, Identity identity, String user) {
        alices = mem0.add("alice", SECRET + " of alice");
        bobs = mem0.add("bob", SECRET + " of bob");
        String id = user.equals("alice") ? alices : bobs;

        Mem0Server.Reply reply = ask(route, identity, id, user);

        assertThat(reply.status()).as(reply.comparable()).isLessThan(500);
        if (!identity.restriction().isNone()) {
            for (String other : List.of("alice", "bob")) {
                if (!sees(identity, other)) {
                    assertThat(reply.raw().body()).doesNotContain(SECRET + " of " + other);
                    String theirs = other.equals("alice") ? alices : bobs;
                    assertThat(mem0.get("/v1/memories/" + theirs + "/").text("/memory"))
                            .isEqualTo(SECRET + " of " + other);
                }
            }
        }
        if (route.template().contains("{memory_id}") && !sees(identity, user)) {
            assertThat(reply.comparable())
                    .isEqualTo(ask(route, identity, MISSING, user).comparable());
        }
    }

    private static boolean sees(Identity identity, String user) {
        return identity.restriction().isNone() || identity.restriction().equals(Mem0Server.only(OwnerKind.USER, user));
    }

    private Mem0Server.Reply ask(Route route, Identity identity, String id, String user) {
        String target = route.template()
                .replace("{memory_id}", id)
                .replace("{entity_type}", "user")
                .replace("{entity_id}", String.valueOf(EntityRoutes.number(OwnerKind.USER, user)))
                .replace("{name}", user)
                .replace("{org_id}", "default")
                .replace("{project_id}", "default")
                .replaceAll("\\{[^}]+}", MISSING);
        boolean scoped = route.method() == HttpMethod.GET || route.method() == HttpMethod.DELETE;
        String query = scoped ? "?user_id=" + user : "";
        return mem0.send(identity.key(), route.method().name(), target + query, body(route, id, user));
    }

    private static @Nullable String body(Route route, String id, String user) {
        String filters = "\"filters\":{\"user_id\":\"" + user + "\"}";
        String ids = "\"memories\":[{\"memory_id\":\"" + id + "\",\"text\":\"new\"}]";
        return switch (route.id()) {
            case "mem0AddV3", "mem0AddV1", "mem0Add" -> "{\"messages\":\"hello\"," + filters + "}";
            case "mem0SearchV3", "mem0SearchV2", "mem0SearchV1", "mem0Search" ->
                "{\"query\":\"rain Spain\"," + filters + "}";
            case "mem0ListV3", "mem0ListV2", "mem0Summary", "mem0CreateExport", "mem0GetExport" -> "{" + filters + "}";
            case "mem0Update", "mem0ServerUpdate" -> "{\"text\":\"new\"}";
            case "mem0BatchUpdate", "mem0BatchDelete" -> "{" + ids + "}";
            case "mem0Feedback" -> "{\"memory_id\":\"" + id + "\",\"feedback\":\"POSITIVE\"}";
            case "mem0UpdateProject" -> "{\"custom_instructions\":\"x\"}";
            case "mem0CreateWebhook" ->
                "{\"name\":\"n\",\"url\":\"https://example.org/h\",\"event_types\":[\"memory_add\"]}";
            case "mem0UpdateWebhook" -> "{\"name\":\"n\"}";
            case "mem0CreateKey" -> "{\"label\":\"x\"}";
            default ->
                route.method() == HttpMethod.GET
                                || route.method() == HttpMethod.DELETE
                                || route.id().equals("mem0Reset")
                        ? null
                        : "{}";
        };
    }
}
