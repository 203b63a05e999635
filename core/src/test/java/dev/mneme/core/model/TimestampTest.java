package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {
    @ParameterizedTest
    @CsvSource({
        "2026-05-08T23:30:00+08:00,  2026-05-08T23:30:00.000+08:00, 2026-05-08",
        "2026-05-08 23:30:00+0800,   2026-05-08T23:30:00.000+08:00, 2026-05-08",
        "2026-05-08T23:30-08,        2026-05-08T23:30:00.000-08:00, 2026-05-08",
        "2026-05-08T23:30:00.1239Z,  2026-05-08T23:30:00.123Z,      2026-05-08",
        "2026-05-08T23:30:00-00:00,  2026-05-08T23:30:00.000Z,      2026-05-08",
        "2026-05-08T23:30:00+00:00,  2026-05-08T23:30:00.000+00:00, 2026-05-08",
        "2026-05-08T00:30:00+14:00,  2026-05-08T00:30:00.000+14:00, 2026-05-08",
        "2026-05-08T23:30:00-12:00,  2026-05-08T23:30:00.000-12:00, 2026-05-08",
        "2026-05-08T23:30:00,        2026-05-08T23:30:00.000Z,      2026-05-08",
        "2026-05-08,                 2026-05-08T00:00:00.000Z,      2026-05-08",
        "1778283000000,              2026-05-08T23:30:00.000Z,      2026-05-08",
    })
    void keepsTheOffsetThatWasNamed(String written, String told, LocalDate day) {
        Timestamp timestamp = Objects.requireNonNull(Times.timestamp(written));

        assertThat(timestamp).hasToString(told);
        assertThat(timestamp.day()).isEqualTo(day);
        assertThat(Times.timestamp(timestamp.toString())).isEqualTo(timestamp);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-02-30",
                "2026-05-08T23:30+8",
                "2026-05-08T23:30+19:00",
                "2026-05-08T25:00Z",
                "2026-05-08T23:30:00+",
                "2026-05-08T23:30:00ZZ",
                "0000-12-31T00:00:00Z",
                "9999-12-31T23:59:59-01:00",
            })
    void whatIsNoTimeIsNone(String written) {
        assertThat(Times.timestamp(written)).isNull();
        assertThat(Times.seenFrom(written, null)).isNull();
    }

    /// A zone beside a time says whose days are meant, and where a time without an offset was read off.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-30T09:00:00+08:00, -,                   2026-11-30T09:00+08:00",
                "2026-11-30T09:00:00Z,      -,                   2026-11-30T09:00Z",
                "2026-11-30,                -,                   2026-11-30T00:00Z",
                "2026-11-30,                America/Los_Angeles, 2026-11-30T00:00-08:00[America/Los_Angeles]",
                "2026-11-30T09:00:00+08:00, America/Los_Angeles, 2026-11-29T17:00-08:00[America/Los_Angeles]",
                "2026-07-01T09:00:00Z,      America/Los_Angeles, 2026-07-01T02:00-07:00[America/Los_Angeles]",
                "1764493200000,             +08:00,              2025-11-30T17:00+08:00",
            })
    void isSeenFromAZone(String written, String zone, String seen) {
        ZoneId place = zone == null ? null : Times.zone("timezone", zone);

        assertThat(Times.seenFrom(written, place)).hasToString(seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berln", "europe/berlin", "CET+1", "+25:00", "", "UTC+8", "../etc"})
    void anUnknownZoneIsNamed(String zone) {
        assertThatThrownBy(() -> Times.zone("timezone", zone))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.field()).isEqualTo("timezone"))
                .hasMessageContaining("IANA");
    }
}
