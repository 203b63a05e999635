package dev.mneme.hub;

import static dev.mneme.testkit.Fixtures.ALICE;
import static dev.mneme.testkit.Fixtures.BY;
import static dev.mneme.testkit.Fixtures.add;
import static dev.mneme.testkit.Fixtures.everything;
import static dev.mneme.testkit.Fixtures.json;
import static dev.mneme.testkit.Fixtures.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.command.Command;
import dev.mneme.core.hub.StoredRecord;
import dev.mneme.core.model.Change;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ContextType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Memory;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.Owner;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.Store;
import dev.mneme.hub.TestNodes.Node;
import dev.mneme.testkit.HeapHubDatabase.Call;
import dev.mneme.testkit.HeapHubDatabase.Hook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What an `inspired` instance writes stays on the disk of the node that it wrote to, for as long as its owner has it.
final class LocalOnlyTest {
    private static final String SECRET = "Alice has a secret plan.";

    private final TestNodes hub = new TestNodes();

    private static void inspire(Store store) {
        store.write(write(
                ALICE,
                new Command.SwitchMode(
                        BY.instance(), Mode.INSPIRED, null, null, null, null, null, Command.ANY_VERSION)));
    }

    private static List<String> texts(Store store) {
        return store
                .reading(Freshness.linearizable(Duration.ofSeconds(5)))
                .list(everything(ALICE, Instant.now()))
                .items()
                .stream()
                .map(Memory::text)
                .toList();
    }

    @Test
    void itOutlivesTheNodeThereAndIsNowhereElse() {
        try (Node a = hub.open("a")) {
            inspire(a.store());
            a.store().write(write(ALICE, add("alice", SECRET)));
            assertThat(texts(a.store())).containsExactly(SECRET);
        }
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            assertThat(texts(a.store())).containsExactly(SECRET);
            assertThat(texts(b.store())).isEmpty();
            assertThat(b.store().head(ALICE)).isEqualTo(a.store().head(ALICE));
            List<StoredRecord> records = new ArrayList<>();
            b.database().load(ALICE, 0, records::add);
            assertThat(records)
                    .isNotEmpty()
                    .allSatisfy(record -> assertThat(record.rows().values())
                            .allSatisfy(row -> assertThat(new String(row, StandardCharsets.ISO_8859_1))
                                    .doesNotContain("secret")));
        }
    }

    @Test
    void anErasureElsewhereWhileTheNodeIsDownTakesItAway() {
        try (Node a = hub.open("a")) {
            inspire(a.store());
            a.store().write(write(ALICE, add("alice", SECRET)));
        }
        try (Node b = hub.open("b")) {
            b.store().write(write(ALICE, new Command.EraseOwner()));
        }
        try (Node a = hub.open("a")) {
            assertThat(texts(a.store())).isEmpty();
        }
    }

    @Test
    void anErasureElsewhereTakesItAwayFromANodeThatFollows() {
        try (Node a = hub.open("a");
                Node b = hub.open("b")) {
            inspire(a.store());
            a.store().write(write(ALICE, add("alice", SECRET)));
            b.store().write(write(ALICE, new Command.EraseOwner()));
            assertThat(texts(a.store())).isEmpty();
        }
        try (Node a = hub.open("a")) {
            assertThat(texts(a.store())).isEmpty();
        }
    }

    /// The node died before its batch was in the collections, and another node put it there.
    @Test
    void itIsThereWhoeverSpreadItsBatch() {
        try (Node a = hub.open("a")) {
            a.database().hook(new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    if (call == Call.SPREAD && ALICE.equals(owner)) {
                        throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The node never spreads.");
                    }
                }
            });
            inspire(a.store());
        }
        try (Node b = hub.open("b")) {
            assertThat(b.store().changes(ALICE, 0, 100).changes().get(1).subject())
                    .isNull();
        }
        try (Node a = hub.open("a")) {
            assertThat(a.store().changes(ALICE, 0, 100).changes().get(1).subject())
                    .isNotNull();
        }
    }

    /// The node died before its commit, and another node's batch has the revision that it would have had.
    @Test
    void whatWasNeverCommittedIsNotThere() {
        try (Node a = hub.open("a")) {
            inspire(a.store());
            a.database().hook(new Hook() {
                @Override
                public void before(Call call, @Nullable Owner owner) {
                    if (call == Call.COMMIT && ALICE.equals(owner)) {
                        a.database().setAway(true);
                        throw new MnemeException(ErrorCode.HUB_UNAVAILABLE, "The node died here.");
                    }
                }
            });
            assertThat(a.store()
                            .write(write(ALICE, add("alice", SECRET)))
                            .position()
                            .isPending())
                    .isTrue();
        }
        hub.emptyOutbox("a"); // or it would be written now
        try (Node b = hub.open("b")) {
            b.store()
                    .write(write(
                            ALICE,
                            new Command.PutContext(
                                    "plan",
                                    ContextType.CUSTOM,
                                    null,
                                    json("a", 1),
                                    List.of(),
                                    null,
                                    Command.ANY_VERSION,
                                    Command.MergeStrategy.REPLACE)));
        }
        try (Node a = hub.open("a");
                Node c = hub.open("c")) {
            assertThat(texts(a.store())).isEmpty();
            List<Change> ofA = a.store().changes(ALICE, 0, 100).changes();
            List<Change> ofC = c.store().changes(ALICE, 0, 100).changes();
            assertThat(ofA)
                    .extracting(Change::type)
                    .containsExactly(ChangeType.MODE_CHANGED, ChangeType.TRANSITION_RECORDED, ChangeType.CONTEXT_PUT);
            assertThat(ofA.get(1).subject()).as("its own").isNotNull();
            assertThat(ofC.get(1).subject()).isNull();
            assertThat(ofA.getLast()).isEqualTo(ofC.getLast());
        }
    }
}
