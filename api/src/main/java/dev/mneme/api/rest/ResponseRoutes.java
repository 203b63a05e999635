package dev.mneme.api.rest;

import static dev.mneme.core.model.ErrorCode.IDEMPOTENCY_KEY_REUSED;
import static dev.mneme.core.model.ErrorCode.INTEGRITY_VIOLATION;
import static dev.mneme.core.model.ErrorCode.OVERLOADED;
import static dev.mneme.core.model.ErrorCode.POSITION_AHEAD;
import static dev.mneme.core.model.ErrorCode.POSITION_EXPIRED;
import static dev.mneme.core.model.ErrorCode.TOO_LARGE;
import static dev.mneme.core.model.ErrorCode.VERSION_CONFLICT;

import dev.mneme.api.http.Answer;
import dev.mneme.api.http.Headers;
import dev.mneme.api.http.Parameter;
import dev.mneme.api.http.Query;
import dev.mneme.api.http.Reply;
import dev.mneme.api.http.Request;
import dev.mneme.api.http.Route;
import dev.mneme.api.http.Tag;
import dev.mneme.api.json.ResponseMapping;
import dev.mneme.api.request.NewResponses;
import dev.mneme.core.audit.ResponseFilter;
import dev.mneme.core.audit.ResponseService;
import dev.mneme.core.audit.ResponseTotals;
import dev.mneme.core.audit.ResponseTotals.By;
import dev.mneme.core.command.Written;
import dev.mneme.core.model.At;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.core.model.Times;
import dev.mneme.wire.ResponseList;
import dev.mneme.wire.ResponseRecorded;
import dev.mneme.wire.ResponseRequest;
import dev.mneme.wire.ResponseTotalsAnswer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/api/v1/responses`: the audit, which records where answers came from.
final class ResponseRoutes {
    private static final int EXPORTED_AT_A_TIME = 500; // by the service
    private static final String RESPONSES = "/api/v1/responses";
    private static final Tag TAG = new Tag("responses", "Where AI answers came from: the audit");
    private static final Parameter INSTANCE =
            Parameter.string("instanceId", "by this instance").between(1, 256);
    private static final Parameter CHAT =
            Parameter.string("chatId", "in this chat").between(1, 256);
    private static final Parameter MESSAGE =
            Parameter.string("messageId", "of this message").between(1, 256);
    private static final Parameter MODE =
            Parameter.string("mode", "in this mode").oneOf("inspired", "didactic", "parallel");
    private static final Parameter SOURCE_TYPE =
            Parameter.string("sourceType", "from such a source").oneOf("local", "external", "harmonized");
    private static final Parameter PROVIDER =
            Parameter.string("provider", "of this provider").between(1, 256);
    private static final Parameter MODEL =
            Parameter.string("model", "of this model").between(1, 256);
    private static final Parameter TOOL = Parameter.string("tool", "that used this tool, by metadata.mcpToolsUsed")
            .between(1, 256);
    private static final Parameter SINCE =
            Parameter.string("since", "given then or later: ISO-8601, or epoch milliseconds");
    private static final Parameter UNTIL =
            Parameter.string("until", "given before then: ISO-8601, or epoch milliseconds");
    private static final List<Parameter> FILTERS =
            List.of(Users.USER, INSTANCE, CHAT, MESSAGE, MODE, SOURCE_TYPE, PROVIDER, MODEL, TOOL, SINCE, UNTIL);
    private static final Parameter ORDER = Parameter.string("order", "by when it was recorded; - is newest first")
            .oneOf("recorded", "-recorded")
            .otherwise("-recorded");
    private static final Parameter BY = Parameter.string("by", "what the groups are")
            .oneOf("provider", "model", "mode", "sourceType", "tool", "day")
            .otherwise("model");
    private static final Parameter FORMAT = Parameter.string("format", "RFC 4180 with a header line, or JSON lines")
            .oneOf("csv", "jsonl")
            .otherwise("csv");
    private static final Parameter DISPOSITION =
            Parameter.string("Content-Disposition", "how a browser names the file");
    private static final ErrorCode[] OF_READS = {POSITION_EXPIRED, POSITION_AHEAD, OVERLOADED, INTEGRITY_VIOLATION};

    private final ResponseService responses;

    ResponseRoutes(ResponseService responses) {
        this.responses = responses;
    }

    List<Route> routes() {
        return List.of(
                Route.post(RESPONSES)
                        .named("recordResponse", TAG, "Record where an answer came from, once")
                        .takes(ResponseRequest.class)
                        .gives(Reply.json(201, ResponseRecorded.class, "it is recorded")
                                .with(Freshness.POSITION, Headers.REPLAYED))
                        .gives(Reply.json(200, ResponseRecorded.class, "it was recorded already: NONE")
                                .with(Freshness.POSITION, Headers.REPLAYED))
                        .errors(VERSION_CONFLICT, IDEMPOTENCY_KEY_REUSED)
                        .by(this::record),
                Route.get(RESPONSES)
                        .named("listResponses", TAG, "List where a user's answers came from, page by page")
                        .query(FILTERS)
                        .query(ORDER, Paging.LIMIT, Paging.CURSOR)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ResponseList.class, "a page").with(Freshness.POSITION))
                        .errors(OF_READS)
                        .by(this::list),
                Route.get(RESPONSES + "/totals")
                        .named("totalResponses", TAG, "Add up answers, tokens and cost, as a whole and by group")
                        .query(BY)
                        .query(FILTERS)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.json(200, ResponseTotalsAnswer.class, "the sums")
                                .with(Freshness.POSITION))
                        .errors(OF_READS)
                        .errors(TOO_LARGE)
                        .by(this::totals),
                Route.get(RESPONSES + "/export")
                        .named("exportResponses", TAG, "Everything for an auditor, oldest first, as a file")
                        .query(FORMAT)
                        .query(FILTERS)
                        .headers(Freshness.HEADERS)
                        .gives(Reply.page("text/csv", "a line each; cells that a spreadsheet would run begin with '")
                                .with(Freshness.POSITION, DISPOSITION))
                        .gives(Reply.page("application/jsonl", "a ResponseResource each line")
                                .with(Freshness.POSITION, DISPOSITION))
                        .errors(OF_READS)
                        .by(this::export));
    }

    private Answer record(Request request) {
        ResponseRequest asked = request.json(ResponseRequest.class);
        return answer(responses.record(request.caller(), NewResponses.of(asked), request.idempotency()));
    }

    private static Answer answer(Written<ResponseSource> recorded) {
        MemoryEvent event = recorded.event();
        ResponseRecorded body = new ResponseRecorded(
                event.name(),
                ResponseMapping.resource(recorded.subject()),
                recorded.position().toString());
        return Answer.json(event == MemoryEvent.ADD ? 201 : 200, body)
                .with(Freshness.POSITION.name(), recorded.position().toString())
                .with(Headers.REPLAYED.name(), recorded.replayed() ? "true" : null);
    }

    private static ResponseFilter filter(Query query) {
        String sourceType = query.text(SOURCE_TYPE);
        return new ResponseFilter(
                query.text(INSTANCE),
                query.text(CHAT),
                query.text(MESSAGE),
                NewResponses.mode(query.text(MODE)),
                sourceType == null ? null : NewResponses.sourceType(sourceType),
                query.text(PROVIDER),
                query.text(MODEL),
                query.text(TOOL),
                time(query, SINCE),
                time(query, UNTIL));
    }

    private static @Nullable Instant time(Query query, Parameter parameter) {
        String text = query.text(parameter);
        if (text == null) {
            return null;
        }
        Instant at = Times.read(text);
        if (at == null) {
            throw MnemeException.invalid(
                    parameter.name(), parameter.name() + " must be an ISO-8601 time or epoch milliseconds.");
        }
        return at;
    }

    private Answer list(Request request) {
        Query query = request.query();
        request.expects(query.integer(Paging.LIMIT));
        boolean newestFirst = !"recorded".equals(query.text(ORDER));
        ResponseService.Page page = responses.list(
                request.caller(),
                Users.of(query),
                filter(query),
                newestFirst,
                ResponseCursor.read(query.text(Paging.CURSOR), newestFirst),
                query.integer(Paging.LIMIT),
                Freshness.of(request));
        String position = page.position().toString();
        return Answer.json(
                        200,
                        new ResponseList(
                                page.items().stream()
                                        .map(ResponseMapping::resource)
                                        .toList(),
                                page.next() == null ? null : ResponseCursor.text(page.next(), newestFirst),
                                position))
                .with(Freshness.POSITION.name(), position);
    }

    private Answer totals(Request request) {
        String named = request.query().text(BY);
        String by = named == null ? String.valueOf(BY.otherwise()) : named;
        At<ResponseTotals> totals = responses.totals(
                request.caller(), Users.of(request.query()), filter(request.query()), by(by), Freshness.of(request));
        String position = totals.position().toString();
        List<ResponseTotalsAnswer.Group> groups = totals.value().groups().stream()
                .map(group -> new ResponseTotalsAnswer.Group(group.key(), sum(group.sum())))
                .toList();
        return Answer.json(200, new ResponseTotalsAnswer(by, sum(totals.value().all()), groups, position))
                .with(Freshness.POSITION.name(), position);
    }

    private static By by(String name) {
        return switch (name) {
            case "provider" -> By.PROVIDER;
            case "mode" -> By.MODE;
            case "sourceType" -> By.SOURCE_TYPE;
            case "tool" -> By.TOOL;
            case "day" -> By.DAY;
            default -> By.MODEL;
        };
    }

    private static ResponseTotalsAnswer.Sum sum(ResponseTotals.Sum sum) {
        return new ResponseTotalsAnswer.Sum(
                sum.responses(),
                sum.meanConfidence(),
                sum.promptTokens(),
                sum.completionTokens(),
                sum.totalTokens(),
                sum.cost().doubleValue(),
                sum.unpriced());
    }

    private Answer export(Request request) {
        Query query = request.query();
        boolean lines = "jsonl".equals(query.text(FORMAT));
        request.expects(EXPORTED_AT_A_TIME);
        ResponseService.Export export =
                responses.export(request.caller(), Users.of(query), filter(query), Freshness.of(request));
        return Answer.download(
                        lines ? "application/jsonl" : "text/csv; charset=utf-8; header=present",
                        lines ? new ResponseLines(export) : new ResponseCsv(export))
                .with(Freshness.POSITION.name(), export.position().toString())
                .with(DISPOSITION.name(), "attachment; filename=\"responses." + (lines ? "jsonl" : "csv") + "\"");
    }
}
