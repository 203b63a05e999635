package dev.mneme.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.model.Json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What comes from another store is one record with its versions, or it is refused.
final class ExportedTest {
    private static final Instant AT = Instant.parse("2024-05-06T07:08:09Z");
    private static final MemoryId ID = MemoryId.create(AT, Owner.user("alice").slot(), new Random(1));

    private static MemoryVersion version(MemoryId id, String user, long number, MemoryEvent event) {
        long memory = event == MemoryEvent.DELETE ? number - 1 : number;
        return new MemoryVersion(
                event,
                new Memory(
                        id,
                        ScopeIds.user(user),
                        "text",
                        null,
                        null,
                        JsonObject.EMPTY,
                        List.of(),
                        null,
                        AT,
                        AT,
                        null,
                        memory,
                        null),
                number,
                AT,
                "k",
                "desk");
    }

    private static ContextVersion context(String key, long number) {
        return new ContextVersion(
                new Context(
                        "alice",
                        key,
                        ContextType.CHAT,
                        null,
                        JsonObject.EMPTY,
                        List.of(),
                        number,
                        AT,
                        AT,
                        "desk",
                        "desk",
                        null,
                        false),
                false);
    }

    private static void assertRefused(String field, MemoryVersion... versions) {
        assertThatThrownBy(() -> new Exported.OfMemory(List.of(versions), null))
                .isInstanceOfSatisfying(MnemeException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(e.field()).isEqualTo(field);
                });
    }

    @Test
    void versionsOfOneMemoryAreTaken() {
        Exported.OfMemory taken = new Exported.OfMemory(
                List.of(
                        version(ID, "alice", 2, MemoryEvent.UPDATE),
                        version(ID, "alice", 5, MemoryEvent.UPDATE),
                        version(ID, "alice", 6, MemoryEvent.DELETE)),
                null);
        assertThat(taken.deleted()).isTrue();
        assertThat(taken.earlier()).hasSize(3);
    }

    @Test
    void versionsThatAreNotOfOneMemoryAreRefused() {
        MemoryId other = MemoryId.create(AT, Owner.user("alice").slot(), new Random(2));
        MemoryVersion first = version(ID, "alice", 1, MemoryEvent.ADD);
        assertRefused("versions");
        assertRefused("versions", first, version(other, "alice", 2, MemoryEvent.UPDATE));
        assertRefused("versions", first, version(ID, "bob", 2, MemoryEvent.UPDATE));
        assertRefused("versions", first, version(ID, "alice", 1, MemoryEvent.UPDATE));
        assertRefused("versions", version(ID, "alice", 0, MemoryEvent.ADD));
        assertRefused(
                "versions", version(ID, "alice", 2, MemoryEvent.DELETE), version(ID, "alice", 3, MemoryEvent.ADD));
        MemoryVersion misnumbered = new MemoryVersion(MemoryEvent.UPDATE, first.memory(), 7, AT, "k", "desk");
        assertRefused("versions", first, misnumbered);
        assertRefused("id", version(ID, "bob", 1, MemoryEvent.ADD));
    }

    @Test
    void versionsThatAreNotOfOneContextAreRefused() {
        for (List<ContextVersion> versions : List.of(
                List.<ContextVersion>of(),
                List.of(context("a", 1), context("b", 2)),
                List.of(context("a", 1), context("a", 3)),
                List.of(context("a", 2), context("a", 1)))) {
            assertThatThrownBy(() -> new Exported.OfContext(new ArrayList<>(versions)))
                    .isInstanceOf(MnemeException.class);
        }
        assertThat(new Exported.OfContext(List.of(context("a", 4), context("a", 5)))
                        .newest()
                        .context()
                        .version())
                .isEqualTo(5);
    }
}
