package dev.mneme.api.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Role;
import dev.mneme.testkit.Fixtures;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sync events over REST.
@Timeout(120)
class SyncEventRoutesTest {
    private static final String EVENTS = "/api/v1/sync-events";
    private final RestServer rest = new RestServer();

    @AfterEach
    void stop() {
        rest.close();
    }

    private RestServer.Reply post(String more, String... headers) {
        return rest.post(EVENTS, "{\"userId\":\"alice\",\"eventType\":\"config-updated\"" + more + "}", headers);
    }

    private String posted(String more) {
        RestServer.Reply reply = post(more, "Mneme-Instance", "desk");
        assertThat(reply.status()).isEqualTo(201);
        return reply.body().path("syncEvent").path("id").asText();
    }

    private List<String> pending(String instance) {
        RestServer.Reply reply = rest.get(EVENTS + "/pending?userId=alice&instanceId=" + instance);
        assertThat(reply.status()).isEqualTo(200);
        return StreamSupport.stream(reply.body().path("items").spliterator(), false)
                .map(item -> item.path("id").asText())
                .toList();
    }

    @Test
    void anEventIsPostedFromTheWritingInstance() {
        RestServer.Reply reply =
                post(",\"eventData\":{\"a\":[1]},\"targetInstances\":[\"phone\"]", "Mneme-Instance", "desk");

        JsonNode event = reply.body().path("syncEvent");
        assertThat(reply.body().path("event").asText()).isEqualTo("ADD");
        assertThat(event.path("sourceInstanceId").asText()).isEqualTo("desk");
        assertThat(event.path("priority").asText()).isEqualTo("normal");
        assertThat(event.path("eventData").toString()).isEqualTo("{\"a\":[1]}");
        assertThat(event.path("expiresAt").asText()).isEqualTo("2026-01-08T08:00:00.000Z"); // seven days later
        assertThat(rest.get(EVENTS + "/" + event.path("id").asText() + "?userId=alice")
                        .body())
                .isEqualTo(event);
    }

    @Test
    void pendingIsHighFirstThenByTimeUntilProcessed() {
        String low = posted(",\"priority\":\"low\"");
        String normal = posted("");
        String high = posted(",\"priority\":\"high\"");
        String phones = posted(",\"targetInstances\":[\"phone\"]");

        assertThat(pending("phone")).containsExactly(high, normal, phones, low);
        assertThat(pending("laptop")).containsExactly(high, normal, low);
        assertThat(pending("desk")).isEmpty();
        RestServer.Reply byHeader = rest.get(EVENTS + "/pending?userId=alice&limit=2", "Mneme-Instance", "phone");
        assertThat(byHeader.body().path("items").size()).isEqualTo(2);
        String next = byHeader.body().path("nextCursor").asText();
        assertThat(rest.get(EVENTS + "/pending?userId=alice&instanceId=phone&cursor=" + next)
                        .body()
                        .path("items"))
                .extracting(item -> item.path("id").asText())
                .containsExactly(phones, low);
        assertThat(rest.get(EVENTS + "/pending?userId=alice&instanceId=phone&cursor=soon-1")
                        .field())
                .isEqualTo("cursor");

        String processed = EVENTS + "/" + high + "/processed";
        RestServer.Reply first = rest.post(processed, "{\"userId\":\"alice\"}", "Mneme-Instance", "phone");
        assertThat(first.body().path("event").asText()).isEqualTo("UPDATE");
        assertThat(first.body().at("/syncEvent/processedBy").toString()).isEqualTo("[\"phone\"]");
        RestServer.Reply again = rest.post(processed, "{\"userId\":\"alice\",\"instanceId\":\"phone\"}");
        assertThat(again.body().path("event").asText()).isEqualTo("NONE");
        assertThat(pending("phone")).containsExactly(normal, phones, low);
        assertThat(pending("laptop")).containsExactly(high, normal, low);
    }

    @Test
    void anExpiredEventIsGone() {
        String soon = posted(",\"expiresAt\":\"2026-01-01T08:00:10Z\"");
        String later = posted("");
        rest.clock.advance(Duration.ofSeconds(10));

        assertThat(pending("phone")).containsExactly(later);
        assertThat(rest.get(EVENTS + "/" + soon + "?userId=alice").status()).isEqualTo(404);
        assertThat(rest.post(EVENTS + "/" + soon + "/processed", "{\"userId\":\"alice\"}")
                        .status())
                .isEqualTo(404);
        rest.clock.advance(Duration.ofDays(7));
        assertThat(pending("phone")).isEmpty();
    }

    @Test
    void whatIsWrongIsNamed() {
        assertThat(post(",\"expiresAt\":\"2026-01-01T08:00:00Z\"").field()).isEqualTo("expiresAt");
        assertThat(post(",\"targetInstances\":[\"\\u0001\"]").field()).isEqualTo("targetInstances");
        RestServer.Reply large = post(",\"eventData\":{\"a\":\"" + "x".repeat(66_000) + "\"}");
        assertThat(large.code()).isEqualTo("too_large");
        assertThat(large.field()).isEqualTo("eventData");
        assertThat(rest.get(EVENTS + "/pending").field()).isEqualTo("userId");
        assertThat(rest.get(EVENTS + "/pending?userId=alice&instanceId=%01").field())
                .isEqualTo("instanceId");
        assertThat(rest.get(EVENTS + "/no-id?userId=alice").code()).isEqualTo("not_found");
        assertThat(pending("phone")).isEmpty();
    }

    @Test
    void eventsAreTheirUsersAlone() {
        String event = posted("");
        String bobs = rest.key(Role.WRITE, Fixtures.only(OwnerKind.USER, "bob"), null);
        String bots = rest.key(Role.WRITE, Fixtures.only(OwnerKind.AGENT, "bot"), null);

        for (String key : List.of(bobs, bots)) {
            assertThat(rest.send(key, "GET", EVENTS + "/pending?userId=alice", null)
                            .code())
                    .isEqualTo("not_allowed");
            assertThat(rest.send(key, "GET", EVENTS + "/" + event + "?userId=alice", null)
                            .code())
                    .isEqualTo("not_allowed");
            assertThat(rest.send(key, "POST", EVENTS + "/" + event + "/processed", "{\"userId\":\"alice\"}")
                            .code())
                    .isEqualTo("not_allowed");
        }
        assertThat(rest.send(bobs, "GET", EVENTS + "/" + event + "?userId=bob", null)
                        .code())
                .isEqualTo("not_found");
        assertThat(rest.send(bobs, "POST", EVENTS + "/" + event + "/processed", "{\"userId\":\"bob\"}")
                        .code())
                .isEqualTo("not_found");
        assertThat(pending("phone")).containsExactly(event);
    }
}
