package dev.mneme.api.mem0;

import dev.mneme.core.access.KeyService;
import dev.mneme.core.extraction.ExtractionService;
import dev.mneme.core.extraction.ProjectService;
import dev.mneme.core.memory.FeedbackService;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.transfer.MemoryExportService;
import dev.mneme.core.webhook.WebhookService;
import java.time.Duration;

/// What the mem0 door needs.
///
/// @param extractionWait how long an add waits for its result, if the client asks for it
public record Mem0Ports(
        MemoryService memories,
        ExtractionService extractions,
        Duration extractionWait,
        FeedbackService feedback,
        ProjectService projects,
        WebhookService webhooks,
        MemoryExportService exports,
        KeyService keys) {}
