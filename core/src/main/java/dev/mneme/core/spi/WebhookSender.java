package dev.mneme.core.spi;

import dev.mneme.core.model.Webhook;
import java.io.IOException;
import java.time.Instant;

/// Carries one delivery to a webhook's address.
///
/// **Threads**: any number may call. A call blocks for seconds at most.
public interface WebhookSender {
    /// Sends a body, signed with the webhook's secret.
    ///
    /// @param deliveryId the same for every attempt
    /// @param at the time of this attempt
    /// @return the HTTP status of the answer
    /// @throws IOException when there is no answer, or the address may not be called
    int send(Webhook webhook, String deliveryId, Instant at, byte[] body) throws IOException;
}
