package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Slots are for ever: ids and folders hold them. Computed apart from this code.
final class OwnerTest {
    @ParameterizedTest
    @CsvSource({"USER, alice, 2796", "AGENT, bot, 2205", "APP, café, 173", "RUN, r1, 2839"})
    void slotsNeverChange(OwnerKind kind, String id, int slot) {
        Owner owner = new Owner(Owner.DEFAULT_PROJECT, kind, id);
        assertThat(owner.slot()).isEqualTo(slot);
        assertThat(HexFormat.of().formatHex(owner.hash())).hasSize(32);
        assertThat(owner.hash())
                .isNotEqualTo(new Owner("other", kind, id).hash())
                .isEqualTo(new Owner(Owner.DEFAULT_PROJECT, kind, id).hash());
    }
}
