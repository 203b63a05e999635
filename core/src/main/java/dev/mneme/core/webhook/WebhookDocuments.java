package dev.mneme.core.webhook;

import dev.mneme.core.command.Command;
import dev.mneme.core.document.ServerDocuments;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Document;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.model.WebhookDelivery;
import dev.mneme.core.spi.Store;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Keeps webhooks, and how far each has come, as documents of the server.
final class WebhookDocuments {
    private final ServerDocuments webhooks;
    private final ServerDocuments progress;

    WebhookDocuments(Store store) {
        this.webhooks = new ServerDocuments(store, "webhooks");
        this.progress = new ServerDocuments(store, "webhook-progress");
    }

    List<Webhook> webhooks() {
        return webhooks.all().stream().map(WebhookDocuments::webhook).toList();
    }

    void put(Provenance by, Webhook webhook) {
        webhooks.put(by, webhook.id(), json(webhook), Command.ANY_VERSION);
    }

    /// Stores from where a webhook is to be sent changes, before the webhook exists.
    void begin(Provenance by, String id, String cursor) {
        put(by, id, new WebhookProgress(0, cursor, List.of()));
    }

    void delete(Provenance by, String id) {
        webhooks.delete(by, id);
        progress.delete(by, id);
    }

    Optional<WebhookProgress> progress(String id) {
        return progress.find(id).map(WebhookDocuments::progress);
    }

    /// @throws dev.mneme.core.model.MnemeException `version_conflict` when the webhook has been removed meanwhile
    void put(Provenance by, String id, WebhookProgress now) {
        progress.put(by, id, json(now), now.version());
    }

    private static JsonObject json(Webhook webhook) {
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("name", new JsonString(webhook.name()));
        data.put("url", new JsonString(webhook.url().toString()));
        data.put(
                "events",
                new JsonArray(webhook.events().stream()
                        .sorted()
                        .<Json>map(event -> new JsonString(event.wireName()))
                        .toList()));
        data.put("active", new JsonBoolean(webhook.active()));
        data.put("secret", new JsonString(webhook.secret()));
        data.put("createdAt", time(webhook.createdAt()));
        return new JsonObject(data);
    }

    private static Webhook webhook(Document document) {
        JsonObject data = document.data();
        Set<ChangeType> events = EnumSet.noneOf(ChangeType.class);
        if (data.members().get("events") instanceof JsonArray(List<Json> names)) {
            names.forEach(name -> events.add(event(name)));
        }
        return new Webhook(
                document.id(),
                text(data, "name"),
                URI.create(text(data, "url")),
                events,
                new JsonBoolean(true).equals(data.members().get("active")),
                text(data, "secret"),
                Instant.parse(text(data, "createdAt")),
                document.updatedAt());
    }

    private static JsonObject json(WebhookProgress progress) {
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("cursor", new JsonString(progress.cursor()));
        data.put(
                "deliveries",
                new JsonArray(progress.deliveries().stream()
                        .<Json>map(WebhookDocuments::json)
                        .toList()));
        return new JsonObject(data);
    }

    private static WebhookProgress progress(Document document) {
        JsonObject data = document.data();
        return new WebhookProgress(
                document.version(),
                text(data, "cursor"),
                data.members().get("deliveries") instanceof JsonArray(List<Json> items)
                        ? items.stream()
                                .map(item -> delivery((JsonObject) item))
                                .toList()
                        : List.of());
    }

    private static JsonObject json(WebhookDelivery delivery) {
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("id", new JsonString(delivery.id()));
        data.put("event", new JsonString(delivery.event().wireName()));
        data.put("memoryId", nullable(delivery.memoryId()));
        data.put("at", time(delivery.at()));
        data.put("attempts", number(delivery.attempts()));
        data.put("state", new JsonString(delivery.state().name()));
        data.put("status", number(delivery.status()));
        data.put("error", nullable(delivery.error()));
        return new JsonObject(data);
    }

    private static WebhookDelivery delivery(JsonObject data) {
        return new WebhookDelivery(
                text(data, "id"),
                event(data.members().get("event")),
                nullable(data, "memoryId"),
                Instant.parse(text(data, "at")),
                integer(data, "attempts"),
                WebhookDelivery.State.valueOf(text(data, "state")),
                integer(data, "status"),
                nullable(data, "error"));
    }

    private static ChangeType event(@Nullable Json name) {
        for (ChangeType type : WebhookService.EVENTS) {
            if (new JsonString(type.wireName()).equals(name)) {
                return type;
            }
        }
        throw new IllegalStateException("a webhook's event is not known");
    }

    private static Json time(Instant at) {
        return new JsonString(Times.format(at));
    }

    private static Json number(int value) {
        return new JsonNumber(BigDecimal.valueOf(value));
    }

    private static Json nullable(@Nullable String text) {
        return text == null ? new JsonNull() : new JsonString(text);
    }

    private static String text(JsonObject data, String name) {
        String text = nullable(data, name);
        if (text == null) {
            throw new IllegalStateException("a webhook's document lacks " + name);
        }
        return text;
    }

    private static @Nullable String nullable(JsonObject data, String name) {
        return data.members().get(name) instanceof JsonString(String text) ? text : null;
    }

    private static int integer(JsonObject data, String name) {
        return data.members().get(name) instanceof JsonNumber(BigDecimal value) ? value.intValue() : 0;
    }
}
