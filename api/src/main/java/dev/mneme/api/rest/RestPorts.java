package dev.mneme.api.rest;

import dev.mneme.api.http.Handler;
import dev.mneme.core.access.KeyService;
import dev.mneme.core.audit.ResponseService;
import dev.mneme.core.conflict.ConflictService;
import dev.mneme.core.context.ContextService;
import dev.mneme.core.feed.ChangeFeed;
import dev.mneme.core.memory.MemoryService;
import dev.mneme.core.memory.OwnerService;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.operate.BackupService;
import dev.mneme.core.operate.IntegrityService;
import dev.mneme.core.spi.StoreStatus;
import dev.mneme.core.sync.DistributedService;
import dev.mneme.core.sync.SyncEventService;
import dev.mneme.core.transfer.RecordExportService;
import dev.mneme.core.transfer.RecordImportService;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the REST door needs.
///
/// @param changeStream answers `/api/v1/changes` where `text/event-stream` is accepted; null: JSON only. It reads its
///     request with [ChangesQuery]
/// @param metrics the text of `/metrics`, in Prometheus' format
public record RestPorts(
        MemoryService memories,
        ContextService contexts,
        ResponseService responses,
        SyncEventService syncEvents,
        ConflictService conflicts,
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
