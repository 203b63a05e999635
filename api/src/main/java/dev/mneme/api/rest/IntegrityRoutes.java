package dev.mneme.api.rest;

import dev.mneme.api.http.Access;
import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.operate.IntegrityService;
import dev.mneme.core.spi.Integrity;
import dev.mneme.wire.AcceptanceRequest;
import dev.mneme.wire.Accepted;
import dev.mneme.wire.IntegrityReport;
import dev.mneme.wire.Verified;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// `/api/v1/integrity`: shows an operator which data were changed from outside, and lets the operator accept them.
final class IntegrityRoutes {
    private static final String INTEGRITY = "/api/v1/integrity";
    private static final Tag TAG = new Tag("integrity", "Tamper evidence, for admin keys without restrictions");

    private final IntegrityService integrity;

    IntegrityRoutes(IntegrityService integrity) {
        this.integrity = integrity;
    }

    List<Route> routes() {
        return List.of(
                Route.get(INTEGRITY)
                        .access(Access.ADMIN)
                        .named("getIntegrity", TAG, "What was found since the start")
                        .gives(Reply.json(200, IntegrityReport.class, "what was found"))
                        .by(this::report),
                Route.post(INTEGRITY + "/verify")
                        .access(Access.ADMIN)
                        .named("verifyIntegrity", TAG, "Read every stored row again: takes as long as that takes")
                        .gives(Reply.json(200, Verified.class, "all was read"))
                        .by(request -> Answer.json(200, new Verified(integrity.verify(request.caller())))),
                Route.post(INTEGRITY + "/accept")
                        .access(Access.ADMIN)
                        .named("acceptIntegrity", TAG, "Take an owner's data, or the API keys, as they are now")
                        .takes(AcceptanceRequest.class)
                        .gives(Reply.json(200, Accepted.class, "it is served again"))
                        .by(this::accept));
    }

    private Answer report(Request request) {
        Integrity.Report report = integrity.report(request.caller());
        Integrity.Evidence evidence = report.evidence();
        return Answer.json(
                200,
                new IntegrityReport(
                        report.checkedOwners(),
                        report.owners(),
                        report.complete(),
                        report.problems(),
                        report.unknown(),
                        key(evidence),
                        evidence.anchored(),
                        lastStop(evidence),
                        evidence.uncertainStops()));
    }

    static String key(Integrity.Evidence evidence) {
        return evidence.keyWithData() ? "with_data" : "elsewhere";
    }

    static String lastStop(Integrity.Evidence evidence) {
        return evidence.lastStop().name().toLowerCase(Locale.ROOT);
    }

    private Answer accept(Request request) {
        AcceptanceRequest asked = request.json(AcceptanceRequest.class);
        boolean keys = Boolean.TRUE.equals(asked.keys());
        AcceptanceRequest.Whose owner = asked.owner();
        integrity.accept(
                request.caller(),
                owner == null ? null : new Owner(Owner.DEFAULT_PROJECT, kind(owner.kind()), owner.id()),
                keys);
        return Answer.json(200, new Accepted("ACCEPT"));
    }

    private static OwnerKind kind(String name) {
        return Arrays.stream(OwnerKind.values())
                .filter(kind -> kind.wireName().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new MnemeException(ErrorCode.INVALID_REQUEST, "owner.kind must be user, agent, app or run."));
    }
}
