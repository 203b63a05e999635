package dev.mneme.core.webhook;

import dev.mneme.core.model.WebhookDelivery;
import java.util.ArrayList;
import java.util.List;

/// How far a webhook has come.
///
/// @param version of the document that keeps it
/// @param cursor of the operator's feed: changes after it are still to be sent
/// @param deliveries the latest, newest first
record WebhookProgress(long version, String cursor, List<WebhookDelivery> deliveries) {
    static final int MAX_DELIVERIES = 100;

    WebhookProgress {
        deliveries = List.copyOf(deliveries);
    }

    WebhookProgress at(String next) {
        return new WebhookProgress(version, next, deliveries);
    }

    WebhookProgress saved() {
        return new WebhookProgress(version + 1, cursor, deliveries);
    }

    /// With a delivery as it is now, in the place of its former state.
    WebhookProgress with(WebhookDelivery delivery) {
        List<WebhookDelivery> all = new ArrayList<>(List.of(delivery));
        deliveries.stream()
                .filter(other -> !other.id().equals(delivery.id()))
                .limit(MAX_DELIVERIES - 1L)
                .forEach(all::add);
        return new WebhookProgress(version, cursor, all);
    }
}
