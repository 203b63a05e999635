package dev.mneme.api.mem0;

import dev.mneme.api.http.Query;
import dev.mneme.api.http.Request;
import dev.mneme.core.model.MnemeException;
import dev.mneme.wire.mem0.NumberedPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which page of a list is asked for, counted from 1.
///
/// @param asked whether the request named a page at all: older versions answer a bare list when it did not
record PageNumbers(int page, int size, boolean asked) {
    private static final int MAX_PAGE = 1_000_000;

    /// @param most the largest page
    static PageNumbers of(Query query, int most, int otherwise) {
        String page = query.filled("page");
        String size = query.filled("page_size");
        int least = Math.min(most, otherwise);
        return new PageNumbers(
                page == null ? 1 : number("page", page, MAX_PAGE),
                size == null ? least : number("page_size", size, most),
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

    /// How many items lie before the page.
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

    /// Relative to the server, whose name before a proxy is not known here; with what else the query said.
    private String link(Request request, int number) {
        StringBuilder link = new StringBuilder(request.route().template());
        link.append("?page=").append(number).append("&page_size=").append(size);
        request.query().values().forEach((name, values) -> {
            if (!name.equals("page") && !name.equals("page_size")) {
                values.forEach(value ->
                        link.append('&').append(escaped(name)).append('=').append(escaped(value)));
            }
        });
        return link.toString();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
