package dev.mneme.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Filter;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.ScopeIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which owner a filter names.
final class OwnerRouteTest {
    private static final String LONGEST = "x".repeat(ScopeIds.MAX_ID_LENGTH);

    @Test
    void equalityOnTheUserNamesAnOwner() {
        assertThat(OwnerRoute.of(Filter.scope(OwnerKind.USER, "alice"))).contains(Owner.user("alice"));
        assertThat(OwnerRoute.of(Filter.scope(OwnerKind.USER, LONGEST))).contains(Owner.user(LONGEST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tab\there", "line\nbreak", "\u0000", "\u0085", "half \ud83d", "\udc4b half"})
    void whatCannotBeAnIdNamesNobodyAndIsNoError(String id) {
        assertThat(OwnerRoute.of(Filter.scope(OwnerKind.USER, id))).isEmpty();
        assertThat(OwnerRoute.of(Filter.scope(OwnerKind.USER, LONGEST + id + "x")))
                .isEmpty();
    }
}
