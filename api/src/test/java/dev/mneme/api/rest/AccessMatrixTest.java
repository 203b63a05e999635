package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.HttpMethod;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Restriction;
import dev.mneme.core.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Who may do what, for every route of the table: a route that is added is in the matrix by being in the table.
class AccessMatrixTest {
    private static final Set<String> READING_POSTS = Set.of(
            "/api/v1/memories/search",
            "/api/v1/distributed/initialize",
            "/api/v1/distributed/get-status",
            "/api/v1/distributed/shutdown");
    private static final List<String> OF_OPERATORS = List.of("/api/v1/keys", "/api/v1/backups", "/api/v1/integrity");
    private static final Set<String> OF_ADMINS = Set.of("/api/v1/export", "/api/v1/import");
    private static final String MISSING = "0193a000-0000-8000-8000-000000000000";
    private static final String SECRET = "the rain in Spain";

    /// Somebody who calls.
    ///
    /// @param role null: not let in at all
    private record Identity(
            String name, @Nullable String key, @Nullable Role role, Restriction restriction) {}

    private final RestServer rest = new RestServer();
    private final List<Identity> identities = new ArrayList<>();
    private String alices = "";
    private String bobs = "";

    @BeforeEach
    void populate() {
        alices = rest.add("alice", SECRET);
        bobs = rest.add("bob", SECRET);
        for (String user : List.of("alice", "bob")) {
            rest.post("/api/v1/responses", response(user, SECRET));
            rest.post("/api/v1/sync-events", event(user, SECRET));
            rest.conflict(user, new Conflict.About(Conflict.Kind.CONTEXT, "theme"), 1, SECRET);
        }
        String expired =
                rest.key(Role.ADMIN, Restriction.NONE, rest.clock.instant().plusSeconds(60));
        rest.clock.advance(Duration.ofMinutes(2));
        identities.add(new Identity("nobody", null, null, Restriction.NONE));
        identities.add(new Identity("an unknown key", "mk_unknown", null, Restriction.NONE));
        identities.add(new Identity("an expired key", expired, null, Restriction.NONE));
        identity("a reader", Role.READ, Restriction.NONE);
        identity("a writer", Role.WRITE, Restriction.NONE);
        identities.add(new Identity("the admin", rest.admin, Role.ADMIN, Restriction.NONE));
        identity("alice's key", Role.WRITE, only(OwnerKind.USER, "alice"));
        identity("bob's key", Role.WRITE, only(OwnerKind.USER, "bob"));
        identity("bob's reader", Role.READ, only(OwnerKind.USER, "bob"));
        identity("bot's key", Role.WRITE, only(OwnerKind.AGENT, "bot"));
        identity("alice's admin", Role.ADMIN, only(OwnerKind.USER, "alice"));
    }

    private void identity(String name, Role role, Restriction restriction) {
        identities.add(new Identity(name, rest.key(role, restriction, null), role, restriction));
    }

    private static Restriction only(OwnerKind kind, String id) {
        return new Restriction(Map.of(kind, Set.of(id)));
    }

    @AfterEach
    void stop() {
        rest.close();
    }

