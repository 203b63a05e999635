package dev.mneme.server;

import static dev.mneme.server.Mem0Clients.OFFICIAL;
import static dev.mneme.server.Mem0Clients.PACKAGES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.server.Mem0Clients.Report;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// mem0's own clients, unchanged, against a running server: every public method of each.
final class Mem0ClientsTest {
    private static final String NOBODY = "At least one of user_id, agent_id, app_id, run_id is needed";

    @TempDir
    Path home;

    private RunningServer server() {
        return RunningServer.on(home, "--webhooks.allowPrivate");
    }

    /// Where nobody listens.
    private static String nowhere() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return "http://127.0.0.1:" + free.getLocalPort() + "/hook";
        }
    }

    @Test
    void theThirdVersionForNode() throws Exception {
        try (RunningServer server = server()) {
            Report report = OFFICIAL.node("drive3.mjs", server.url(), server.adminKey(), nowhere());

            assertThat(report.missed()).isEmpty();
            addsOfTheThird(report);
            readsOfTheThird(report);
            changesOfTheThird(report);
            settingsOfTheThird(report);
            deletionsOfTheThird(report);
        }
    }

    private static void addsOfTheThird(Report report) {
        JsonNode added = report.value("add");
        assertThat(added.path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(added.path("eventId").asText()).hasSize(36);
        assertThat(added.at("/results/0/data/memory").asText()).isEqualTo("I like green tea");
        assertThat(added.at("/results/0/event").asText()).isEqualTo("ADD");
        JsonNode inferring = report.value("add inferring");
        assertThat(inferring.path("status").asText()).isEqualTo("SUCCEEDED");
        assertThat(inferring.path("message").asText()).contains("no language model");
        assertThat(inferring.path("results")).hasSize(2);
        assertThat(report.value("add a string").at("/results/0/memory").asText())
                .isEqualTo("I play chess");
        assertThat(report.value("add with unknown options").path("results")).hasSize(1);
        JsonNode picture = report.value("add a picture");
        assertThat(picture.path("results")).isEmpty();
        assertThat(picture.path("message").asText()).contains("Nothing was stored", "1 image_url");
        assertThat(report.failure("add to nobody"))
                .startsWith("ValidationError")
                .contains(NOBODY);
    }

    private static void readsOfTheThird(Report report) {
        JsonNode found = report.value("search").at("/results/0");
        assertThat(found.path("memory").asText()).isEqualTo("I like green tea");
        assertThat(found.path("score").asDouble()).isBetween(0.0, 1.0);
        assertThat(found.path("runId").asText()).isEqualTo("r1");
        assertThat(found.path("actorId").asText()).isEqualTo("Alice");
        assertThat(found.path("expirationDate").asText()).isEqualTo("2099-01-01");
        assertThat(found.path("timestamp").asText()).isEqualTo("2023-11-14T22:13:20.000Z");
        assertThat(found.path("createdAt").asText()).isEqualTo("2023-11-14T22:13:20.000Z");
        assertThat(found.at("/metadata/snake_key").asInt()).isEqualTo(2);
        assertThat(found.at("/metadata/nested/camelKey").asInt()).isEqualTo(1);
        assertThat(report.value("search in camelCase")).isEqualTo(report.value("search"));
        JsonNode every = report.value("search with every option").path("results");
        assertThat(every).hasSize(1);
        assertThat(every.get(0)).hasSize(2); // the fields that were asked for
        assertThat(report.failure("search everything"))
                .startsWith("ValidationError")
                .contains(NOBODY);
        assertThat(report.value("getAll").path("count").asInt()).isEqualTo(4);
        JsonNode second = report.value("getAll by pages");
        assertThat(second.path("results")).hasSize(1);
        assertThat(second.path("next").asText()).contains("page=3");
        assertThat(second.path("previous").asText()).contains("page=1");
        assertThat(report.failure("getAll of everything"))
                .startsWith("ValidationError")
                .contains(NOBODY);
        assertThat(report.value("get").path("sessionId").asText()).isEqualTo("r1");
        assertThat(report.failure("get with a slash"))
                .startsWith("ValidationError")
                .contains("valid UUID");
        assertThat(report.failure("get another")).startsWith("MemoryNotFoundError");
        JsonNode users = report.value("users");
        assertThat(users.path("totalUsers").asInt()).isEqualTo(2);
        assertThat(users.at("/results/0/createdAt").asText()).hasSize(24);
        assertThat(users.at("/results/0/totalMemories").asInt()).isEqualTo(4);
        assertThat(report.value("users by pages").path("results")).hasSize(1);
    }

    private static void changesOfTheThird(Report report) {
        JsonNode updated = report.value("update");
        assertThat(updated.path("memory").asText()).isEqualTo("I like black tea");
        assertThat(updated.at("/metadata/fooBar").asInt()).isEqualTo(2);
        assertThat(updated.path("expirationDate").asText()).isEqualTo("2099-06-01");
        assertThat(updated.path("timestamp").asText()).isEqualTo("2023-11-14T22:13:21.000Z");
        assertThat(report.value("update the expiry away").path("expirationDate").isNull())
                .isTrue();
        JsonNode history = report.value("history");
        assertThat(history).hasSize(3);
        assertThat(history.at("/1/event").asText()).isEqualTo("UPDATE");
        assertThat(history.at("/1/oldMemory").asText()).isEqualTo("I like green tea");
        assertThat(history.at("/1/newMemory").asText()).isEqualTo("I like black tea");
        assertThat(report.value("feedback").path("feedback").asText()).isEqualTo("POSITIVE");
        assertThat(report.value("batchUpdate").path("message").asText()).contains("2 memories");
        assertThat(report.value("batchDelete").path("message").asText()).contains("2 memories");
    }

    private static void settingsOfTheThird(Report report) {
        assertThat(report.value("getProject").path("customInstructions").isNull())
                .isTrue();
        report.value("updateProject");
        JsonNode project = report.value("getProject again");
        assertThat(project.path("customInstructions").asText()).isEqualTo("keep it short");
        assertThat(project.at("/customCategories/0/My_Cat").asText()).isEqualTo("d");
        JsonNode webhook = report.value("createWebhook");
        assertThat(webhook.path("webhookId").asText()).hasSize(36);
        assertThat(webhook.path("secret").asText()).isNotEmpty();
        assertThat(report.value("getWebhooks").at("/0/webhookId")).isEqualTo(webhook.path("webhookId"));
        assertThat(report.value("getWebhooks").at("/0").has("secret")).isFalse();
        assertThat(report.failure("getWebhooks of another project")).contains("one project");
        report.value("updateWebhook");
        report.value("deleteWebhook");
        assertThat(report.value("createMemoryExport").path("id").asText()).hasSize(36);
        assertThat(report.value("getMemoryExport").path("memories")).hasSize(4);
        assertThat(report.value("getMemoryExport by filters").path("memories")).hasSize(4);
        for (String profile : List.of(
                "getProfile",
                "generateProfile",
                "getProfileSettings",
                "updateProfileSettings",
                "sampleProfiles",
                "getProfileJob")) {
            assertThat(report.failure(profile))
                    .startsWith("MemoryNotFoundError")
                    .contains("makes no profiles");
        }
    }

    private static void deletionsOfTheThird(Report report) {
        report.value("delete");
        assertThat(report.value("delete with what is linked")
                        .path("cascadeCount")
                        .asInt())
                .isZero();
        assertThat(report.value("deleteAll").path("eventId").asText()).hasSize(36);
        assertThat(report.failure("deleteAll of everything"))
                .startsWith("ValidationError")
                .contains("Nothing was deleted");
        report.value("deleteUser");
        report.value("deleteUsers");
        report.value("deleteUsers, all");
        assertThat(report.value("users after all").path("count").asInt()).isZero();
        assertThat(report.failure("an unknown key")).startsWith("AuthenticationError");
        assertThat(report.value("a host with a slash").path("count").asInt()).isZero();
    }

    @Test
    void theSecondVersionForNode() throws Exception {
        try (RunningServer server = server()) {
            Report report = OFFICIAL.node("drive2.mjs", server.url(), server.adminKey(), nowhere());

            assertThat(report.missed()).isEmpty();
            assertThat(report.calls().keySet()).allSatisfy(report::value);
            assertThat(report.value("add").at("/0/data/memory").asText()).isEqualTo("I like coffee");
            assertThat(report.value("add by version 2").at("/results/0/memory").asText())
                    .isEqualTo("I swim");
            assertThat(report.value("search").at("/0/memory").asText()).isEqualTo("I like coffee");
            assertThat(report.value("search by version 2").at("/0/memory").asText())
                    .isEqualTo("I like coffee");
            assertThat(report.value("getAll")).hasSize(2);
            assertThat(report.value("getAll by pages").path("count").asInt()).isEqualTo(2);
            assertThat(report.value("getAll by version 2")).hasSize(2);
            assertThat(report.value("getAll by pages of version 2").path("results"))
                    .hasSize(1);
            assertThat(report.value("update").path("memory").asText()).isEqualTo("I like espresso");
            assertThat(report.value("users after all").path("count").asInt()).isZero();
        }
    }

    @Test
    void theSecondVersionForPython() throws Exception {
        try (RunningServer server = server()) {
            Report report = OFFICIAL.python("drive.py", server.url(), server.adminKey(), nowhere());

            assertThat(report.missed()).isEmpty();
            assertThat(report.value("add").at("/results/0/data/memory").asText())
                    .isEqualTo("I like tea");
            assertThat(report.value("search").at("/results/0/expiration_date").asText())
                    .isEqualTo("2099-01-01");
            assertThat(report.value("get_all").path("count").asInt()).isEqualTo(2);
            assertThat(report.value("batch_update").path("message").asText()).contains("1 memories");
            assertThat(report.value("get_summary")).hasSize(2);
            assertThat(report.value("get_memory_export").path("memories")).hasSize(2);
            assertThat(report.value("project.get").path("custom_instructions").asText())
                    .isEqualTo("be brief");
            assertThat(report.value("project.get_members").path("members")).isEmpty();
            assertThat(report.failure("project.add_member")).contains("API keys, not people");
            assertThat(report.failure("project.create")).contains("one project");
            assertThat(report.failure("project.delete")).contains("cannot be deleted");
            assertThat(report.failure("get_profile"))
                    .startsWith("MemoryNotFoundError")
                    .contains("makes no profiles");
            assertThat(report.failure("search, everything"))
                    .startsWith("ValidationError")
                    .contains(NOBODY);
            assertThat(report.failure("delete_all, options"))
                    .startsWith("ValidationError")
                    .contains("Nothing was deleted");
            assertThat(report.failure("an unknown key")).contains("not known here");
            assertThat(report.value("users, after all").path("count").asInt()).isZero();
            for (String fine :
                    List.of("update", "history", "feedback", "delete", "delete_all", "delete_users", "reset")) {
                report.value(fine);
            }
        }
    }

    /// With the built-in embedder, since the packages have thresholds of their own.
    private RunningServer embedding() {
        return RunningServer.withBuiltInEmbedder(home);
    }

    @Test
    void packagesOfOthersForPython() throws Exception {
        try (RunningServer server = embedding()) {
            Report report = PACKAGES.python("packages.py", server.url(), server.adminKey());

            assertThat(report.calls().keySet()).allSatisfy(report::value);
            theCommandLine(report);
            JsonNode names = report.value("cli entity list").at("/data");
            assertThat(names.at("/0/name").asText()).isEqualTo("cli");
            assertThat(report.value("cli list, after").path("count").asInt()).isZero();
            assertThat(report.value("mcp search_memories")
                            .at("/results/0/memory")
                            .asText())
                    .isEqualTo("Bob plays the cello");
            assertThat(report.value("mcp list_entities")
                            .at("/results/0/created_at")
                            .asText())
                    .hasSize(24);
            assertThat(report.value("haystack add_memories")).hasSize(2);
            assertThat(report.value("haystack search_memories").at("/0").asText())
                    .isEqualTo("I take my coffee black");
            assertThat(report.value("haystack search_memories, filters")).hasSize(2);
            assertThat(report.value("strands search").at("/0/content").asText()).isEqualTo("Carol lives in Lyon");
            assertThat(report.value("strands search").at("/0/metadata/source").asText())
                    .isEqualTo("chat");
            assertThat(report.value("agent-framework after and before a run")
                            .at("/0")
                            .asText())
                    .endsWith("I drive a yellow van");
            assertThat(report.value("llama-index get").at("/0").asText()).contains("My sister is called Ines");
        }
    }

    @Test
    void packagesOfOthersForNode() throws Exception {
        try (RunningServer server = embedding()) {
            Report report = PACKAGES.node("packages.mjs", server.url(), server.adminKey());

            assertThat(report.calls().keySet()).allSatisfy(report::value);
            theCommandLine(report);
            assertThat(report.value("vercel addMemories").path("message").asText())
                    .contains("1 image_url");
            assertThat(report.value("vercel getMemories").at("/0/memory").asText())
                    .isEqualTo("I grow tomatoes on my balcony");
            assertThat(report.value("mastra searchMemory").asText()).endsWith("I sing in a choir");
            assertThat(report.value("openclaw memory_search").path("text").asText())
                    .contains("Dora keeps bees");
            assertThat(report.value("openclaw memory_get").path("text").asText())
                    .contains("Dora keeps bees");
            assertThat(report.value("openclaw memory_list, after").path("text").asText())
                    .doesNotContain("bees");
        }
    }

    /// Deletions by both command lines, and their threshold of .3.
    private static void theCommandLine(Report report) {
        assertThat(report.value("cli add").at("/data/0/memory").asText()).isEqualTo("Alice is allergic to peanuts");
        assertThat(report.value("cli search").at("/data/0/memory").asText()).isEqualTo("Alice is allergic to peanuts");
        assertThat(report.value("cli list").path("count").asInt()).isPositive();
        assertThat(report.value("cli delete entity").at("/data/deleted").asBoolean())
                .isTrue();
        JsonNode before = report.value("entities, after the adds");
        for (String kind : List.of("total_users", "total_agents", "total_apps", "total_runs")) {
            assertThat(before.path(kind).asInt()).as(kind).isPositive();
        }
        assertThat(report.value("entities, at the end").path("count").asInt()).isZero();
    }
}
