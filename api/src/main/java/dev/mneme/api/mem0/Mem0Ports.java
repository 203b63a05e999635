package dev.mneme.api.mem0;

import dev.mneme.core.service.FeedbackService;
import dev.mneme.core.service.KeyService;
import dev.mneme.core.service.MemoryExportService;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ProjectService;
import dev.mneme.core.service.WebhookService;

/// What the mem0 door stands on.
public record Mem0Ports(
        MemoryService memories,
        FeedbackService feedback,
        ProjectService projects,
        WebhookService webhooks,
        MemoryExportService exports,
        KeyService keys) {}
