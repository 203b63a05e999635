package dev.mneme.api.mem0;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Dialect;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Route;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.util.List;

/// Routes that mem0 has and Mneme does not. Each answers 404 and says why, so that no client waits in vain.
final class AbsentRoutes {
    private static final String PROFILES = "This server makes no profiles: they take a language model.";
    private static final String ACCOUNTS =
            "This server has no accounts to sign in to: send an API key (X-API-Key, or Authorization: Token …).";
    private static final String CONFIGURED =
            "This server is configured by mneme.yaml, environment and flags, not over the network.";
    private static final String LOG = "This server keeps no log of requests to read here: see /metrics and its log.";
    private static final String INSTRUCTIONS = "No language model is configured that could write instructions.";

    List<Route> routes() {
        return List.of(
                absent(
                        Route.get("/v2/entities/{entity_type}/{entity_id}/profile/")
                                .path(
                                        Parameter.string("entity_type", "user").withSlashes(),
                                        Parameter.string("entity_id", "the entity")
                                                .withSlashes()),
                        "mem0Profile",
                        PROFILES),
                absent(Route.get("/v2/profiles/settings/"), "mem0ProfileSettings", PROFILES),
                absent(Route.post("/v2/profiles/settings/").access(Access.READ), "mem0SetProfileSettings", PROFILES),
                absent(Route.post("/v2/profiles/jobs/").access(Access.READ), "mem0ProfileJobs", PROFILES),
                absent(
                        Route.get("/v2/profiles/jobs/{job_id}/")
                                .path(Parameter.string("job_id", "the job").withSlashes()),
                        "mem0ProfileJob",
                        PROFILES),
                absent(Route.get("/configure"), "mem0Configuration", CONFIGURED),
                absent(Route.post("/configure").access(Access.READ), "mem0Configure", CONFIGURED),
                absent(Route.get("/configure/providers"), "mem0Providers", CONFIGURED),
                absent(Route.get("/requests"), "mem0Requests", LOG),
                absent(Route.post("/generate-instructions").access(Access.READ), "mem0Instructions", INSTRUCTIONS),
                absent(Route.post("/auth/register").access(Access.OPEN), "mem0Register", ACCOUNTS),
                absent(Route.post("/auth/login").access(Access.OPEN), "mem0Login", ACCOUNTS),
                absent(Route.post("/auth/refresh").access(Access.OPEN), "mem0Refresh", ACCOUNTS),
                absent(Route.get("/auth/me").access(Access.OPEN), "mem0Me", ACCOUNTS),
                absent(Route.patch("/auth/me").access(Access.OPEN), "mem0ChangeMe", ACCOUNTS),
                absent(Route.post("/auth/change-password").access(Access.OPEN), "mem0ChangePassword", ACCOUNTS),
                absent(Route.post("/auth/onboarding-complete").access(Access.OPEN), "mem0Onboarded", ACCOUNTS));
    }

    private static Route absent(Route.Builder route, String id, String why) {
        return route.in(Dialect.MEM0).named(id, Mem0Api.TAG, why).by(request -> {
            throw new MnemeException(ErrorCode.NOT_FOUND, why);
        });
    }
}
