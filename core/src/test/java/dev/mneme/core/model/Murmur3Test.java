package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The published vectors of MurmurHash3_x86_32 with seed 0.
final class Murmur3Test {
    @ParameterizedTest
    @CsvSource({
        "'', 0",
        "hello, 248bfa47",
        "'hello, world', 149bbb7f",
        "The quick brown fox jumps over the lazy dog, 2e4ff723"
    })
    void agreesWithThePublishedVectors(String text, String hash) {
        assertThat(Integer.toHexString(Murmur3.hash32(text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(hash);
    }
}
