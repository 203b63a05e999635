package dev.mneme.inference.embed;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a model is reached over HTTP.
///
/// @param baseUrl the service's address, for example `https://api.openai.com`
/// @param model the model's name there
/// @param apiKey sent as a bearer token; null for none. Never printed
/// @param dimension the length of a vector; 0: learnt from a first text when the embedder is made
/// @param windowCharacters the most characters of one request; a longer text is cut, and gets the mean of its parts
/// @param timeout for each try, from the connection to the last byte
/// @param tries how often a request is sent at most
/// @param concurrency how many requests are under way at once
/// @param maxWaiting how many more callers may wait, for each purpose
/// @param maxWaitingOfKey how many of those may be of one key; 0 for half of them
public record RemoteConfig(
        URI baseUrl,
        String model,
        @Nullable String apiKey,
        int dimension,
        int windowCharacters,
        Duration timeout,
        int tries,
        int concurrency,
        int maxWaiting,
        int maxWaitingOfKey) {
    public RemoteConfig {
        boolean http = "http".equals(baseUrl.getScheme()) || "https".equals(baseUrl.getScheme());
        check(http && baseUrl.getHost() != null, "embedder.url must be an http or https address");
        check(baseUrl.getRawUserInfo() == null, "embedder.url must not hold a name or password");
        check(!model.isBlank() && model.length() <= 100, "embedder.model must have 1 to 100 characters");
        check(apiKey == null || isToken(apiKey), "embedder.apiKey must be printable ASCII without spaces");
        check(dimension >= 0 && dimension <= 4_096, "embedder.dimension must be 0 (learn it) to 4096");
        check(windowCharacters >= 100, "embedder.window-characters must be at least 100");
        check(timeout.isPositive(), "embedder.timeout must be above zero");
        check(tries >= 1 && tries <= 10, "embedder.tries must be 1 to 10");
        check(concurrency >= 1 && concurrency <= 1_000, "embedder.concurrency must be 1 to 1000");
        check(maxWaiting >= 0 && maxWaiting <= 1_000_000, "embedder.queue must be 0 to 1000000");
        check(maxWaitingOfKey >= 0, "embedder.queuePerKey must be at least 0");
    }

    /// As above, where one key may have half of the callers that wait.
    public RemoteConfig(
            URI baseUrl,
            String model,
            @Nullable String apiKey,
            int dimension,
            int windowCharacters,
            Duration timeout,
            int tries,
            int concurrency,
            int maxWaiting) {
        this(baseUrl, model, apiKey, dimension, windowCharacters, timeout, tries, concurrency, maxWaiting, 0);
    }

    /// The same with other limits for callers that wait.
    public RemoteConfig withWaiting(int all, int ofKey) {
        return new RemoteConfig(
                baseUrl, model, apiKey, dimension, windowCharacters, timeout, tries, concurrency, all, ofKey);
    }

    /// Windows of 8,000 characters, 10 s a try, 3 tries, 8 requests at once, 1,024 callers waiting.
    public static RemoteConfig of(URI baseUrl, String model, @Nullable String apiKey, int dimension) {
        return new RemoteConfig(baseUrl, model, apiKey, dimension, 8_000, Duration.ofSeconds(10), 3, 8, 1_024);
    }

    private static boolean isToken(String key) {
        return !key.isEmpty() && key.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /// The base address, without `suffix` if it ends so, and with `path`.
    URI resolve(String suffix, String path) {
        String base = baseUrl.toString().replaceAll("/+$", "");
        String root = base.endsWith(suffix) ? base.substring(0, base.length() - suffix.length()) : base;
        return URI.create(root + path);
    }

    @Override
    public String toString() {
        return "RemoteConfig[" + baseUrl + ", " + model + ", apiKey=" + (apiKey == null ? "none" : "***") + "]";
    }
}
