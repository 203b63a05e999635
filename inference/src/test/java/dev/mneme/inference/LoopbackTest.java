package dev.mneme.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:11434/v1",
                "https://LocalHost",
                "http://127.0.0.1:8080",
                "http://127.255.10.99/",
                "http://[::1]:11434/",
            })
    void isThisMachine(String address) {
        assertThat(Loopback.isHostOf(URI.create(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.example.com",
                "http://127.0.0.1.example.com",
                "http://127.0.0.1.",
                "http://127.1",
                "http://127.0.0.256",
                "http://127.0.0.01",
                "http://127.0.0.1.1",
                "http://127-0-0-1.example.com",
                "http://128.0.0.1",
                "http://10.127.0.0.1",
                "http://localhost.example.com",
                "http://localhost.",
                "http://notlocalhost",
                "http://[::2]",
                "http://[::ffff:127.0.0.1]",
                "http://localhost@example.com",
                "http://example.com/localhost",
                "mailto:localhost",
                "/localhost",
            })
    void isAnother(String address) {
        assertThat(Loopback.isHostOf(URI.create(address))).isFalse();
    }
}
