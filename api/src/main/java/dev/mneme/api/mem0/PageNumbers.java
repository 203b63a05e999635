package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.mem0.NumberedPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which page of a list is asked for, counted from 1.
///
/// @param named the query's name for the size
/// @param asked whether the request named a page at all: older versions answer with a bare list when it did not
record PageNumbers(int page, int size, String named, boolean asked) {
    private static final int MAX_PAGE = 1_000_000;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,255}");

    /// @param most the largest page
    static PageNumbers of(Query query, int most, int otherwise) {
        return of(query, "page_size", most, otherwise);
    }

    /// @param named the query's name for the size
    static PageNumbers of(Query query, String named, int most, int otherwise) {
        String page = query.filled("page");
        String size = query.filled(named);
        int least = Math.min(most, otherwise);
        return new PageNumbers(
                page == null ? 1 : number("page", page, MAX_PAGE),
                size == null ? least : number(named, size, most),
                named,
                page != null || size != null);
    }

    private static int number(String name, String text, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw MnemeException.invalid(name, name + " must be a whole number from 1 to " + most + ".");
    }

    /// How many items come before the page.
    long from() {
        return (long) (page - 1) * size;
    }

    long to() {
        return from() + size;
    }

    <T> NumberedPage<T> of(Request request, long count, List<T> results) {
        return new NumberedPage<>(count, next(request, count), previous(request), results);
    }

    @Nullable
    String next(Request request, long count) {
        return count > to() ? link(request, page + 1) : null;
    }

    @Nullable
    String previous(Request request) {
        return page > 1 ? link(request, page - 1) : null;
    }

    /// A link to a page, with the server as the client named it and the other parameters of the query.
    private String link(Request request, int number) {
        StringBuilder link = new StringBuilder(origin(request) + request.rawPath());
        link.append("?page=")
                .append(number)
                .append('&')
                .append(named)
                .append('=')
                .append(size);
        request.query().values().forEach((name, values) -> {
            if (!name.equals("page") && !name.equals(named)) {
                values.forEach(value ->
                        link.append('&').append(escaped(name)).append('=').append(escaped(value)));
            }
        });
        return link.toString();
    }

    /// The server's address. A proxy that ends TLS says so in `X-Forwarded-Proto`, and passes the host on or states it.
    private static String origin(Request request) {
        String forwarded = request.header("X-Forwarded-Host");
        String host = forwarded == null ? request.header("Host") : forwarded;
        if (host == null || !HOST.matcher(host).matches()) {
            return "";
        }
        String scheme = request.header("X-Forwarded-Proto");
        boolean secure = scheme == null ? request.secure() : scheme.equals("https");
        return (secure ? "https://" : "http://") + host;
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
