package dev.mneme.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.Memory;
import dev.mneme.engine.table.HeapTables;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// What applied entries do to the indexes on the heap.
final class ShardIndexReloadTest {
    private static final byte[] OWNER = new byte[16];
    private static final Embedding OLD = Embedding.ofCaller(EmbeddingSpace.CALLER, new float[] {1, 2, 3});
    private static final Embedding NEW = Embedding.ofCaller(EmbeddingSpace.CALLER, new float[] {1, 2});

    private final RandomMemories memories = new RandomMemories(new Random(1));
    private final Memory memory = memories.memory(RandomMemories.START);
    private final Memory another = memories.memory(RandomMemories.START);
    private final ShardIndex index =
            new ShardIndex(new HeapTables(new HeapTables.Home()), new Rows(), new OwnerIndexes(1 << 20));

    /// The rows as they are after the entry: two memories, with vectors of the new space.
    private final class Rows implements IndexSource {
        @Override
        public void memories(byte[] owner, Visitor visitor) {
            visitor.memory(1, memory, () -> NEW);
            visitor.memory(2, another, () -> NEW);
        }

        @Override
        public void ownersChangedAfter(long logIndex, Consumer<byte[]> visitor) {}
    }

    private void loadedBetweenTheRowsAndTheIndex(IndexUpdate again) {
        OwnerIndex early = index.owner(OWNER);

        index.applied(
                1,
                List.of(new IndexUpdate.Put(OWNER, 1, memory, OLD), again, new IndexUpdate.Put(OWNER, 1, memory, NEW)));

        assertThat(index.owner(OWNER)).isNotSameAs(early);
        assertThat(index.owner(OWNER).size()).isEqualTo(2);
    }

    @Test
    void whatPrecedesASwitchOfSpacesIsNotPutIntoAnIndexThatHasIt() {
        loadedBetweenTheRowsAndTheIndex(new IndexUpdate.Reload(OWNER));
    }

    @Test
    void whatPrecedesAnErasureIsNotPutIntoAnIndexThatHasIt() {
        loadedBetweenTheRowsAndTheIndex(new IndexUpdate.Drop(OWNER));
    }
}
