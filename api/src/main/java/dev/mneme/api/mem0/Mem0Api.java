package dev.mneme.api.mem0;

import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import java.util.ArrayList;
import java.util.List;

/// The mem0 door: the routes of mem0's platform and of its own server. They are not in `/openapi.json`, which is the
/// contract of Mneme's own interface: docs/adr/0012.
public final class Mem0Api {
    static final Tag TAG = new Tag("mem0", "What programs that speak mem0's API call");

    /// There is one organisation, with one project.
    static final String ORGANIZATION = "default";

    static final String PROJECT = "default";

    private Mem0Api() {}

    /// Every route of the door.
    public static List<Route> routes(Mem0Ports ports) {
        RecentEvents events = new RecentEvents();
        List<Route> routes = new ArrayList<>();
        routes.addAll(new PingRoutes().routes());
        routes.addAll(new AddRoutes(
                        ports.memories(),
                        events,
                        new InferredAdds(ports.memories(), ports.extractions(), ports.extractionWait()))
                .routes());
        routes.addAll(new SearchRoutes(ports.memories()).routes());
        routes.addAll(new ListRoutes(ports.memories()).routes());
        routes.addAll(new ItemRoutes(ports.memories(), events).routes());
        routes.addAll(new BatchRoutes(ports.memories()).routes());
        routes.addAll(new EntityRoutes(ports.memories(), events).routes());
        routes.addAll(new EventRoutes(ports.memories(), ports.extractions(), events).routes());
        routes.addAll(new FeedbackRoutes(ports.feedback()).routes());
        routes.addAll(new StatsRoutes(ports.memories(), ports.projects()).routes());
        routes.addAll(new ProjectRoutes(ports.projects()).routes());
        routes.addAll(new WebhookRoutes(ports.webhooks()).routes());
        routes.addAll(new ExportRoutes(ports.memories(), ports.exports()).routes());
        routes.addAll(new ServerRoutes(ports.memories(), ports.keys()).routes());
        routes.addAll(new AbsentRoutes().routes());
        return List.copyOf(routes);
    }
}