    @TestFactory
    List<DynamicTest> everyRouteForEveryIdentity() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Route route : rest.routes) {
            for (Identity identity : identities) {
                tests.add(DynamicTest.dynamicTest(
                        route.method() + " " + route.template() + " by " + identity.name(),
                        () -> check(route, identity)));
            }
        }
        return tests;
    }

    /// Which part of the role a route needs, restated: what is not `/api/v1` is open, but the metrics.
    private static @Nullable Role needed(Route route) {
        String path = route.template();
        if (OF_OPERATORS.stream().anyMatch(path::startsWith) || OF_ADMINS.contains(path)) {
            return Role.ADMIN;
        }
        if (path.startsWith("/api/v1/")) {
            boolean reads = route.method() == HttpMethod.GET || READING_POSTS.contains(path);
            return reads ? Role.READ : Role.WRITE;
        }
        return path.equals("/metrics") ? Role.READ : null;
    }

    private void check(Route route, Identity identity) {
        alices = rest.add("alice", SECRET); // there again, if the test before took it
        bobs = rest.add("bob", SECRET);
        rest.putContext("alice", "theme", SECRET);
        rest.putContext("bob", "theme", SECRET);
        Role needed = needed(route);
        if (needed == null) {
            assertThat(ask(route, identity, MISSING, "").status()).isEqualTo(200);
            return;
        }
        RestServer.Reply reply = ask(route, identity, MISSING, "");
        if (identity.role() == null) {
            assertThat(reply.status()).isEqualTo(401);
            assertThat(reply.code()).isEqualTo("unauthenticated");
            return;
        }
        boolean operatorsOnly = OF_OPERATORS.stream().anyMatch(route.template()::startsWith)
                && !identity.restriction().isNone();
        if (!identity.role().includes(needed) || operatorsOnly) {
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.code()).isEqualTo("not_allowed");
            assertThat(ask(route, identity, alices, "alice").comparable()).isEqualTo(reply.comparable());
            return;
        }
        assertThat(reply.status()).isNotIn(401);
        if (route.template().startsWith("/api/v1/memories/{id}")) {
            checkIds(route, identity);
        } else if (route.template().startsWith("/api/v1/")
                && (needed != Role.ADMIN || OF_ADMINS.contains(route.template()))) {
            checkScopes(route, identity);
        }
    }

    /// Someone else's id is answered exactly as a missing one.
    private void checkIds(Route route, Identity identity) {
        String missing = ask(route, identity, MISSING, "").comparable();
        assertThat(missing).startsWith("404");
        Map<String, String> ids = new LinkedHashMap<>(Map.of("alice", alices, "bob", bobs));
        ids.forEach((user, id) -> {
            RestServer.Reply reply = ask(route, identity, id, user);
            if (sees(identity, user)) {
                assertThat(reply.status()).as(user).isEqualTo(200);
            } else {
                assertThat(reply.comparable()).as(user + "'s").isEqualTo(missing);
                RestServer.Reply conditional = askIf(route, identity, id);
                assertThat(conditional.comparable())
                        .as(user + "'s, with If-Match")
                        .isEqualTo(askIf(route, identity, MISSING).comparable());
                assertThat(rest.get("/api/v1/memories/" + id).status()).isEqualTo(200);
            }
        });
    }

    /// What names someone else's scope brings nothing of theirs, and changes nothing of theirs.
    private void checkScopes(Route route, Identity identity) {
        for (String user : List.of("alice", "bob")) {
            if (sees(identity, user)) {
                continue;
            }
            RestServer.Reply reply = ask(route, identity, "", user);
            RestServer.Reply nobody = ask(route, identity, "", "nobody-" + user);
            assertThat(reply.status()).as(user).isEqualTo(nobody.status());
            assertThat(reply.raw().body()).as(user).doesNotContain(SECRET, alices, bobs);
            assertThat(rest.get("/api/v1/contexts/theme?userId=" + user).raw().body())
                    .as("the context of " + user)
                    .contains(SECRET);
        }
        assertThat(rest.get("/api/v1/memories/" + alices).status() == 200 || sees(identity, "alice"))
                .isTrue();
        assertThat(rest.get("/api/v1/memories/" + bobs).status() == 200 || sees(identity, "bob"))
                .isTrue();
        if (!identity.restriction().isNone()) {
            String everything = ask(route, identity, "", "").raw().body();
            if (!sees(identity, "alice")) {
                assertThat(everything).doesNotContain("alice", alices);
            }
            if (!sees(identity, "bob")) {
                assertThat(everything).doesNotContain("bob\"", bobs);
            }
        }
    }

    private static boolean sees(Identity identity, String user) {
        return identity.restriction().allows(dev.mneme.core.model.ScopeIds.user(user));
    }

    private RestServer.Reply ask(Route route, Identity identity, String id, String user) {
        return rest.send(identity.key(), route.method().name(), target(route, id, user), body(route, user));
    }

    private RestServer.Reply askIf(Route route, Identity identity, String id) {
        return rest.send(
                identity.key(), route.method().name(), target(route, id, ""), body(route, ""), "If-Match", "\"99\"");
    }

    private static String target(Route route, String id, String user) {
        String path = route.template()
                .replace("{kind}/{id}", "user/" + (user.isEmpty() ? "nobody" : user))
                .replace("{id}", id.isEmpty() ? MISSING : id)
                .replace("{instanceId}", "desk")
                .replace("{key}", "theme");
        boolean takesScope = route.query().stream().anyMatch(p -> p.name().equals("userId"));
        String since = route.id().equals("modeUsage") ? "&since=2020-01-01" : "";
        return takesScope && !user.isEmpty() ? path + "?userId=" + user + since : path;
    }

    private static @Nullable String body(Route route, String user) {
        String scope = user.isEmpty() ? "" : "\"userId\":\"" + user + "\",";
        return switch (route.id()) {
            case "addMemories" -> "{" + scope + "\"text\":\"something new\"}";
            case "searchMemories" -> "{" + scope + "\"query\":\"rain Spain\"}";
            case "updateMemory" -> "{\"categories\":[\"seen\"]}";
            case "switchMode" ->
                "{\"userId\":\"" + (user.isEmpty() ? "nobody" : user) + "\",\"toMode\":\"didactic\","
                        + "\"instanceId\":\"" + SECRET + "\"}";
            case "configureMode" -> "{\"configuration\":{\"a\":1}}";
            case "putContext" -> "{\"data\":{\"text\":\"something new\"}}";
            case "recordResponse" -> user.isEmpty() ? "{}" : response(user, "h");
            case "postSyncEvent" -> user.isEmpty() ? "{}" : event(user, "x");
            case "processSyncEvent" -> user.isEmpty() ? "{}" : "{\"userId\":\"" + user + "\"}";
            case "resolveConflict" -> "{\"take\":\"theirs\"}";
            case "initializeDistributed" -> "{}";
            case "publishModeChange" -> "{" + scope + "\"toMode\":\"parallel\"}";
            case "publishContextUpdate" -> "{" + scope + "\"contextKey\":\"k\",\"contextType\":\"custom\",\"data\":{}}";
            case "storeResponseSource" ->
                "{" + scope + "\"chatId\":1,\"messageId\":2,\"responseHash\":\"h\","
                        + "\"source\":{\"sourceType\":\"local\",\"provider\":\"p\",\"model\":\"m\"}}";
            case "acceptIntegrity" -> "{\"owner\":{\"kind\":\"user\",\"id\":\"nobody\"}}";
            case "importRecords" -> imported(user);
            case "createKey" -> "{\"name\":\"x\",\"role\":\"read\"}";
            default -> null;
        };
    }

    private static String imported(String user) {
        return "{\"export\":{\"format\":\"mneme\",\"version\":1}}\n{\"transition\":{\"userId\":\"" + user
                + "\",\"instanceId\":\"desk\",\"toMode\":\"parallel\",\"success\":true,"
                + "\"timestamp\":\"2025-01-01T00:00:00.000Z\"}}";
    }

    private static String response(String user, String hash) {
        return "{\"userId\":\"" + user + "\",\"chatId\":\"c\",\"messageId\":\"" + hash
                + "\",\"sourceType\":\"local\",\"provider\":\"p\",\"model\":\"m\",\"responseHash\":\"" + hash + "\"}";
    }

    private static String event(String user, String secret) {
        return "{\"userId\":\"" + user + "\",\"eventType\":\"config-updated\",\"eventData\":{\"a\":\"" + secret
                + "\"}}";
    }

    /// The key may stand in the URL of the event stream alone: for any other route it is as if there were none.
    @TestFactory
    List<DynamicTest> aKeyInTheUrlLetsNobodyIn() {
        return rest.routes.stream()
                .filter(route -> needed(route) != null && !route.template().equals("/api/v1/changes"))
                .map(route -> DynamicTest.dynamicTest(route.method() + " " + route.template(), () -> {
                    String target = target(route, alices, "alice");
                    String withKey = target + (target.contains("?") ? "&" : "?") + "token=" + rest.admin;
                    RestServer.Reply reply = rest.send(
                            null, route.method().name(), withKey, body(route, "alice"), "Accept", "text/event-stream");
                    assertThat(reply.status()).isEqualTo(401);
                    assertThat(reply.code()).isEqualTo("unauthenticated");
                }))
                .toList();
    }

    @Test
    void theTableSaysWhatTheMatrixSays() {
        for (Route route : rest.routes) {
            Role needed = needed(route);
            assertThat(route.access().role()).as(route.template()).isEqualTo(needed);
            assertThat(route.access() == Access.OPEN).isEqualTo(needed == null);
        }
    }
}
