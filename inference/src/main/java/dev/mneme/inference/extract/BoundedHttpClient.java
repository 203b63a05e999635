package dev.mneme.inference.extract;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// LangChain4j's HTTP client, with a limit on the length of an answer: the library's own client reads until the service
/// ends it. It speaks HTTP/1.1, since some smaller servers cannot handle the offer of another version; redirects are
/// not followed.
///
/// **Threads**: any number may call; an interruption ends a call.
final class BoundedHttpClient implements HttpClient {
    /// Ten times the longest answer that is of use.
    static final int MAX_ANSWER_BYTES = 1 << 20;

    private final java.net.http.HttpClient client;
    private final Duration timeout;

    /// The answer was longer.
    static final class TooLongException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private BoundedHttpClient(Duration connectTimeout, Duration timeout) {
        this.timeout = timeout;
        this.client = java.net.http.HttpClient.newBuilder()
                .version(java.net.http.HttpClient.Version.HTTP_1_1)
                .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
                .connectTimeout(connectTimeout)
                .build();
    }

    /// The builder that LangChain4j's models ask for.
    static final class Builder implements HttpClientBuilder {
        private static final Duration OTHERWISE = Duration.ofSeconds(60);

        private @Nullable Duration connectTimeout;
        private @Nullable Duration readTimeout;

        @Override
        public @Nullable Duration connectTimeout() {
            return connectTimeout;
        }

        @Override
        public HttpClientBuilder connectTimeout(@Nullable Duration time) {
            connectTimeout = time;
            return this;
        }

        @Override
        public @Nullable Duration readTimeout() {
            return readTimeout;
        }

        @Override
        public HttpClientBuilder readTimeout(@Nullable Duration time) {
            readTimeout = time;
            return this;
        }

        @Override
        public HttpClient build() {
            return new BoundedHttpClient(
                    connectTimeout == null ? OTHERWISE : connectTimeout, readTimeout == null ? OTHERWISE : readTimeout);
        }
    }

    @Override
    public SuccessfulHttpResponse execute(HttpRequest request) {
        try {
            HttpResponse<InputStream> response = client.send(translated(request), BodyHandlers.ofInputStream());
            String body = body(response);
            if (response.statusCode() / 100 != 2) {
                throw new HttpException(response.statusCode(), body);
            }
            return SuccessfulHttpResponse.builder()
                    .statusCode(response.statusCode())
                    .headers(response.headers().map())
                    .body(body)
                    .build();
        } catch (HttpTimeoutException e) {
            throw new TimeoutException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private java.net.http.HttpRequest translated(HttpRequest request) {
        java.net.http.HttpRequest.Builder translated =
                java.net.http.HttpRequest.newBuilder(URI.create(request.url())).timeout(timeout);
        request.headers().forEach((name, values) -> values.forEach(value -> translated.header(name, value)));
        String body = request.body();
        return translated
                .method(
                        request.method().name(),
                        body == null
                                ? java.net.http.HttpRequest.BodyPublishers.noBody()
                                : java.net.http.HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    /// Reads the body. Closing it before its end ends the connection.
    private static String body(HttpResponse<InputStream> response) throws IOException {
        try (InputStream in = response.body()) {
            byte[] bytes = in.readNBytes(MAX_ANSWER_BYTES + 1);
            if (bytes.length > MAX_ANSWER_BYTES) {
                throw new TooLongException();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
        throw new UnsupportedOperationException("nothing here reads an answer while it comes");
    }
}
