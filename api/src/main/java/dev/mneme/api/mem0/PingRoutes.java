package dev.mneme.api.mem0;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.wire.mem0.Ping;
import java.util.List;

/// `/v1/ping/`, which every client asks first.
final class PingRoutes {
    List<Route> routes() {
        return List.of(Route.get("/v1/ping/")
                .in(Dialect.MEM0)
                .named("mem0Ping", Mem0Api.TAG, "Whether the key is known")
                .by(PingRoutes::ping));
    }

    private static Answer ping(Request request) {
        String key = request.caller().key().id();
        return Answer.json(200, new Ping("ok", Mem0Api.ORGANIZATION, Mem0Api.PROJECT, "key-" + key));
    }
}
