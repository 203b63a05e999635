package dev.mneme.api.mem0;

import dev.mneme.core.service.ExtractionService;
import dev.mneme.core.service.FeedbackService;
import dev.mneme.core.service.KeyService;
import dev.mneme.core.service.MemoryExportService;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ProjectService;
import dev.mneme.core.service.WebhookService;
import java.time.Duration;

/// What the mem0 door stands on.
///
/// @param extractionWait how long an add that asks for its result waits for it
public record Mem0Ports(
        MemoryService memories,
        ExtractionService extractions,
        Duration extractionWait,
        FeedbackService feedback,
        ProjectService projects,
        WebhookService webhooks,
        MemoryExportService exports,
        KeyService keys) {}
