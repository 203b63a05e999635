package dev.mneme.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the parser gets for a target that names its host (RFC 9112 §3.2.2): the same as for one that does not.
class RequestHeadTest {
    private static String clean(String head) throws Malformed {
        byte[] raw = head.getBytes(StandardCharsets.ISO_8859_1);
        return new String(RequestHead.of(raw, raw.length).bytes(), StandardCharsets.ISO_8859_1);
    }

    private static String get(String target, String host) {
        return "GET " + target + " HTTP/1.1\r\nA: b\r\nHost: " + host + "\r\n\r\n";
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.org/docs, example.org, /docs",
        "http://example.org:8765/docs?x=http://y/, example.org:8765, /docs?x=http://y/",
        "HTTPS://Example.org/a%20b, Example.org, /a%20b",
        "http://[::1]:8765/docs, [::1]:8765, /docs",
        "http://127.0.0.1, 127.0.0.1, /",
        "http://example.org?userId=a, example.org, /?userId=a",
        "http://example.org//docs, example.org, //docs",
    })
    void theHostOfTheTargetIsTheHost(String target, String host, String origin) throws Malformed {
        assertThat(clean(get(target, "other.example"))).isEqualTo(get(origin, host));
        assertThat(clean(get(target, host))).isEqualTo(get(origin, host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs", "/docs?x=http://y/", "*", "//x/docs", "/http://x/"})
    void otherTargetsStayAsTheyAre(String target) throws Malformed {
        assertThat(clean(get(target, "other.example"))).isEqualTo(get(target, "other.example"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http:///docs",
                "http://",
                "http://user@x/docs",
                "http://user:secret@x/docs",
                "http://x:port/docs",
                "http://x:80:80/docs",
                "http://x\\y/docs",
                "http://x,y\u00e9/docs",
                "http://[::1/docs"
            })
    void aHostThatIsNoneIsRefused(String target) {
        assertThatThrownBy(() -> clean(get(target, "x"))).isInstanceOf(Malformed.class);
    }

    @Test
    void theHeaderIsNeededAllTheSame() {
        assertThatThrownBy(() -> clean("GET http://x/docs HTTP/1.1\r\n\r\n")).isInstanceOf(Malformed.class);
        assertThatThrownBy(() -> clean("GET http://x/docs HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"))
                .isInstanceOf(Malformed.class);
    }
}
