package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.json.JsonWriter;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Webhook;
import dev.mneme.core.model.WebhookDelivery;
import dev.mneme.core.webhook.WebhookService;
import dev.mneme.core.webhook.WebhookService.Wanted;
import dev.mneme.wire.mem0.AddResult;
import dev.mneme.wire.mem0.Done;
import dev.mneme.wire.mem0.WebhookDeliveryItem;
import dev.mneme.wire.mem0.WebhookItem;
import dev.mneme.wire.mem0.WebhookPayload;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `/api/v1/webhooks/…`, and the bodies that webhooks are sent.
public final class WebhookRoutes {
    private static final String OF_PROJECT = "/api/v1/webhooks/projects/{project_id}/";
    private static final String ONE = "/api/v1/webhooks/{webhook_id}/";
    private static final Parameter WEBHOOK_ID =
            Parameter.string("webhook_id", "the webhook").withSlashes();

    private final WebhookService webhooks;

    WebhookRoutes(WebhookService webhooks) {
        this.webhooks = webhooks;
    }

    List<Route> routes() {
        return List.of(
                Route.get(OF_PROJECT)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0Webhooks", Mem0Api.TAG, "List webhooks")
                        .path(ProjectRoutes.PROJECT)
                        .by(this::list),
                Route.post(OF_PROJECT)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0CreateWebhook", Mem0Api.TAG, "Make a webhook")
                        .path(ProjectRoutes.PROJECT)
                        .by(this::create),
                Route.put(ONE)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0UpdateWebhook", Mem0Api.TAG, "Change a webhook")
                        .path(WEBHOOK_ID)
                        .by(this::update),
                Route.delete(ONE)
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0DeleteWebhook", Mem0Api.TAG, "Delete a webhook")
                        .path(WEBHOOK_ID)
                        .by(this::delete),
                Route.get(ONE + "deliveries/")
                        .in(Dialect.MEM0)
                        .access(Access.ADMIN)
                        .named("mem0WebhookDeliveries", Mem0Api.TAG, "A webhook's latest deliveries")
                        .path(WEBHOOK_ID)
                        .by(this::deliveries));
    }

    private Answer list(Request request) {
        ProjectRoutes.requireOnly(request);
        return Answer.json(
                200,
                webhooks.list(request.caller()).stream()
                        .map(webhook -> item(webhook, null))
                        .toList());
    }

    private Answer create(Request request) {
        ProjectRoutes.requireOnly(request);
        Body body = Body.of(request);
        body.needed("url");
        body.needed("name");
        Webhook made = webhooks.create(request.caller(), wanted(body));
        return Answer.json(201, item(made, made.secret()));
    }

    private Answer update(Request request) {
        webhooks.update(request.caller(), request.path(WEBHOOK_ID.name()), wanted(Body.of(request)));
        return Answer.json(200, new Done("Webhook updated successfully"));
    }

    private Answer delete(Request request) {
        webhooks.delete(request.caller(), request.path(WEBHOOK_ID.name()));
        return Answer.json(200, new Done("Webhook deleted successfully"));
    }

    private Answer deliveries(Request request) {
        return Answer.json(
                200,
                webhooks.deliveries(request.caller(), request.path(WEBHOOK_ID.name())).stream()
                        .map(WebhookRoutes::delivery)
                        .toList());
    }

    private static Wanted wanted(Body body) {
        return new Wanted(
                body.text("name"),
                body.text("url"),
                body.get("event_types") == null ? null : events(body.strings("event_types")),
                body.get("is_active") == null ? null : body.flag("is_active", true));
    }

    /// The changes that the names stand for. Memories are never categorised afterwards, so `memory_categorize` alone
    /// would never send anything.
    private static Set<ChangeType> events(List<String> names) {
        Set<ChangeType> events = EnumSet.noneOf(ChangeType.class);
        for (String name : names) {
            switch (name) {
                case "memory_add" -> events.add(ChangeType.MEMORY_ADDED);
                case "memory_update" -> events.add(ChangeType.MEMORY_UPDATED);
                case "memory_delete" -> events.add(ChangeType.MEMORY_DELETED);
                case "memory_categorize" -> {}
                default ->
                    throw Body.wrong(
                            "event_types", "must be of memory_add, memory_update, memory_delete, memory_categorize.");
            }
        }
        return events;
    }

    private static String event(ChangeType type) {
        return switch (type) {
            case MEMORY_ADDED -> "memory_add";
            case MEMORY_UPDATED -> "memory_update";
            case MEMORY_DELETED -> "memory_delete";
            default -> throw new IllegalArgumentException("no webhook is told of " + type);
        };
    }

    private static WebhookItem item(Webhook webhook, @Nullable String secret) {
        return new WebhookItem(
                webhook.id(),
                webhook.name(),
                webhook.url().toString(),
                webhook.events().stream().sorted().map(WebhookRoutes::event).toList(),
                Mem0Api.ORGANIZATION,
                webhook.active(),
                Mem0Api.PROJECT,
                secret,
                Times.format(webhook.createdAt()),
                Times.format(webhook.updatedAt()));
    }

    private static WebhookDeliveryItem delivery(WebhookDelivery delivery) {
        return new WebhookDeliveryItem(
                delivery.id(),
                event(delivery.event()),
                delivery.memoryId(),
                delivery.state().name().toLowerCase(Locale.ROOT),
                delivery.attempts(),
                delivery.status() == 0 ? null : delivery.status(),
                delivery.error(),
                Times.format(delivery.at()));
    }

    /// The body that a webhook is sent for a change of a memory.
    public static byte[] payload(Change change) {
        Memory memory = change.memory();
        String event = switch (change.type()) {
            case MEMORY_ADDED -> "ADD";
            case MEMORY_UPDATED -> "UPDATE";
            case MEMORY_DELETED -> "DELETE";
            default -> throw new IllegalArgumentException("no webhook is told of " + change.type());
        };
        return JsonWriter.bytes(new WebhookPayload(new WebhookPayload.Details(
                change.key(),
                new AddResult.Data(memory == null ? null : memory.text()),
                event,
                memory == null ? null : memory.scope().userId(),
                memory == null ? null : memory.scope().agentId(),
                memory == null ? null : memory.scope().appId(),
                memory == null ? null : memory.scope().runId(),
                Times.format(change.at()))));
    }
}
