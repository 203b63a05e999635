package dev.mneme.api.http;

import dev.mneme.core.model.ErrorCode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One line of the table of routes. The dispatch, the OpenAPI document, the page of documentation and the tests of
/// rights are all made from it.
///
/// @param dialect whose habits it keeps
/// @param template the path; `{name}` stands for one segment
/// @param id its name in the OpenAPI document, unique
/// @param path the parameters in the template, in their order
/// @param query the query parameters that it knows; any other is an `invalid_request` (pages aside)
/// @param headers the request headers that it reads, besides those that every route reads
/// @param request the `wire` record of its body; null when it takes none (then a body is refused)
/// @param lines whether its body is JSON lines, each of which is such a record, rather than one record
/// @param errors what may go wrong, besides what follows from `access` and `request`
public record Route(
        HttpMethod method,
        Dialect dialect,
        String template,
        Access access,
        String id,
        Tag tag,
        String summary,
        List<Parameter> path,
        List<Parameter> query,
        List<Parameter> headers,
        @Nullable Class<? extends Record> request,
        boolean lines,
        List<Reply> replies,
        Set<ErrorCode> errors,
        Handler handler) {
    private static final Pattern NAME = Pattern.compile("\\{([^}]+)}");

    public Route {
        if (!template.startsWith("/")) {
            throw new IllegalArgumentException("a route's path begins with /: " + template);
        }
        path = List.copyOf(path);
        query = List.copyOf(query);
        headers = List.copyOf(headers);
        replies = List.copyOf(replies);
        errors = Set.copyOf(errors);
        List<String> names = path.stream().map(Parameter::name).toList();
        if (!names.equals(names(template))) {
            throw new IllegalArgumentException(template + " has the path parameters " + names);
        }
    }

    private static List<String> names(String template) {
        return NAME.matcher(template).results().map(name -> name.group(1)).toList();
    }

    public static Builder get(String template) {
        return new Builder(HttpMethod.GET, template);
    }

    public static Builder post(String template) {
        return new Builder(HttpMethod.POST, template);
    }

    public static Builder put(String template) {
        return new Builder(HttpMethod.PUT, template);
    }

    public static Builder patch(String template) {
        return new Builder(HttpMethod.PATCH, template);
    }

    public static Builder delete(String template) {
        return new Builder(HttpMethod.DELETE, template);
    }

    /// Whether this is a page for people or machines around the data, not a data route.
    public boolean isPage() {
        return access == Access.OPEN;
    }

    /// Whether a part of its path may contain slashes, percent-encoded.
    boolean takesSlashes() {
        return path.stream().anyMatch(Parameter::slashes);
    }

    /// Every code that it may fail with.
    public Set<ErrorCode> allErrors() {
        Set<ErrorCode> all = EnumSet.of(ErrorCode.INTERNAL, ErrorCode.INVALID_REQUEST, ErrorCode.NOT_ALLOWED);
        all.addAll(errors);
        if (access != Access.OPEN) {
            all.addAll(List.of(ErrorCode.UNAUTHENTICATED, ErrorCode.RATE_LIMITED));
        }
        if (request != null) {
            all.add(ErrorCode.TOO_LARGE);
        }
        if (access == Access.WRITE || (access == Access.ADMIN && method != HttpMethod.GET)) {
            all.addAll(List.of(
                    ErrorCode.OVERLOADED,
                    ErrorCode.NOT_PRIMARY,
                    ErrorCode.NO_QUORUM,
                    ErrorCode.HUB_UNAVAILABLE,
                    ErrorCode.LOG_FAILED,
                    ErrorCode.OUTCOME_UNKNOWN,
                    ErrorCode.STORAGE_FULL,
                    ErrorCode.INTEGRITY_VIOLATION));
        }
        return all;
    }

    /// Puts a route together. Whatever is not set is empty, and the access is [Access#READ] for `GET`, otherwise
    /// [Access#WRITE].
    public static final class Builder {
        private final HttpMethod method;
        private final String template;
        private Dialect dialect = Dialect.OWN;
        private Access access;
        private String id = "";
        private Tag tag = new Tag("other", "What has no heading of its own");
        private String summary = "";
        private final List<Parameter> path = new ArrayList<>();
        private final List<Parameter> query = new ArrayList<>();
        private final List<Parameter> headers = new ArrayList<>();
        private @Nullable Class<? extends Record> request;
        private boolean lines;
        private final List<Reply> replies = new ArrayList<>();
        private final Set<ErrorCode> errors = EnumSet.noneOf(ErrorCode.class);

        private Builder(HttpMethod method, String template) {
            this.method = method;
            this.template = template;
            this.access = method == HttpMethod.GET ? Access.READ : Access.WRITE;
        }

        public Builder access(Access needed) {
            this.access = needed;
            return this;
        }

        public Builder in(Dialect spoken) {
            this.dialect = spoken;
            return this;
        }

        /// @param operationId its name in the OpenAPI document
        /// @param group the heading under which the documentation shows it
        public Builder named(String operationId, Tag group, String whatItDoes) {
            this.id = operationId;
            this.tag = group;
            this.summary = whatItDoes;
            return this;
        }

        /// @param parameters the parameters in the template, in their order
        public Builder path(Parameter... parameters) {
            path.addAll(List.of(parameters));
            return this;
        }

        public Builder query(Parameter... parameters) {
            query.addAll(List.of(parameters));
            return this;
        }

        public Builder query(List<Parameter> parameters) {
            query.addAll(parameters);
            return this;
        }

        public Builder headers(Parameter... parameters) {
            headers.addAll(List.of(parameters));
            return this;
        }

        public Builder takes(Class<? extends Record> record) {
            this.request = record;
            return this;
        }

        /// @param record of each line
        public Builder takesLines(Class<? extends Record> record) {
            this.request = record;
            this.lines = true;
            return this;
        }

        public Builder gives(Reply reply) {
            replies.add(reply);
            return this;
        }

        public Builder errors(ErrorCode... codes) {
            errors.addAll(List.of(codes));
            return this;
        }

        public Route by(Handler handler) {
            return new Route(
                    method, dialect, template, access, id, tag, summary, path, query, headers, request, lines, replies,
                    errors, handler);
        }
    }
}
