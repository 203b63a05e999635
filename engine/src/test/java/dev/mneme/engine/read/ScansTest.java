package dev.mneme.engine.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Command.Govern;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Entity;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.OwnerKind;
import dev.mneme.core.model.Retention;
import dev.mneme.engine.codec.BatchCodec.ShardBatch;
import dev.mneme.engine.integrity.Seal;
import dev.mneme.engine.integrity.StoringStage;
import dev.mneme.engine.state.StateMachine;
import dev.mneme.engine.table.HeapTables;
import dev.mneme.engine.table.Keys;
import dev.mneme.testkit.Fixtures;
import dev.mneme.testkit.ManualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each way of reading rows of several owners, or of none, asks what of them may be shown: each for itself, since what
/// another way refuses would hide here that one does not ask.
final class ScansTest {
    private static final EmbeddingSpace SPACE = new EmbeddingSpace("own", 3);

    private final HeapTables tables = new HeapTables(new HeapTables.Home());
    private final Doubts doubts = new Doubts();

    /// Trusts everything but what it is told not to.
    private static final class Doubts implements Trust {
        private final Set<String> owners = new TreeSet<>();
        private final List<byte[]> keys = new ArrayList<>();
        private String tables = "";

        @Override
        public boolean serves(byte[] owner) {
            return !owners.contains(Arrays.toString(owner));
        }

        @Override
        public boolean sound(byte[] key, byte[] row) {
            return keys.stream().noneMatch(each -> Arrays.equals(each, key));
        }

        @Override
        public void requireTable(char table) {
            if (tables.indexOf(table) >= 0) {
                throw new MnemeException(ErrorCode.INTEGRITY_VIOLATION, "table " + table);
            }
        }

        void owner(Owner owner) {
            owners.add(Arrays.toString(owner.hash()));
        }
    }

    private void apply(Owner owner, Command... commands) {
        StateMachine machine = new StateMachine(tables, new Govern("abcdefgh", Retention.DEFAULTS));
        long index = tables.appliedIndex() + 1;
        ShardBatch batch =
                new ShardBatch(ManualClock.START.plusSeconds(index), List.of(Fixtures.write(owner, commands)));
        tables.write(new StoringStage(Seal.under(new byte[32]))
                .stored(index, machine.apply(index, batch).rows()));
    }

    @BeforeEach
    void fill() {
        apply(Owner.user("operator"), new Command.PutEmbedder(SPACE));
        for (Owner owner : List.of(Fixtures.ALICE, Fixtures.BOB)) {
            var add = Fixtures.add(owner.id(), "first");
            apply(owner, add);
            apply(owner, new Command.UpdateMemory(add.id(), "second", null, null, null, null, Command.ANY_VERSION));
        }
    }

    private Scans scans() {
        return new Scans(tables, "abcdefgh", doubts);
    }

    private List<Owner> owners() {
        List<Owner> owners = new ArrayList<>();
        try (Scans scans = scans()) {
            scans.owners(owners::add);
        }
        return owners;
    }

    private List<Owner> ownersOf(Owner owner) {
        List<Owner> owners = new ArrayList<>();
        try (Scans scans = scans()) {
            scans.ownersOf(OwnerKind.USER, owner.id(), owners::add);
        }
        return owners;
    }

    private List<String> entities() {
        List<Entity> entities = new ArrayList<>();
        try (Scans scans = scans()) {
            scans.entities(null, entities::add);
        }
        return entities.stream().map(Entity::id).toList();
    }

    private List<Owner> fed() {
        List<Owner> owners = new ArrayList<>();
        try (Scans scans = scans()) {
            scans.operated(0, -1, operated -> owners.add(operated.change().owner()));
        }
        return owners;
    }

    private int earlierVersions() {
        int[] seen = new int[1];
        try (Scans scans = scans()) {
            scans.earlierVersions(null, (key, row) -> ++seen[0] > 0);
        }
        return seen[0];
    }

    private long lastOperated() {
        try (Scans scans = scans()) {
            return scans.lastOperated();
        }
    }

    @Test
    void allIsReadWhereNothingIsInDoubt() {
        assertThat(owners()).contains(Fixtures.ALICE, Fixtures.BOB);
        assertThat(ownersOf(Fixtures.ALICE)).containsExactly(Fixtures.ALICE);
        assertThat(entities()).contains("alice", "bob");
        assertThat(fed()).contains(Fixtures.ALICE, Fixtures.BOB);
        assertThat(earlierVersions()).isEqualTo(2);
        assertThat(lastOperated()).isEqualTo(tables.appliedIndex());
        try (Scans scans = scans()) {
            assertThat(scans.embedders()).containsExactly(SPACE);
            assertThat(scans.leftOut()).isZero();
        }
    }

    @Test
    void whoIsNotServedIsLeftOutEverywhere() {
        doubts.owner(Fixtures.ALICE);
        assertThat(owners()).contains(Fixtures.BOB).doesNotContain(Fixtures.ALICE);
        assertThat(ownersOf(Fixtures.ALICE)).isEmpty();
        assertThat(ownersOf(Fixtures.BOB)).containsExactly(Fixtures.BOB);
        assertThat(entities()).contains("bob").doesNotContain("alice");
        assertThat(fed()).contains(Fixtures.BOB).doesNotContain(Fixtures.ALICE);
        assertThat(earlierVersions()).isEqualTo(1);
    }

    @Test
    void whoIsLeftOutIsCountedOnce() {
        doubts.owner(Fixtures.ALICE);
        try (Scans scans = scans()) {
            scans.owners(owner -> true);
            scans.entities(null, entity -> true);
            scans.operated(0, -1, operated -> true);
            assertThat(scans.leftOut()).isEqualTo(1);
        }
    }

    @Test
    void anEntityThatIsNotSoundIsLeftOut() {
        doubts.keys.add(Keys.entity(OwnerKind.USER, "alice", Fixtures.ALICE.hash()));
        assertThat(entities()).contains("bob").doesNotContain("alice");
        assertThat(ownersOf(Fixtures.ALICE)).isEmpty();
    }

    @Test
    void aTableInDoubtIsNotRead() {
        doubts.tables = "nb";
        assertThatThrownBy(this::entities).hasMessage("table n");
        assertThatThrownBy(() -> ownersOf(Fixtures.ALICE)).hasMessage("table n");
        try (Scans scans = scans()) {
            assertThatThrownBy(scans::embedders).hasMessage("table b");
        }
    }

    /// A forged last row of the feed would let a reader begin beyond what comes.
    @Test
    void theFeedEndsWithItsLastSoundRow() {
        doubts.keys.add(Keys.operator(tables.appliedIndex(), 0));
        assertThat(lastOperated()).isEqualTo(tables.appliedIndex() - 1);
    }
}
