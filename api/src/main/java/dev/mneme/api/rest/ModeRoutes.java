package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.NOT_FOUND;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;
import static dev.mneme.core.model.ErrorCode.VERSION_CONFLICT;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ModeMapping;
import dev.mneme.api.request.ModeSwitches;
import dev.mneme.core.command.Written;
import dev.mneme.core.mode.ModeService;
import dev.mneme.core.mode.ModeUsage;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.ScopeIds;
import dev.mneme.core.model.Subject;
import dev.mneme.core.model.Times;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import dev.mneme.wire.ModeList;
import dev.mneme.wire.ModePatchRequest;
import dev.mneme.wire.ModeResource;
import dev.mneme.wire.ModeSwitchRequest;
import dev.mneme.wire.ModeUsageAnswer;
import dev.mneme.wire.ModeWritten;
import dev.mneme.wire.TransitionList;
import dev.mneme.wire.TransitionResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/api/v1/modes` and `/api/v1/transitions`: the modes of a user's instances, and their history.
final class ModeRoutes {
    private static final String MODES = "/api/v1/modes";
    private static final String MODE = MODES + "/{instanceId}";
    private static final Tag TAG = new Tag("modes", "How a user's instances work: with local AI, external AI, or both");
    private static final String[] NAMES = {"inspired", "didactic", "parallel"};
    private static final Parameter PATH =
            Parameter.string("instanceId", "the instance's name").example("desk");
    private static final Parameter INSTANCE =
            Parameter.string("instanceId", "of this instance").between(1, ScopeIds.MAX_ID_LENGTH);
    private static final Parameter TO =
            Parameter.string("toMode", "to this mode").oneOf(NAMES);
    private static final Parameter SUCCESS =
            Parameter.string("success", "only what succeeded, or what failed").oneOf("true", "false");
    private static final Parameter SINCE =
            Parameter.string("since", "from then on: ISO-8601").example("2026-01-31T00:00:00Z");
    private static final Parameter UNTIL = Parameter.string("until", "before then: ISO-8601; left out: until now")
            .example("2026-02-28T00:00:00Z");
    private static final Parameter[] OF_WRITES = {Freshness.POSITION, Headers.REPLAYED, ExpectedVersion.ETAG};
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final ModeService modes;

    ModeRoutes(ModeService modes) {
        this.modes = modes;
    }

    List<Route> routes() {
        return List.of(
                Route.post(MODES + "/switch")
                        .named("switchMode", TAG, "Switch an instance's mode, or record that it failed to")
                        .takes(ModeSwitchRequest.class)
                        .headers(ExpectedVersion.IF_MATCH)
                        .gives(Reply.json(200, ModeWritten.class, "it is switched, or the attempt is recorded")
                                .with(OF_WRITES))
                        .errors(VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::change),
                Route.get(MODES)
                        .named("listModes", TAG, "Read the modes of a user's instances, and the user's as a whole")
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ModeList.class, "every instance's")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::list),
                Route.get(MODES + "/usage")
                        .named("modeUsage", TAG, "Read how long which mode was on")
                        .query(Users.USER, SINCE, UNTIL)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ModeUsageAnswer.class, "of the user and of each instance"))
                        .errors(OF_READS)
                        .by(this::usage),
                Route.get(MODE)
                        .named("getMode", TAG, "Read one instance's mode")
                        .path(PATH)
                        .query(Users.USER)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ModeResource.class, "the mode; its version is the ETag")
                                .with(Freshness.POSITION, ExpectedVersion.ETAG))
                        .errors(OF_READS)
                        .errors(NOT_FOUND)
                        .by(this::get),
                Route.patch(MODE)
                        .named("configureMode", TAG, "Change a mode's configuration without a switch")
                        .path(PATH)
                        .query(Users.USER)
                        .takes(ModePatchRequest.class)
                        .headers(ExpectedVersion.IF_MATCH)
                        .gives(Reply.json(200, ModeWritten.class, "it is configured")
                                .with(OF_WRITES))
                        .errors(NOT_FOUND, VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::configure),
                Route.get("/api/v1/transitions")
                        .named("listTransitions", TAG, "List changes of mode, newest first")
                        .query(Users.USER, INSTANCE, TO, SUCCESS, SINCE, UNTIL, Paging.LIMIT, Paging.CURSOR)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, TransitionList.class, "a page").with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::transitions));
    }

    private Answer change(Request request) {
        ModeSwitchRequest body = request.json(ModeSwitchRequest.class);
        long expected = ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), body.expectedVersion());
        ModeService.Switch wanted = ModeSwitches.of(body, expected);
        return written(modes.switchMode(request.caller(), Owner.user(body.userId()), wanted, request.idempotency()));
    }

    private Answer configure(Request request) {
        ModePatchRequest body = request.json(ModePatchRequest.class);
        ModeSwitches.requireChange(body);
        return written(modes.configure(
                request.caller(),
                Users.of(request.query()),
                request.path(PATH.name()),
                ModeSwitches.object(body.configuration()),
                ModeMapping.capabilities(body.capabilities()),
                ExpectedVersion.of(request.header(ExpectedVersion.IF_MATCH), body.expectedVersion()),
                request.idempotency()));
    }

    private static Answer written(Written<Subject> written) {
        Subject subject = written.subject();
        String position = written.position().toString();
        ModeState mode = subject instanceof ModeState state ? state : null;
        ModeWritten body = new ModeWritten(
                written.event().name(),
                mode == null ? null : ModeMapping.resource(mode),
                subject instanceof Transition transition ? ModeMapping.resource(transition) : null,
                position);
        return Answer.json(200, body)
                .with(Freshness.POSITION.name(), position)
                .with(Headers.REPLAYED.name(), written.replayed() ? "true" : null)
                .with(ExpectedVersion.ETAG.name(), mode == null ? null : ExpectedVersion.etag(mode.version()));
    }

    private Answer list(Request request) {
        At<List<ModeState>> all = modes.all(request.caller(), Users.of(request.query()), Freshness.of(request));
        String position = all.position().toString();
        ModeList body = new ModeList(
                all.value().stream().map(ModeMapping::resource).toList(),
                ModeService.current(all.value()).map(ModeMapping::resource).orElse(null),
                position);
        return Answer.json(200, body).with(Freshness.POSITION.name(), position);
    }

    private Answer get(Request request) {
        At<ModeState> found = modes.get(
                request.caller(), Users.of(request.query()), request.path(PATH.name()), Freshness.of(request));
        return Answer.json(200, ModeMapping.resource(found.value()))
                .with(
                        ExpectedVersion.ETAG.name(),
                        ExpectedVersion.etag(found.value().version()))
                .with(Freshness.POSITION.name(), found.position().toString());
    }

    private Answer usage(Request request) {
        Instant since = time(request, SINCE);
        if (since == null) {
            throw MnemeException.invalid(SINCE.name(), "since is needed: say from when on.");
        }
        ModeUsage usage = modes.usage(
                request.caller(), Users.of(request.query()), since, time(request, UNTIL), Freshness.of(request));
        return Answer.json(
                200,
                new ModeUsageAnswer(
                        Times.format(usage.since()),
                        Times.format(usage.until()),
                        shares(usage.user(), usage),
                        usage.instances().entrySet().stream()
                                .map(each ->
                                        new ModeUsageAnswer.OfInstance(each.getKey(), shares(each.getValue(), usage)))
                                .toList()));
    }

    private static List<ModeUsageAnswer.Share> shares(Map<Mode, Duration> modes, ModeUsage usage) {
        double whole = Duration.between(usage.since(), usage.until()).toMillis();
        return modes.entrySet().stream()
                .map(each -> new ModeUsageAnswer.Share(
                        each.getKey().wireName(),
                        each.getValue().toMillis(),
                        whole == 0 ? 0 : Math.min(1, each.getValue().toMillis() / whole)))
                .toList();
    }

    private Answer transitions(Request request) {
        int limit = request.query().integer(Paging.LIMIT);
        request.expects(limit);
        String success = request.query().text(SUCCESS);
        String to = request.query().text(TO);
        Modes.Query query = new Modes.Query(
                Users.of(request.query()),
                request.query().text(INSTANCE),
                to == null ? null : Mode.of(to).orElseThrow(),
                success == null ? null : Boolean.valueOf(success),
                time(request, SINCE),
                time(request, UNTIL),
                before(request.query().text(Paging.CURSOR)),
                limit);
        At<List<Transition>> page = modes.transitions(request.caller(), query, Freshness.of(request));
        List<TransitionResource> items =
                page.value().stream().map(ModeMapping::resource).toList();
        String next = items.size() < limit
                ? null
                : Long.toString(page.value().getLast().sequence());
        String position = page.position().toString();
        return Answer.json(200, new TransitionList(items, next, position)).with(Freshness.POSITION.name(), position);
    }

    private static @Nullable Long before(@Nullable String cursor) {
        if (cursor == null) {
            return null;
        }
        if (!cursor.matches("[1-9][0-9]{0,17}")) {
            throw MnemeException.invalid(Paging.CURSOR.name(), "cursor must be the nextCursor of an earlier answer.");
        }
        return Long.valueOf(cursor);
    }

    private static @Nullable Instant time(Request request, Parameter parameter) {
        String text = request.query().text(parameter);
        if (text == null) {
            return null;
        }
        Instant at = Times.read(text);
        if (at == null) {
            throw MnemeException.invalid(
                    parameter.name(), parameter.name() + " must be a time such as 2026-01-31T08:00:00Z.");
        }
        return at;
    }
}
