package dev.mneme.api.rest;

import dev.mneme.api.http.Handler;
import dev.mneme.core.service.BackupService;
import dev.mneme.core.service.ChangeFeed;
import dev.mneme.core.service.ContextService;
import dev.mneme.core.service.DistributedService;
import dev.mneme.core.service.IntegrityService;
import dev.mneme.core.service.KeyService;
import dev.mneme.core.service.MemoryService;
import dev.mneme.core.service.ModeService;
import dev.mneme.core.service.OwnerService;
import dev.mneme.core.service.RecordExportService;
import dev.mneme.core.service.RecordImportService;
import dev.mneme.core.service.ResponseService;
import dev.mneme.core.service.SyncEventService;
import dev.mneme.core.spi.StoreStatus;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the REST door stands on.
///
/// @param changeStream answers `/api/v1/changes` where `text/event-stream` is accepted; null: JSON alone. It
///     reads its request with [ChangesQuery]
/// @param metrics what `/metrics` says, in Prometheus' text format
public record RestPorts(
        MemoryService memories,
        ContextService contexts,
        ResponseService responses,
        SyncEventService syncEvents,
        DistributedService distributed,
        ModeService modes,
        OwnerService owners,
        RecordExportService exports,
        RecordImportService imports,
        KeyService keys,
        IntegrityService integrity,
        ChangeFeed feed,
        BackupService backups,
        @Nullable Handler changeStream,
        Supplier<StoreStatus> storeStatus,
        ServerFacts facts,
        Health health,
        Supplier<String> metrics,
        InstantSource clock) {}
