package dev.mneme.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.command.Write;
import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.spi.Freshness;
import dev.mneme.core.spi.ShardId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class RouterTest {
    private static final ShardId FIRST = new ShardId(0);
    private static final ShardId SECOND = new ShardId(1);

    private final SortedMap<ShardId, StoreShard> here = new TreeMap<>();
    private final Router router = new Router(
            ShardMap.of(slot -> slot % 2 == 0 ? FIRST : SECOND),
            id -> Optional.ofNullable(here.get(id)).orElseThrow());

    RouterTest() {
        List.of(FIRST, SECOND, ShardId.SYSTEM).forEach(id -> here.put(id, new Named(id)));
    }

    private Optional<StoreShard> find(ShardId id) {
        return Optional.ofNullable(here.get(id));
    }

    private static MnemeException gone() {
        return new MnemeException(ErrorCode.OVERLOADED, "gone");
    }

    @Test
    void eachThatIsHereIsAskedTheSystemLast() {
        here.remove(FIRST);
        assertThat(router.eachFound(this::find, StoreShard::id)).containsExactly(SECOND, ShardId.SYSTEM);
    }

    @Test
    void oneThatLeavesWhileItIsAskedIsLeftOut() {
        assertThat(router.eachFound(this::find, shard -> {
                    if (here.remove(SECOND, shard)) {
                        throw gone();
                    }
                    return shard.id();
                }))
                .containsExactly(FIRST, ShardId.SYSTEM);
    }

    @Test
    void oneThatFailsAndIsStillHereIsNotLeftOut() {
        assertThatThrownBy(() -> router.eachFound(this::find, shard -> {
                    throw gone();
                }))
                .hasMessage("gone");
    }

    /// A shard that has nothing but its name.
    private record Named(ShardId id) implements StoreShard {
        @Override
        public CompletableFuture<WriteResult> submit(Write write) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void requireServed(Owner owner) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<WriteResult> answered(Instant now, Owner owner, Provenance by, Write.Idempotency idempotency) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Reads reads(Freshness freshness) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Status status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Soundness soundness() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> verify() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void accepted(Owner owner) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void acceptedKeys() {
            throw new UnsupportedOperationException();
        }
    }
}
