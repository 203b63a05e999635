package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.core.memory.OwnerService;
import dev.mneme.core.memory.OwnerService.Summary;
import dev.mneme.core.model.At;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerCounts;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.wire.OwnerResource;
import java.util.Arrays;
import java.util.List;

/// `/api/v1/owners`: what there is of one owner.
final class OwnerRoutes {
    private static final Tag TAG = new Tag("owners", "What there is of one owner");
    private static final Parameter KIND = Parameter.string(
                    "kind", "the highest scope id that the owner's memories carry")
            .oneOf("user", "agent", "app", "run");
    private static final Parameter ID = Parameter.string("id", "the owner's id")
            .between(1, ScopeIds.MAX_ID_LENGTH)
            .withSlashes()
            .example("alice");

    private final OwnerService owners;

    OwnerRoutes(OwnerService owners) {
        this.owners = owners;
    }

    List<Route> routes() {
        return List.of(Route.get("/api/v1/owners/{kind}/{id}")
                .named("getOwner", TAG, "Count what there is of an owner, and say where its changes stand")
                .path(KIND, ID)
                .headers(Freshness.HEADERS)
                .gives(Reply.json(200, OwnerResource.class, "the counts; all zero for an owner never written to")
                        .with(Freshness.POSITION))
                .errors(POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION)
                .by(this::get));
    }

    private Answer get(Request request) {
        OwnerKind kind = kind(request.path(KIND.name()));
        Owner owner = new Owner(Owner.DEFAULT_PROJECT, kind, request.path(ID.name()));
        At<Summary> found = owners.summary(request.caller(), owner, Freshness.of(request));
        String position = found.position().toString();
        return Answer.json(200, resource(owner, found.value(), position)).with(Freshness.POSITION.name(), position);
    }

    private static OwnerKind kind(String wireName) {
        return Arrays.stream(OwnerKind.values())
                .filter(kind -> kind.wireName().equals(wireName))
                .findFirst()
                .orElseThrow(() -> MnemeException.invalid(KIND.name(), "kind must be user, agent, app or run."));
    }

    private static OwnerResource resource(Owner owner, Summary summary, String position) {
        OwnerCounts counts = summary.counts();
        boolean whole = summary.whole();
        return new OwnerResource(
                owner.kind().wireName(),
                owner.id(),
                position,
                counts.memories(),
                whole ? counts.contexts() : null,
                whole ? counts.modes() : null,
                whole ? counts.transitions() : null,
                whole ? counts.responses() : null,
                whole ? counts.syncEvents() : null,
                whole ? counts.changes() : null);
    }
}
