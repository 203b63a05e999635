package dev.mneme.inference.extract;

import dev.mneme.inference.Loopback;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How a language model is reached.
///
/// @param url the service's address; null for the usual one
/// @param model the model's name there
/// @param apiKey null for none. Never printed
/// @param context how many tokens the model reads and writes at once
/// @param timeout of one call
public record ModelConfig(
        Protocol protocol,
        @Nullable URI url,
        String model,
        @Nullable String apiKey,
        int context,
        Duration timeout) {
    /// The protocol of the service.
    public enum Protocol {
        /// `POST /v1/chat/completions`, which many servers speak.
        OPENAI("https://api.openai.com"),
        OLLAMA("http://127.0.0.1:11434"),
        ANTHROPIC("https://api.anthropic.com");

        private final URI address;

        Protocol(String address) {
            this.address = URI.create(address);
        }
    }

    public ModelConfig {
        if (url != null) {
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            check(http && url.getHost() != null, "extraction.url must be an http or https address");
            check(url.getRawUserInfo() == null, "extraction.url must not hold a name or password");
        }
        check(!model.isBlank() && model.length() <= 100, "extraction.model must have 1 to 100 characters");
        check(
                apiKey == null || (!apiKey.isEmpty() && apiKey.chars().allMatch(c -> c > ' ' && c < 0x7F)),
                "extraction.apiKey must be printable ASCII without spaces");
        check(context >= 2_048, "extraction.context must be at least 2048");
        check(timeout.isPositive(), "extraction.timeout must be above zero");
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /// The service's address.
    URI address() {
        return url == null ? protocol.address : url;
    }

    /// Whether the service is on another machine, as far as its address says so.
    boolean isRemote() {
        return !Loopback.isHostOf(address());
    }

    /// The address up to and including `/v1`, whether it was given with that or not.
    String firstVersion() {
        return root().replaceAll("/v1$", "") + "/v1";
    }

    String root() {
        return address().toString().replaceAll("/+$", "");
    }

    @Override
    public String toString() {
        return "ModelConfig[" + protocol + ", " + address() + ", " + model + ", apiKey="
                + (apiKey == null ? "none" : "***") + "]";
    }
}
