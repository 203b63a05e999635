package dev.mneme.server;

import dev.mneme.api.rest.Health;
import dev.mneme.core.spi.Integrity;
import dev.mneme.core.spi.Store;
import dev.mneme.core.spi.StoreStatus;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// The state of the server's parts. The server is alive unless a shard has stopped. It is ready if it also accepts
/// writes, the embedder is there, and the index is complete.
record ServerHealth(Store store, boolean embedderLoaded, InstantSource clock) implements Health {
    private static final Duration CLOCK_AHEAD = Duration.ofMinutes(1);

    @Override
    public Map<String, Part> live() {
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("shards", shards(store.status()));
        return parts;
    }

    @Override
    public Map<String, Part> ready() {
        StoreStatus status = store.status();
        Map<String, Part> parts = new LinkedHashMap<>();
        parts.put("log", log(status));
        parts.put("shards", shards(status));
        parts.put("index", index(status));
        parts.put("embedder", new Part(embedderLoaded, embedderLoaded ? "loaded" : "not loaded"));
        parts.put("integrity", integrity(store.integrity().report()));
        parts.put("clock", clock(status));
        return parts;
    }

    private static Part log(StoreStatus status) {
        return switch (status.log()) {
            case OK -> new Part(true, "ok");
            case STORAGE_FULL -> new Part(false, "the disk is full: make room; reads go on");
            case LOG_FAILED -> new Part(false, "an fsync failed: restart the server; reads go on");
        };
    }

    private static Part shards(StoreStatus status) {
        return status.shards().stream()
                .filter(shard -> !shard.error().isEmpty())
                .findFirst()
                // the reason itself may name files, and anybody may ask
                .map(shard -> new Part(false, "shard " + shard.name() + " has stopped: the server's log says why"))
                .orElse(new Part(
                        true, status.shards().size() - 1 + " of owners' data and the system's own are running"));
    }

    /// Damage to one owner's data does not keep the others from being served, so it is no reason to send requests
    /// elsewhere.
    static Part integrity(Integrity.Report report) {
        String sofar = report.complete()
                ? ""
                : " so far, with " + report.checkedOwners() + " of " + report.owners() + " owners checked";
        String found = report.problems().isEmpty()
                ? "nothing was found changed" + sofar
                : report.problems().size()
                        + " problems: some owners are refused, and left out of lists and feeds; see mneme integrity";
        boolean uncertain = report.evidence().lastStop() == Integrity.LastStop.UNCERTAIN;
        return new Part(true, found + (uncertain ? "; the last stop left something unknown" : ""));
    }

    private Part clock(StoreStatus status) {
        Duration ahead = Duration.between(clock.instant(), status.latest());
        return new Part(
                true,
                ahead.compareTo(CLOCK_AHEAD) > 0
                        ? "it was wrong: writes are stamped " + ahead + " ahead of it"
                        : "as the writes' times");
    }

    private static Part index(StoreStatus status) {
        return status.indexBacklog() == 0
                ? new Part(true, "whole")
                : new Part(false, "being rebuilt: " + status.indexBacklog() + " owners to go; searches work meanwhile");
    }
}
