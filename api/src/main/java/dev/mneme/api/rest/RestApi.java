package dev.mneme.api.rest;

import dev.mneme.api.http.Route;
import java.util.ArrayList;
import java.util.List;

/// The REST door: its routes, and the pages that describe them.
public final class RestApi {
    private RestApi() {}

    /// Every route of the door.
    ///
    /// @param metricsOpen whether `/metrics` is answered without a key; with a key any role will do
    public static List<Route> routes(RestPorts ports, boolean metricsOpen) {
        List<Route> routes = new ArrayList<>();
        routes.addAll(new MemoryRoutes(ports.memories()).routes());
        routes.addAll(new ContextRoutes(ports.contexts()).routes());
        routes.addAll(new EntityRoutes(ports.memories()).routes());
        routes.addAll(new ChangeRoutes(ports.feed(), ports.changeStream()).routes());
        routes.addAll(new ResponseRoutes(ports.responses()).routes());
        routes.addAll(new SyncEventRoutes(ports.syncEvents()).routes());
        routes.addAll(new ConflictRoutes(ports.conflicts()).routes());
        routes.addAll(new DistributedRoutes(ports.distributed(), ports.responses(), ports.facts()).routes());
        routes.addAll(new ModeRoutes(ports.modes()).routes());
        routes.addAll(new OwnerRoutes(ports.owners()).routes());
        routes.addAll(new TransferRoutes(ports.exports(), ports.imports()).routes());
        routes.addAll(new KeyRoutes(ports.keys()).routes());
        routes.addAll(new IntegrityRoutes(ports.integrity()).routes());
        routes.addAll(new BackupRoutes(ports.backups()).routes());
        routes.addAll(new OpsRoutes(ports, metricsOpen).routes());
        routes.addAll(new Pages(routes, ports.facts().version()).routes());
        return List.copyOf(routes);
    }
}
